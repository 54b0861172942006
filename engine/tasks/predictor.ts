/** Picture → answer: pre-processing, session and task of one model. What worker, command line and page call. */
import { EngineError } from '../errors.ts';
import type { Image } from '../image/image.ts';
import { type PictureInput, pictureInput } from '../image/picture-input.ts';
import { type Preprocess, preprocess } from '../image/preprocess.ts';
import type { KernelSource } from '../kernels.ts';
import type { Model } from '../model-file.ts';
import { Session, type SessionOptions } from '../session.ts';
import type { Tensor } from '../tensor.ts';
import { type Answer, type AnswerOptions, definitionOf, type Task } from './index.ts';
import type { Target } from './target.ts';

export class Predictor {
  readonly model: Model;
  readonly session: Session;
  private readonly task: Task;
  private readonly preprocess: Preprocess;
  private readonly input: PictureInput;

  /**
   * @throws EngineError `invalid-input` where the model's file does not say what it is for (no task, no preprocess), or its
   *   pictures do not fit its input
   */
  constructor(model: Model, source: KernelSource, options: Pick<SessionOptions, 'maxBytes'> = {}) {
    const { task, preprocess: spec } = model.card;
    if (!task || !spec) {
      const missing = task ? 'preprocess' : 'task';
      throw new EngineError(
        'invalid-input',
        `the model file has no "${missing}": it can be run, but not asked about a picture`,
      );
    }
    this.model = model;
    this.task = task;
    this.preprocess = spec;
    this.input = pictureInput(model.graph, spec);
    const graph = definitionOf(task).extend(task, model.graph);
    this.session = new Session({ graph, tensors: model.tensors }, source, options);
  }

  /**
   * Answers for one picture.
   * @throws EngineError `limit-exceeded`
   */
  predict(image: Image, options: Partial<AnswerOptions> = {}): Answer {
    return this.answer(this.run(this.prepare(image)), image, options);
  }

  /** The steps of predict, for callers that time them: picture → network input in its own layout … */
  prepare(image: Image): Float32Array {
    return this.input.arrange(preprocess(image, this.preprocess));
  }

  /** … → outputs … */
  run(input: Float32Array): Record<string, Tensor> {
    return this.session.run({ [this.input.name]: input });
  }

  /**
   * … → what speaks for a class, by default for the best one: what an explanation asks after.
   * @throws EngineError `invalid-input` for an unknown class, or a task that has none
   */
  target(outputs: Readonly<Record<string, Tensor>>, choice?: string | number): Target {
    const { explain } = definitionOf(this.task);
    if (!explain) {
      throw new EngineError('invalid-input', `a model that is to ${this.task.kind} has no classes to be explained`);
    }
    const { card, graph, tensors } = this.model;
    return explain(this.task, outputs, { labels: card.labels, preprocess: this.preprocess, graph, tensors }, choice);
  }

  /** … → answer. */
  answer(
    outputs: Readonly<Record<string, Tensor>>,
    source: Pick<Image, 'width' | 'height'>,
    options: Partial<AnswerOptions> = {},
  ): Answer {
    const definition = definitionOf(this.task);
    const { card, graph, tensors } = this.model;
    const context = { labels: card.labels, source, preprocess: this.preprocess, graph, tensors };
    return definition.answer(this.task, outputs, context, { ...definition.defaults, ...options });
  }
}
