/** What a sound ONNX model may ask for and not get, by reason: the conformance runner tells them apart. */
import { EngineError } from '../../errors.ts';

/** `feature` is a fault of ours; the others are limits that are meant. */
export type Reason = 'operator' | 'rank' | 'element type' | 'training' | 'feature';

export class UnsupportedModel extends EngineError {
  readonly reason: Reason;

  constructor(reason: Reason, sentence: string) {
    super('unsupported-model', sentence);
    this.reason = reason;
  }

  /** The same with a place in front. */
  at(where: string): UnsupportedModel {
    return new UnsupportedModel(this.reason, `${where}: ${this.message}`);
  }
}
