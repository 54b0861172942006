/** What the project promises itself (issue and design notes give the reasons), held against what was measured. */
import type { ContestantName } from './contestants/index.ts';
import { type NetworkName, networkNames } from './models/index.ts';
import { type Results, scoreOf } from './results.ts';

export interface Verdict {
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

/** So many times faster than the peer. */
const SPEED: readonly (readonly [NetworkName, 'tfjs' | 'ort', number])[] = [
  ['lenet', 'tfjs', 2],
  ['lenet', 'ort', 2],
  ['mobilenet-v2', 'tfjs', 2],
  ['mobilenet-v2', 'ort', 2.8],
  ['mobilenet-v3-small', 'tfjs', 1.7],
  ['mobilenet-v3-small', 'ort', 2.5],
  ['squeezenet1.1', 'tfjs', 2],
  ['squeezenet1.1', 'ort', 2],
  ['resnet18', 'tfjs', 3],
  ['resnet18', 'ort', 3],
];
/** The model of eight bits against peers on the model that they are fastest with, and on the same. */
const EIGHT_BIT_SPEED: readonly (readonly [NetworkName, ContestantName, number])[] = [
  ['mobilenet-v2', 'tfjs', 5],
  ['mobilenet-v2', 'ort-int8', 15],
  ['mobilenet-v2', 'native', 1],
];
const SHARE_OF_PEAK = 0.75;
const GEMM_SHARE_OF_PEAK = 0.85;
const IMPORTED_AT_MOST = 1.03;
const WORKERD_AT_MOST = 1.08;
const MEMORY_MB = [
  ['borde', 24],
  ['int8', 8],
] as const;
const WASM_KB = 64;
const FIRST_PREDICTION_SHARE = 1 / 3;
/** A network by which the others are judged where one has to stand for all. */
const MODEL: NetworkName = 'mobilenet-v2';

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

function* faster(
  results: Results,
  network: NetworkName,
  contestant: ContestantName,
  peer: ContestantName,
  factor: number,
): Generator<Verdict> {
  const [ours, theirs] = [scoreOf(results, network, contestant), scoreOf(results, network, peer)];
  if (!ours || !theirs) return;
  const ratio = theirs.minMs / ours.minMs;
  const who = contestant === 'int8' ? `${network} int8` : network;
  yield { target: `${who}: ≥ ${factor.toFixed(1)}× ${peer}`, measured: `${ratio.toFixed(2)}×`, met: ratio >= factor };
}

function* verdicts(results: Results): Generator<Verdict> {
  for (const [network, peer, factor] of SPEED) yield* faster(results, network, 'borde', peer, factor);
  for (const [network, peer, factor] of EIGHT_BIT_SPEED) yield* faster(results, network, 'int8', peer, factor);
  for (const { network, macs } of results.networks) {
    const ours = scoreOf(results, network, 'borde');
    if (network !== MODEL || !ours) continue;
    const share = (2 * macs) / ours.minMs / 1e6 / results.peakGflops;
    const target = `${network}: ≥ ${percent(SHARE_OF_PEAK)} of the in-register peak`;
    yield { target, measured: percent(share), met: share >= SHARE_OF_PEAK };
    for (const [contestant, limit] of MEMORY_MB) {
      const megabytes = (scoreOf(results, network, contestant)?.memoryBytes ?? Number.NaN) / 2 ** 20;
      if (Number.isNaN(megabytes)) continue;
      const memory = `${network}: ${contestant} ≤ ${limit} MB of WebAssembly memory`;
      yield { target: memory, measured: `${megabytes.toFixed(1)} MB`, met: megabytes <= limit };
    }
  }
  const gemm = results.algorithms.find(({ network, algorithm }) => network === MODEL && algorithm === 'pointwise');
  if (gemm) {
    const share = (2 * gemm.macs) / gemm.ms / 1e6 / results.peakGflops;
    const target = `${MODEL}: its pointwise products ≥ ${percent(GEMM_SHARE_OF_PEAK)} of the peak`;
    yield { target, measured: percent(share), met: share >= GEMM_SHARE_OF_PEAK };
  }
  for (const [contestant, like, limit] of [
    ['imported', 'borde', IMPORTED_AT_MOST],
    ['workerd', 'borde', WORKERD_AT_MOST],
    ['workerd-int8', 'int8', WORKERD_AT_MOST],
  ] as const) {
    for (const network of networkNames) {
      const [ours, other] = [scoreOf(results, network, like), scoreOf(results, network, contestant)];
      if (!ours || !other) continue;
      const ratio = other.minMs / ours.minMs;
      const target = `${network}: ${contestant} ≤ ${limit.toFixed(2)}× the native model in Node`;
      yield { target, measured: `${ratio.toFixed(2)}×`, met: ratio <= limit };
    }
  }
  const first = (contestant: string) =>
    results.firstPredictions.find((row) => row.network === 'lenet' && row.contestant === contestant);
  const [ours, theirs] = [first('borde'), first('tfjs')];
  if (ours && theirs) {
    const share = ours.cpuMs / theirs.cpuMs;
    const target = `lenet: first prediction ≤ ${FIRST_PREDICTION_SHARE.toFixed(2)} of tfjs, CPU time of the process`;
    yield { target, measured: share.toFixed(2), met: share <= FIRST_PREDICTION_SHARE };
  }
  for (const { part, bytes } of results.shipped.filter(
    (row) => row.contestant === 'borde' && row.part.endsWith('.wasm'),
  )) {
    const kilobytes = bytes / 1024;
    yield { target: `${part} ≤ ${WASM_KB} KB`, measured: `${kilobytes.toFixed(1)} KB`, met: kilobytes <= WASM_KB };
  }
}

/** Every target of which both sides were measured. */
export const judge = (results: Results): readonly Verdict[] => [...verdicts(results)];
