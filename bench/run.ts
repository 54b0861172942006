/** `npm run bench -- [SUBJECT] [flags]`: networks (the default) or augment, each beside its peers. */
const [subject, ...flags] = process.argv.slice(2);
if (subject === 'augment') {
  process.argv.splice(2, process.argv.length, ...flags);
  await import('./augment/run.ts');
} else {
  await import('./peers/run.ts');
}

export {};
