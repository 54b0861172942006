/**
 * Scores of classes over a picture: those of a mask's cells, bilinear in between. Which class a pixel is of is decided
 * after interpolation, so that outlines are smooth on a photo that has many pixels a cell.
 *
 * Pixels between the middles of the same four cells are taken together. Mostly the four agree, and so do all pixels between
 * them: they are counted at once and written as rows that are copies. Only where they differ is a pixel looked at.
 */
import type { Tensor } from '../tensor.ts';
import { type Axis, axisOf, type Run } from './cells.ts';
import { type Activation, activate } from './outputs.ts';

/** [rows, columns, classes], one value after the other. */
export interface CellScores {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly classes: number;
}

/** An output's scores, classes last. */
export function cellScores({ shape, data }: Tensor, isFirst: boolean, activation: Activation): CellScores {
  const [rows, columns, classes] = (isFirst ? [shape[2], shape[3], shape[1]] : shape.slice(1)) as [
    number,
    number,
    number,
  ];
  if (!isFirst) return { values: activate(data, classes, activation), rows, columns, classes };
  const cells = rows * columns;
  const turned = new Float32Array(data.length);
  for (let c = 0, from = 0; c < classes; c++) {
    for (let cell = 0; cell < cells; cell++) turned[cell * classes + c] = data[from++]!;
  }
  return { values: activate(turned, classes, activation), rows, columns, classes };
}

/** A side of the picture, and how it was laid on the model's input. */
export interface Placement {
  readonly pixels: number;
  readonly scale: number;
  readonly offset: number;
  /** Of the model's input. */
  readonly side: number;
}

/** What a class has of the picture. */
export interface Tally {
  /** Pixels a class. */
  readonly counts: Float64Array;
  /** Sums of the class's score over them. */
  readonly sums: Float64Array;
}

/** Scores of four cells begin at these places. */
type Corners = readonly [upperLeft: number, upperRight: number, lowerLeft: number, lowerRight: number];

const HALF = 0.5;

export class ScoreField {
  private readonly scores: CellScores;
  private readonly isOwn: boolean;
  private readonly across: Axis;
  private readonly down: Axis;
  private readonly width: number;
  /** The best class of every cell, where a pixel is of one alone. */
  private readonly best: Int32Array;
  /** Of the pixels of a row between two cells: their class, or −1, and its score. */
  private readonly found: { readonly classes: Int32Array; readonly scores: Float64Array };

  /** @param isOwn a pixel is of every class whose score is a half or more; otherwise of its best one, the lower of equals */
  constructor(scores: CellScores, across: Placement, down: Placement, isOwn: boolean) {
    this.scores = scores;
    this.isOwn = isOwn;
    this.width = across.pixels;
    this.across = axisOf(across.pixels, across.scale, across.offset, across.side, scores.columns);
    this.down = axisOf(down.pixels, down.scale, down.offset, down.side, scores.rows);
    this.best = isOwn ? new Int32Array(0) : bestClasses(scores);
    this.found = { classes: new Int32Array(across.pixels), scores: new Float64Array(across.pixels) };
  }

  tally(): Tally {
    const { classes } = this.scores;
    const tally = { counts: new Float64Array(classes), sums: new Float64Array(classes) };
    if (!this.isOwn) this.count(tally, -1);
    else for (let label = 0; label < classes; label++) this.count(tally, label);
    return tally;
  }

  /** A class's pixels: 255, the others 0, [height, width]. */
  mask(label: number): Uint8Array {
    const { width, across, down } = this;
    const mask = new Uint8Array(width * down.weights.length);
    for (const rows of down.runs) {
      const start = rows.first * width;
      const mixed: Run[] = [];
      for (const columns of across.runs) {
        const whole = this.common(this.cornersOf(rows, columns), label);
        if (whole === label) mask.fill(255, start + columns.first, start + columns.end);
        else if (whole === undefined) mixed.push(columns);
      }
      for (let y = rows.first + 1; y < rows.end; y++) mask.copyWithin(y * width, start, start + width);
      for (const columns of mixed) {
        this.eachRow(rows, columns, label, (y, classes) => {
          for (let i = 0, at = y * width + columns.first; i < classes.length; i++, at++) {
            mask[at] = classes[i] === label ? 255 : 0;
          }
        });
      }
    }
    return mask;
  }

  /** Adds to the tally of `label`, or where a pixel is of one class alone, to those of all. */
  private count({ counts, sums }: Tally, label: number): void {
    const { values } = this.scores;
    for (const rows of this.down.runs) {
      for (const columns of this.across.runs) {
        const corners = this.cornersOf(rows, columns);
        const whole = this.common(corners, label);
        if (whole === undefined) {
          this.eachRow(rows, columns, label, (_, classes, scores) => {
            for (let i = 0; i < classes.length; i++) {
              if (classes[i]! < 0) continue;
              counts[classes[i]!]!++;
              sums[classes[i]!]! += scores[i]!;
            }
          });
        } else if (whole >= 0) {
          const [high, wide] = [rows.end - rows.first, columns.end - columns.first];
          const [upper, left] = [high - rows.weight, wide - columns.weight];
          const [a, b, c, d] = corners;
          counts[whole]! += high * wide;
          sums[whole]! +=
            upper * (left * values[a + whole]! + columns.weight * values[b + whole]!) +
            rows.weight * (left * values[c + whole]! + columns.weight * values[d + whole]!);
        }
      }
    }
  }

  private cornersOf(rows: Run, columns: Run): Corners {
    const { classes, columns: count } = this.scores;
    const [upper, lower] = [rows.before * count, rows.behind * count];
    const { before, behind } = columns;
    return [
      (upper + before) * classes,
      (upper + behind) * classes,
      (lower + before) * classes,
      (lower + behind) * classes,
    ];
  }

  /** The class of all pixels between four cells, −1 where they are not of `label`; nothing where they differ. */
  private common([a, b, c, d]: Corners, label: number): number | undefined {
    const { values, classes } = this.scores;
    if (!this.isOwn) {
      const { best } = this;
      const first = best[a / classes]!;
      return first === best[b / classes] && first === best[c / classes] && first === best[d / classes]
        ? first
        : undefined;
    }
    const inside =
      Number(values[a + label]! >= HALF) +
      Number(values[b + label]! >= HALF) +
      Number(values[c + label]! >= HALF) +
      Number(values[d + label]! >= HALF);
    return inside === 4 ? label : inside === 0 ? -1 : undefined;
  }

  /** Hands over classes and scores of pixels between four cells, row by row: of `label` alone, where classes are their own. */
  private eachRow(
    rows: Run,
    columns: Run,
    label: number,
    take: (y: number, classes: Int32Array, scores: Float64Array) => void,
  ): void {
    const { values } = this.scores;
    const corners = this.cornersOf(rows, columns);
    const [a, b, c, d] = corners;
    const contenders = this.isOwn ? [label] : this.contenders(corners);
    if (!this.isOwn && label >= 0 && !contenders.includes(label)) return;
    const count = columns.end - columns.first;
    const classes = this.found.classes.subarray(0, count);
    const scores = this.found.scores.subarray(0, count);
    for (let y = rows.first; y < rows.end; y++) {
      const t = this.down.weights[y]!;
      contenders.forEach((contender, rank) => {
        const left = values[a + contender]! + t * (values[c + contender]! - values[a + contender]!);
        const right = values[b + contender]! + t * (values[d + contender]! - values[b + contender]!);
        for (let i = 0; i < count; i++) {
          const score = left + this.across.weights[columns.first + i]! * (right - left);
          if (this.isOwn) classes[i] = score >= HALF ? contender : -1;
          else if (rank === 0 || score > scores[i]!) classes[i] = contender;
          else continue;
          scores[i] = score;
        }
      });
      take(y, classes, scores);
    }
  }

  /** Classes that may be the best somewhere between four cells: none stays below another's lowest score. */
  private contenders([a, b, c, d]: Corners): number[] {
    const { values, classes } = this.scores;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < classes; i++) {
      const lowest = Math.min(values[a + i]!, values[b + i]!, values[c + i]!, values[d + i]!);
      if (lowest > most) most = lowest;
    }
    const found: number[] = [];
    for (let i = 0; i < classes; i++) {
      const highest = Math.max(values[a + i]!, values[b + i]!, values[c + i]!, values[d + i]!);
      if (!(highest < most)) found.push(i);
    }
    return found;
  }
}

function bestClasses({ values, classes }: CellScores): Int32Array {
  const best = new Int32Array(values.length / classes);
  for (let cell = 0, at = 0; cell < best.length; cell++, at += classes) {
    for (let c = 1; c < classes; c++) if (values[at + c]! > values[at + best[cell]!]!) best[cell] = c;
  }
  return best;
}
