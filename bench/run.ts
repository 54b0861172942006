/** `npm run bench -- [SUBJECT] [flags]`: networks (the default), augment or photo, each beside its peers. */
const subjects = {
  augment: () => import('./augment/run.ts'),
  photo: () => import('./photo/run.ts'),
};

const [subject, ...flags] = process.argv.slice(2);
if (subject !== undefined && Object.hasOwn(subjects, subject)) {
  process.argv.splice(2, process.argv.length, ...flags);
  await subjects[subject as keyof typeof subjects]();
} else {
  await import('./peers/run.ts');
}

export {};
