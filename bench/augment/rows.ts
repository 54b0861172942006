/** What is timed: one row an operation, 224×224×3 u8, and how fast it should be beside OpenCV. */

export interface Row {
  readonly name: string;
  /** Our node. */
  readonly node: Readonly<Record<string, unknown>>;
  /** Our speed over OpenCV's in the same run, at least; `base` is the OpenCV row that it is measured by. */
  readonly target: number;
  readonly base?: string;
  /** Works in place and takes as long as the levels say: the picture is put back each time, which is counted. */
  readonly drifts?: true;
}

export const WIDTH = 224;
export const HEIGHT = 224;

export const pipelineNode = {
  type: 'compose',
  children: [
    { type: 'hflip' },
    { type: 'affine', rotate: [-15, 15], border: 'reflect' },
    { type: 'brightness', multiply: [0.8, 1.2] },
    { type: 'gaussianBlur', sigma: 1 },
    { type: 'gamma', gamma: [0.7, 1.7] },
  ],
} as const;

export const rows: readonly Row[] = [
  { name: 'rotate', node: { type: 'rotate', angle: 15 }, target: 0.75 },
  {
    name: 'perspective',
    node: {
      type: 'perspective',
      corners: [
        [10, 8],
        [210, 4],
        [216, 215],
        [6, 220],
      ],
    },
    target: 0.9,
  },
  { name: 'elastic', node: { type: 'elastic', alpha: 30, sigma: 4 }, target: 1.2 },
  { name: 'convolve', node: { type: 'sharpen', alpha: 0.2, lightness: 1 }, target: 1 },
  { name: 'brightness', node: { type: 'brightness', multiply: 1.2 }, target: 1 },
  { name: 'gamma', node: { type: 'gamma', gamma: 0.7 }, target: 1 },
  { name: 'hflip', node: { type: 'hflip' }, target: 2.5 },
  { name: 'blur', node: { type: 'gaussianBlur', sigma: 1.5 }, target: 1.4 },
  { name: 'noise', node: { type: 'gaussianNoise', std: 20 }, target: 1.2 },
  { name: 'halfResize', node: { type: 'resize', width: 112, height: 112, filter: 'bilinear' }, target: 0.5 },
  {
    name: 'fastSnowy',
    node: { type: 'fastSnowyLandscape', threshold: 140, multiplier: 2.5 },
    drifts: true,
    target: 1.2,
    base: 'rotate',
  },
  { name: 'superpixels', node: { type: 'superpixels', replace: 1, segments: 100 }, target: 0.08, base: 'rotate' },
  { name: 'snowflakes', node: { type: 'snowflakes' }, target: 0.15, base: 'rotate' },
  { name: 'clouds', node: { type: 'clouds' }, target: 0.06, base: 'rotate' },
  { name: 'fog', node: { type: 'fog' }, target: 0.08, base: 'rotate' },
  { name: 'pipeline', node: pipelineNode, target: 0.35, base: 'rotate' },
];
