/**
 * Every path of the int8 kernels, on any host: those that it has, and the two dot8 paths on an emulated relaxed_dot, so
 * that the bits of an Arm machine are tested on an x86 one. Emulation is a change of dot.ts on its way to the compiler.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import type { KernelSource } from '../../../engine/kernels.ts';
import type { DotPath } from '../../../engine/quantization/sizes.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';
import { LayerRunner } from '../../suites/run-layer.ts';
import type { QuantizedHost } from '../../suites/run-quantized.ts';

export interface QuantizedBuild extends QuantizedHost {
  readonly runner: LayerRunner;
}

/** What hosts make of relaxed_dot(w, x, sum): x unsigned, x signed, or with sums of two that wrap or saturate. */
const operators = {
  unsigned: `
    const low = i16x8.mul(i16x8.extend_low_i8x16_s(w), i16x8.extend_low_i8x16_u(x));
    const high = i16x8.mul(i16x8.extend_high_i8x16_s(w), i16x8.extend_high_i8x16_u(x));
    const a = i32x4.extadd_pairwise_i16x8_s(low), b = i32x4.extadd_pairwise_i16x8_s(high);`,
  signed: `
    const low = i16x8.extmul_low_i8x16_s(w, x), high = i16x8.extmul_high_i8x16_s(w, x);
    const a = i32x4.extadd_pairwise_i16x8_s(low), b = i32x4.extadd_pairwise_i16x8_s(high);`,
  wrapping: `
    const low = i16x8.extmul_low_i8x16_s(w, x), high = i16x8.extmul_high_i8x16_s(w, x);
    const a = i32x4.shr_s(i32x4.shl(i32x4.extadd_pairwise_i16x8_s(low), 16), 16);
    const b = i32x4.shr_s(i32x4.shl(i32x4.extadd_pairwise_i16x8_s(high), 16), 16);`,
  saturating: `
    const low = i16x8.mul(i16x8.extend_low_i8x16_s(w), i16x8.extend_low_i8x16_u(x));
    const high = i16x8.mul(i16x8.extend_high_i8x16_s(w), i16x8.extend_high_i8x16_u(x));
    const lo = i32x4.splat(-32768), hi = i32x4.splat(32767);
    const a = i32x4.max_s(lo, i32x4.min_s(hi, i32x4.extadd_pairwise_i16x8_s(low)));
    const b = i32x4.max_s(lo, i32x4.min_s(hi, i32x4.extadd_pairwise_i16x8_s(high)));`,
} as const;

const INSTRUCTION = 'i32x4.relaxed_dot_i8x16_i7x16_add_s';

function emulated(source: string, operator: string): string {
  const parts = source.split(INSTRUCTION);
  if (parts.length !== 3) throw new Error(`dot.ts is expected to use ${INSTRUCTION} twice`);
  return `${parts.join('emulatedDot')}
    function emulatedDot(w: v128, x: v128, sum: v128): v128 {${operator}
      const even = v128.shuffle<i32>(a, b, 0, 2, 4, 6), odd = v128.shuffle<i32>(a, b, 1, 3, 5, 7);
      return i32x4.add(sum, i32x4.add(even, odd));
    }`;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The kernels of the relaxed build on an emulated relaxed_dot. */
export async function emulatedKernels(operator: keyof typeof operators): Promise<KernelSource> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      ...['assembly/emulated.ts', '--baseDir', root, '--runtime', 'stub', '--noAssert', '--initialMemory', '1'],
      ...['-O1', '--enable', 'simd,relaxed-simd', '--outFile', 'emulated.wasm'],
    ],
    {
      readFile(name: string) {
        if (name.endsWith('assembly/emulated.ts')) return "export * from './inference';";
        try {
          const source = readFileSync(name.startsWith('/') ? name : `${root}${name}`, 'utf8');
          return name.endsWith('quantized/dot.ts') ? emulated(source, operators[operator]) : source;
        } catch {
          return null;
        }
      },
      writeFile(_name: string, contents: Uint8Array | string) {
        if (typeof contents !== 'string') binary = contents;
      },
    },
  );
  if (error || !binary) throw new Error(`the kernels do not compile with an emulated dot: ${stderr.toString()}`);
  const module = new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>);
  return { module, capabilities: { relaxed: false, rowsPerTile: 4 } };
}

export const probeOf = (runner: LayerRunner): DotPath => runner.kernels.function('probeDot')() as DotPath;

const native: readonly QuantizedBuild[] = trainingBuilds.flatMap(({ label, source }) => {
  const runner = new LayerRunner(source);
  const paths = [...new Set([0 as const, probeOf(runner)])];
  return paths.map((path) => ({ label: `${label}, path ${path}`, path, source, runner }));
});

const emulatedBuild = async (operator: keyof typeof operators, path: DotPath): Promise<QuantizedBuild> => {
  const source = await emulatedKernels(operator);
  return { label: `emulated ${operator}, path ${path}`, path, source, runner: new LayerRunner(source) };
};

/** The first is the baseline build on path 0, which every host has: the others are compared with the reference too. */
export const quantizedBuilds: readonly QuantizedBuild[] = [
  ...native,
  await emulatedBuild('unsigned', 1),
  await emulatedBuild('signed', 2),
  await emulatedBuild('wrapping', 2),
];
