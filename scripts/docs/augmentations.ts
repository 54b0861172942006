/**
 * docs/augmentations.md and the pictures in docs/augmentations/, from the registry: `npm run docs`. A test fails where they
 * are stale.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Augmenter } from '../../engine/augment/augmenter.ts';
import { type AugmentationType, augmentationOf, augmentationTypes } from '../../engine/augment/operations/index.ts';
import { compilePipeline, defaultPipelineLimits, PIPELINE_FORMAT } from '../../engine/augment/pipeline.ts';
import { encodePng } from '../../engine/image/codec.ts';
import type { Image } from '../../engine/image/image.ts';
import { asImage } from '../augmentation/as-image.ts';
import { layOut, operationSamples } from '../augmentation/sheet.ts';
import { loadCodecs } from '../codecs.ts';
import { loadImageKernels } from '../kernels.ts';

/** Coffee by Rachel Michetti, CC0, from scikit-image. */
const PHOTO = new URL('../../examples/coffee.png', import.meta.url);
const FOLDER = 'docs/augmentations';

/** Every generated file by its path in the repository. */
export async function augmentationDocs(): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const files = new Map<string, string | Uint8Array>([['docs/augmentations.md', page()]]);
  const photo = (await loadCodecs()).decode(await readFile(PHOTO));
  files.set(`${FOLDER}/original.png`, encodePng(photo));
  const augmenter = new Augmenter(loadImageKernels());
  const made = (node: unknown): Image => {
    const kind = { channels: photo.channels, type: 'u8' } as const;
    const pipeline = compilePipeline({ format: PIPELINE_FORMAT, pipeline: node }, kind);
    return asImage(augmenter.run(pipeline, photo, { sample: 0 }).image);
  };
  const items = operationSamples().map(({ title, node }) => ({ title, image: made(node) }));
  for (const { title, image } of items) files.set(`${FOLDER}/${title}.png`, encodePng(image));
  files.set(`${FOLDER}/sheet.png`, encodePng(layOut([{ title: 'original', image: photo }, ...items])));
  return files;
}

function page(): string {
  const { nodes, depth } = defaultPipelineLimits;
  const parts = [
    '<!-- Made by npm run docs from engine/augment/operations: edit those. -->',
    '# Augmentations',
    `${augmentationTypes.length} operations and three that choose among them. A pipeline is a JSON document in the format \`${PIPELINE_FORMAT}\`; ` +
      '[augmentation.md](augmentation.md) says how it is written, what moves along with a picture and why two runs give the same bytes. ' +
      `At most ${nodes} nodes, ${depth} levels deep.`,
    'Every operation has `type`, `id?` (keeps its random numbers when nodes are inserted before it) and `p?` (probability, default 1). ' +
      'Numbers are constants, `[a, b]` or one of `{"value": x}`, `{"uniform": [a, b]}`, `{"int": [a, b]}`, `{"choice": […]}`, ' +
      '`{"normal": [mean, std], "clip": [a, b]}`, `{"logUniform": [a, b]}`; lengths may have `"unit": "fraction"` or `"pixels"`. ' +
      'The pictures show the first sample of each operation.',
    picture('original', 'the photo: Coffee, Rachel Michetti, CC0'),
    ...augmentationTypes.map(section),
    groups,
  ];
  return `${parts.join('\n\n')}\n`;
}

const groups = `## compose, oneOf, someOf

| type | keys | what |
| --- | --- | --- |
| \`compose\` | \`children\` | all of them, in order |
| \`oneOf\` | \`children\`, \`weights?\` | one of them, each as likely as its weight |
| \`someOf\` | \`children\`, \`n?\`, \`order?\` | \`n\` of them (0 … all), \`given\` (default) or \`random\` order |`;

function picture(name: string, text: string): string {
  return `![${text}](augmentations/${name}.png)`;
}

function section(type: AugmentationType): string {
  const { summary, options, only, needs, needsRgbFor, draws, matrix, field, samples } = augmentationOf(type);
  const traits = [
    matrix || field ? 'moves boxes, keypoints and masks along' : '',
    needs === 'rgb' ? 'needs RGB; a fourth channel is left alone' : '',
    ...Object.entries(needsRgbFor ?? {}).map(
      ([key, value]) => `\`${key}\` ${value} needs RGB; a fourth channel is left alone`,
    ),
    draws ? 'draws for each pixel or cell' : '',
    only === 'training' ? 'in training only' : '',
    only === 'batch' ? 'in training only: mixes the pictures of a batch' : '',
  ].filter(Boolean);
  const rows = Object.entries(options).map(
    ([key, { accepts, defaultText }]) => `| \`${key}\` | ${accepts} | ${defaultText} |`,
  );
  return [
    `## ${type}`,
    `${summary}${traits.length ? ` (${traits.join('; ')})` : ''}.`,
    ...(rows.length ? [`| option | accepts | default |\n| --- | --- | --- |\n${rows.join('\n')}`] : []),
    `\`\`\`json\n${JSON.stringify({ type, ...samples[0] })}\n\`\`\``,
    ...(only ? [] : [picture(type, type)]),
  ].join('\n\n');
}

/** Writes what is generated. */
async function main(): Promise<void> {
  const { writeFileAtomic } = await import('../io/atomic-write.ts');
  for (const [path, content] of await augmentationDocs()) {
    await writeFileAtomic(fileURLToPath(new URL(`../../${path}`, import.meta.url)), content);
  }
}

if (import.meta.main) await main();
