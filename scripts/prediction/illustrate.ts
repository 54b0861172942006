/** The picture that `predict --draw` writes: an answer drawn in, a classifier's over what it looked at. */
import { drawAnswer } from '../../engine/drawing/answer.ts';
import { DRAWN_SIDE, enlarged } from '../../engine/drawing/enlarge.ts';
import { drawHeatMap } from '../../engine/drawing/heat-map.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Image } from '../../engine/image/image.ts';
import type { Preprocess } from '../../engine/image/preprocess.ts';
import { Explainer, type Explanation } from '../../engine/tasks/explain.ts';
import type { Answer } from '../../engine/tasks/index.ts';
import type { Predictor } from '../../engine/tasks/predictor.ts';
import { loadKernels, type SimdChoice } from '../kernels.ts';

/** @returns what draws the answers of a model, one picture after the other */
export function illustrator(predictor: Predictor, simd: SimdChoice): (image: Image, answer: Answer) => Image {
  const { card } = predictor.model;
  if (card.task?.kind !== 'classify') return drawAnswer;
  let explainer: Explainer | undefined;
  return (image, answer) => {
    const canvas = enlarged(image, DRAWN_SIDE);
    if (!Array.isArray(answer) || answer.length === 0) return drawAnswer(canvas, answer);
    explainer ??= new Explainer(predictor, loadKernels('training', simd));
    const map = explanationOf(explainer, image);
    return drawAnswer(map ? drawHeatMap(canvas, map, card.preprocess as Preprocess) : canvas, answer);
  };
}

/** Grad-CAM of the best class; nothing where the graph has no gradient, no map or no room for one. */
function explanationOf(explainer: Explainer, image: Image): Explanation | undefined {
  try {
    return explainer.explain(image);
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}
