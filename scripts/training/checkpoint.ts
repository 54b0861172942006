/**
 * A checkpoint: all that a training run needs to go on to the same bits. A safetensors file with the weights, the
 * optimiser's state and the best weights so far, settings and history as metadata.
 */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { EngineError } from '../../engine/errors.ts';
import { parseJson, parseWith } from '../../engine/json.ts';
import { parseHeader, readTensor, writeSafetensors } from '../../engine/safetensors.ts';
import type { Tensor } from '../../engine/tensor.ts';
import { writeFileAtomic } from '../io/atomic-write.ts';
import { atPath } from '../io/model.ts';
import { settingsSchema } from './settings.ts';

const epochSchema = v.strictObject({
  epoch: v.number(),
  seconds: v.number(),
  imagesPerSecond: v.number(),
  trainLoss: v.number(),
  valLoss: v.number(),
  valAccuracy: v.number(),
  /** Of a localizer: mean IoU, and the part of the pictures with the right label and an IoU of ½. */
  valIoU: v.optional(v.number()),
  valLocalizationAccuracy: v.optional(v.number()),
});

/** An epoch's figures: a line of `--json`, a row of the report. */
export type EpochRecord = v.InferOutput<typeof epochSchema>;

const stateSchema = v.strictObject({
  format: v.literal('borde-checkpoint/1'),
  settings: settingsSchema,
  /** SHA-256 of the data: resuming on other pictures is refused. */
  dataSha256: v.string(),
  /** Updates that the optimiser has made. */
  step: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Epoch with the best weights, from 1. */
  bestEpoch: v.pipe(v.number(), v.integer(), v.minValue(1)),
  history: v.array(epochSchema),
});

export type CheckpointState = v.InferOutput<typeof stateSchema>;

export interface Checkpoint {
  readonly state: CheckpointState;
  /** `weights`, `best`, and the optimiser's vectors by their names. */
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

export const checkpointPath = (out: string): string => `${out}.checkpoint`;

export async function writeCheckpoint(path: string, { state, vectors }: Checkpoint): Promise<void> {
  const tensors = new Map(
    Object.entries(vectors).map(([name, data]): [string, Tensor] => [name, { shape: [data.length], data }]),
  );
  await writeFileAtomic(path, writeSafetensors({ 'borde.checkpoint': JSON.stringify(state) }, tensors));
}

/** @throws EngineError `invalid-model`, beginning with the path, for anything that is no checkpoint */
export const readCheckpoint = (path: string): Promise<Checkpoint> =>
  atPath(path, async () => {
    const file = await readFile(path);
    const { metadata, tensors } = parseHeader(file, file.length);
    const text = metadata['borde.checkpoint'];
    if (text === undefined)
      throw new EngineError('invalid-model', 'not a checkpoint: its metadata have no "borde.checkpoint"');
    const state = parseWith(stateSchema, parseJson(text), 'invalid-model');
    const vectors = Object.fromEntries(tensors.map((entry) => [entry.name, readTensor(file, entry).data]));
    return { state, vectors };
  });
