/**
 * The int8 kernels beside the f32 ones on MobileNetV2's shapes: thousand million multiply-adds a second of CPU time,
 * best of interleaved rounds, so that a noisy machine is noisy for all.
 *   node bench/kernels/int8.ts [--json]
 */
import { instantiateKernels, type KernelName } from '../../engine/kernels.ts';
import { blockRows as f32BlockRows } from '../../engine/layers/gemm.ts';
import {
  blockRows,
  type DepthwiseGeometry,
  type DotPath,
  depthwiseFilterBytes,
  depthwiseScratchBytes,
  stagedBytes,
} from '../../engine/quantization/sizes.ts';
import { Random } from '../../engine/random.ts';
import { loadKernels } from '../../scripts/kernels.ts';

const ROUNDS = 12;
/** CPU time of one measurement: process.cpuUsage counts microseconds, but in ticks on some systems. */
const SAMPLE_US = 15_000;

const kernels = instantiateKernels(loadKernels('inference'));
const { rowsPerTile } = kernels.capabilities;
const dot = kernels.function('probeDot')() as DotPath;

/** Five places of 24 MB: no shape here needs more. */
const PLACE = 24 * 2 ** 20;
const [x, w, y, scratch, packed] = [0, 1, 2, 3, 4].map((i) => (i + 1) * PLACE) as [
  number,
  number,
  number,
  number,
  number,
];
kernels.reserve(6 * PLACE);
const bytes = new Uint8Array(kernels.memory.buffer);

function fillWithLevels(seed: number): void {
  const random = new Random(seed);
  for (let i = x; i < y; i += 4) new DataView(bytes.buffer).setUint32(i, random.uint32(), true);
  // Multipliers and biases for packing: one region for both, small enough to saturate nothing.
  new Float32Array(bytes.buffer, y, 4096).fill(1e-4);
}

/** Ordinary numbers: denormal ones would take a hundred times as long. */
const fillWithReals = () => new Float32Array(bytes.buffer, x, (2 * PLACE) / 4).fill(0.5);

interface Contender {
  readonly name: string;
  prepare(): void;
  run(): void;
}

const call = (name: KernelName, ...args: readonly number[]) => {
  const kernel = kernels.function(name);
  return () => kernel(...args);
};

const paths: readonly (readonly [string, DotPath])[] =
  dot === 0
    ? [['i16', 0]]
    : [
        [`dot8 (path ${dot})`, dot],
        ['i16', 0],
      ];

function gemmContenders(m: number, k: number, n: number): readonly Contender[] {
  const int8 = paths.map(([name, path]) => ({
    name,
    prepare() {
      if (stagedBytes(path, m, k) > PLACE) throw new Error(`${m} rows of ${k} do not fit`);
      fillWithLevels(k);
      call('packPanelsI8', path, w, n, 0, y, 128, k, n, packed)();
    },
    run: call('gemmU8', path, x, k, packed, y, n, m, k, n, 0, 128, 0, 255, 0, 0, 0, scratch, blockRows(path, m, k)),
  }));
  const f32 = {
    name: 'f32',
    prepare() {
      fillWithReals();
      call('packPanels', w, 4 * n, 0, k, n, packed)();
    },
    run: call('gemm', x, 4 * k, packed, y, 4 * n, 0, m, k, n, 0, 6, rowsPerTile, f32BlockRows(m, k)),
  };
  return [...int8, f32];
}

function depthwiseContenders(side: number, c: number, size: number, stride: number): readonly Contender[] {
  const before = stride === 1 ? size >> 1 : (size - 1) >> 1;
  const output = Math.floor((side + 2 * before - size) / stride) + 1;
  const sides = [1, side, side, c, output, output, size, size, stride, stride, before, before];
  const square = (value: number): readonly [number, number] => [value, value];
  const geometry: DepthwiseGeometry = {
    ...{ w: side, c, ow: output, size: square(size), stride: square(stride), dilation: square(1) },
  };
  const int8 = paths.map(([name, path]) => ({
    name,
    prepare() {
      if (depthwiseFilterBytes(path, geometry) + depthwiseScratchBytes(path, geometry) > PLACE) throw new Error('size');
      fillWithLevels(c);
      call('packDepthwiseI8', path, w, 0, y, 128, c, size, size, stride, 1, 1, packed)();
    },
    run: call('depthwiseConv2dU8', path, x, ...sides, 1, 1, 128, packed, y, 128, 0, 255, scratch),
  }));
  const run = call('depthwiseConv2dTiles', x, ...sides, w, 0, y, 0, 0, 6);
  return [...int8, { name: 'f32', prepare: fillWithReals, run }];
}

function cpuUs(run: () => void, calls: number): number {
  const before = process.cpuUsage();
  for (let i = 0; i < calls; i++) run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

/** Calls that fill a sample, after as many to warm up. */
function callsPerSample({ prepare, run }: Contender): number {
  prepare();
  for (let calls = 1; ; calls *= 2) {
    if (cpuUs(run, calls) * calls >= SAMPLE_US) return calls;
  }
}

/** 10⁹ multiply-adds a second, for each contender. */
function measure(contenders: readonly Contender[], macs: number): readonly number[] {
  const calls = contenders.map(callsPerSample);
  const best = contenders.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++) {
    contenders.forEach((contender, i) => {
      contender.prepare();
      best[i] = Math.min(best[i] as number, cpuUs(contender.run, calls[i] as number));
    });
  }
  return best.map((us) => macs / us / 1000);
}

const products = [
  [784, 32, 192],
  [196, 64, 384],
  [196, 576, 96],
  [12_544, 16, 32],
  [12_544, 32, 16],
  [3136, 144, 24],
  [49, 960, 160],
  [49, 320, 1280],
  [1, 1280, 1000],
] as const;
/** Side, channels, window, stride. */
const depthwise = [
  [112, 32, 3, 1],
  [112, 96, 3, 2],
  [56, 144, 3, 1],
  [28, 192, 3, 1],
  [14, 384, 3, 1],
  [14, 576, 3, 2],
  [7, 960, 3, 1],
  [28, 120, 5, 1],
  [28, 240, 5, 2],
] as const;

const results = [
  ...products.map(([m, k, n]) => {
    const contenders = gemmContenders(m, k, n);
    return { shape: `GEMM ${m}×${k}×${n}`, contenders, macs: m * k * n };
  }),
  ...depthwise.map(([side, c, size, stride]) => {
    const contenders = depthwiseContenders(side, c, size, stride);
    const shape = `depthwise ${side}×${side}×${c}, ${size}×${size} by ${stride}`;
    return { shape, contenders, macs: (side / stride) ** 2 * c * size ** 2 };
  }),
].map(({ shape, contenders, macs }) => {
  const gmacs = measure(contenders, macs);
  const f32 = gmacs.at(-1) as number;
  return {
    shape,
    ...Object.fromEntries(contenders.map(({ name }, i) => [name, gmacs[i]])),
    times: (gmacs[0] as number) / f32,
  };
});

if (process.argv.includes('--json')) {
  console.log(JSON.stringify(results));
} else {
  console.log('10⁹ multiply-adds a second of CPU time; the last column: the first one as a multiple of f32');
  console.table(
    Object.fromEntries(
      results.map(({ shape, ...numbers }) => [
        shape,
        Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number(Number(value).toFixed(1))])),
      ]),
    ),
  );
}
