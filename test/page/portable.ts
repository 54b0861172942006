/**
 * A run of everything that has to come out the same on every engine, for Node and, bundled, for a browser: each layer of
 * the registry alone, and LeNet forward and backward. Results are digests of bits, so nothing is "close enough".
 */
import { architectures } from '../../engine/architectures/index.ts';
import { buildGraph, type Graph } from '../../engine/graph.ts';
import { instantiateImageKernels } from '../../engine/image/kernels.ts';
import { instantiateKernels, type KernelSource } from '../../engine/kernels.ts';
import { type LayerKind, layers } from '../../engine/layers/index.ts';
import { Session } from '../../engine/session.ts';
import { ShardTrainer } from '../../engine/training/shard-trainer.ts';
import { VectorMemory } from '../../engine/training/vector-memory.ts';
import { initialWeights, toTensors, weightVector } from '../../engine/training/weight-vector.ts';
import { type Digests, digest } from '../suites/digest.ts';
import { layerCase, splitSample } from '../suites/layer-cases.ts';
import { augmentDigests } from '../suites/portable-augment.ts';
import { quantizedCase } from '../suites/quantized-cases.ts';
import { LayerRunner, layerOfKind } from '../suites/run-layer.ts';
import { QuantizedRunner } from '../suites/run-quantized.ts';
import { seededData } from '../suites/seeded.ts';

export type { Digests } from '../suites/digest.ts';

/** @param module the training build, baseline: relaxed SIMD may round differently on another machine */
export function runEverything(module: WebAssembly.Module): Digests {
  const source: KernelSource = { module, capabilities: { relaxed: false, rowsPerTile: 5 } };
  return { ...runLayers(source), ...runLenet(source) };
}

function runLayers(source: KernelSource): Digests {
  const runner = new LayerRunner(source);
  const digests: Record<string, string> = {};
  for (const kind of Object.keys(layers) as LayerKind[]) {
    const layer = layerOfKind(kind);
    layer.samples.forEach((sample, index) => {
      const { shapes, raw } = splitSample(sample);
      const layerInput = layerCase(kind, shapes, raw, index + 1);
      const name = `${kind} ${JSON.stringify(sample)}`;
      if (layer.forward) digests[`${name} forward`] = digest(runner.forward(layerInput).data);
      for (const algorithm of layer.algorithms ? runner.algorithms(layerInput) : []) {
        digests[`${name} ${algorithm}`] = digest(runner.forward(layerInput, { algorithm }).data);
      }
      if (!layer.backward && !layer.gradients) return;
      const outputs = layer.inferShape(shapes, layerInput.attributes) as readonly number[];
      const length = outputs.reduce((product, side) => product * side, 1);
      const { y, dx, dw } = runner.backward(layerInput, seededData(length, index + 7));
      digests[`${name} training`] = digest(y.data);
      dx.forEach((gradient, i) => {
        if (gradient) digests[`${name} dx${i}`] = digest(gradient.data);
      });
      for (const [role, gradient] of Object.entries(dw)) digests[`${name} d${role}`] = digest(gradient.data);
    });
  }
  return digests;
}

/**
 * Every layer on levels, by the dot product that the host has and by the one that every host has.
 * @param isRelaxed what the module is: on levels both builds have the same bits
 */
export function runQuantized(module: WebAssembly.Module, isRelaxed: boolean): Digests {
  const source: KernelSource = { module, capabilities: { relaxed: isRelaxed, rowsPerTile: 5 } };
  const own = instantiateKernels(source).capabilities.dot8;
  const [runner, ...others] = [...new Set([own, 0 as const])].map(
    (path) => new QuantizedRunner({ label: `path ${path}`, source, path }),
  ) as [QuantizedRunner, ...QuantizedRunner[]];
  const digests: Record<string, string> = {};
  for (const kind of (Object.keys(layers) as LayerKind[]).filter((each) => layerOfKind(each).quantized)) {
    layerOfKind(kind).samples.forEach((sample, index) => {
      const { shapes, raw } = splitSample(sample);
      const c = quantizedCase(kind, shapes, raw, { seed: index + 1, zeroPoint: 17 * index });
      // Not what the reference makes of it: Math.exp may be another one there.
      const picks = layerOfKind(kind).quantized?.picksLevels?.(c.a) ?? false;
      const fixed = picks ? c : { ...c, y: { scale: Math.fround(0.031), zeroPoint: 101 } };
      const results = [runner, ...others].map((each) => each.run(fixed));
      const all = results.map((result) => (result ? digest(result.data) : 'not on levels'));
      digests[`${kind} ${JSON.stringify(sample)}`] = [...new Set(all)].join(', by path 0 ');
    });
  }
  return digests;
}

function runLenet(source: KernelSource): Digests {
  const graph: Graph = buildGraph(architectures.lenet.build({ input: [28, 28, 1], classes: 10 }));
  const vector = weightVector(graph);
  const weights = initialWeights(vector, 1);
  const samples = 16;
  const input = seededData(samples * 28 * 28, 3, 0, 1);
  const program = { graph, tensors: toTensors(vector, weights) };
  const fused = new Session(program, source).run({ image: input });
  const tapped = new Session(program, source, { taps: 'all' }).run({ image: input });

  const trainer = new ShardTrainer(graph, new VectorMemory(vector, source), [
    { kind: 'crossEntropy', output: 'logits' },
  ]);
  trainer.setWeights(weights);
  const targets = new Float32Array(samples * 10);
  for (let sample = 0; sample < samples; sample++) targets[sample * 10 + (sample % 10)] = 1;
  const losses = new Float32Array(samples);
  trainer.run({ input, targets: [targets], samples, batch: samples, seed: 1, step: 0, index: 0 }, losses);

  return {
    ...Object.fromEntries(Object.entries(fused).map(([name, { data }]) => [`lenet ${name}`, digest(data)])),
    ...Object.fromEntries(Object.entries(tapped).map(([name, { data }]) => [`lenet tapped ${name}`, digest(data)])),
    'lenet losses': digest(losses),
    'lenet gradient': digest(trainer.gradient()),
  };
}

/** Every augmentation. @param module the build for pictures */
export function runAugmentations(module: WebAssembly.Module): Digests {
  return augmentDigests(instantiateImageKernels(module));
}
