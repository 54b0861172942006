/** Labelled things of any format through the engine: boxes, keypoints and polygons flattened, moved, put together again. */
import type { Labels } from '../../engine/augment/labels.ts';
import type { Pipeline } from '../../engine/augment/pipeline.ts';
import type { Instance, Point } from './labels/format.ts';

/** The list that tells which box is which, since boxes that left the picture are gone. */
const INDEX = 'index';

/** The pipeline with targets for boxes in pixels, and with its flip pairs for the keypoints of every instance. */
export function forInstances(pipeline: Pipeline, instances: readonly Instance[]): Pipeline {
  const { boxes, keypoints, ...others } = pipeline.targets;
  let first = 0;
  const flipPairs = instances.flatMap((instance) => {
    const offset = first;
    const count = instance.keypoints?.length ?? 0;
    first += count + (instance.polygons?.flat().length ?? 0);
    return keypoints.flipPairs
      .filter(([a, b]) => a < count && b < count)
      .map(([a, b]) => [offset + a, offset + b] as const);
  });
  return {
    ...pipeline,
    targets: { ...others, boxes: { ...boxes, format: 'xyxy', labelFields: [INDEX] }, keypoints: { flipPairs } },
  };
}

/** What the engine moves. */
export function asLabels(instances: readonly Instance[]): Labels {
  const boxed = instances.flatMap(({ box }, i) => (box ? [{ box, i }] : []));
  return {
    boxes: boxed.map(({ box }) => box),
    [INDEX]: boxed.map(({ i }) => i),
    keypoints: instances.flatMap(({ keypoints = [], polygons = [] }) => [...keypoints, ...polygons.flat()]),
  };
}

/** The instances again; those whose box left the picture are gone. */
export function fromLabels(instances: readonly Instance[], labels: Labels): Instance[] {
  const boxes = new Map((labels[INDEX] as readonly number[]).map((index, i) => [index, labels.boxes?.[i]]));
  const points = (labels.keypoints ?? []) as readonly (readonly [number, number, number])[];
  let next = 0;
  const take = (count: number) => {
    next += count;
    return points.slice(next - count, next);
  };
  return instances.flatMap((instance, i): Instance[] => {
    const keypoints = take(instance.keypoints?.length ?? 0);
    const polygons = (instance.polygons ?? []).map((polygon) => take(polygon.length).map(([x, y]): Point => [x, y]));
    const box = boxes.get(i) as Instance['box'];
    if (instance.box && !box) return [];
    return [
      {
        ...(box ? { box } : {}),
        ...(instance.keypoints ? { keypoints } : {}),
        ...(instance.polygons ? { polygons } : {}),
        entry: instance.entry,
      },
    ];
  });
}
