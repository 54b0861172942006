/**
 * The contract between data and training. A source finds labelled pictures (`Found`); `openDataSet` (index.ts) cuts,
 * limits and converts them into a `DataSet`: u8 pixels at the network's size in memory that threads share.
 */
import type { Codecs } from '../../../engine/image/codec.ts';
import type { Image } from '../../../engine/image/image.ts';

/** Pictures and their classes. Both arrays lie in SharedArrayBuffers: threads read them without a copy. */
export interface Split {
  readonly length: number;
  /** [N,H,W,C], 0–255. */
  readonly pixels: Uint8Array<SharedArrayBuffer>;
  /** [N], indices of labels. */
  readonly classes: Uint16Array<SharedArrayBuffer>;
  /** [N], where each picture is a file of its own: its path below the folder, with `/`. */
  readonly files?: readonly string[];
  /** [N,4], where every picture has one: left, top, right, bottom of what is to be found, pixels of `pixels`. */
  readonly boxes?: Float32Array<SharedArrayBuffer>;
}

/** A file that was left out, by its path below the data set's folder, and why. */
export interface Skipped {
  readonly file: string;
  readonly reason: string;
}

export interface DataSet {
  /** `mnist`, `images` …: the source without its folder. */
  readonly name: string;
  readonly labels: readonly string[];
  /** [H,W,C] of every picture. */
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly train: Split;
  /** Undefined only where there are too few pictures to cut one. */
  readonly test: Split | undefined;
  /** Where the data come from, without any path of this machine. */
  readonly source: string;
  readonly licence: string;
  /** Lower-case hex, of all that the source holds, whatever `limit`, `size` and `channels` are; the source says of what. */
  readonly sha256: string;
  readonly skipped: readonly Skipped[];
}

export type ChannelMode = 'gray' | 'RGB';

export interface DataSetOptions {
  /** [width, height] in pixels that the network wants; default: the source's own, 32×32 for `images`. */
  readonly size?: readonly [width: number, height: number];
  /** Default: the source's own, RGB for `images`. */
  readonly channels?: ChannelMode;
  /** Keep this many training pictures, drawn by `seed` (see `stratifiedOrder`); the test split stays whole. */
  readonly limit?: number;
  /** Integer in 0…2^53−1. */
  readonly seed: number;
  readonly codecs: Codecs;
  /** Makes a picture what the network wants; default: stretched to `size`, antialiased. */
  readonly prepare?: (image: Image) => Image;
  /** Classes are of no interest: pictures of one class, or a folder of pictures without any, will do. */
  readonly unlabelled?: boolean;
  /** Called while pictures are decoded or resized: how many of how many are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

export type ExampleBox = readonly [xmin: number, ymin: number, xmax: number, ymax: number];

/** A labelled picture as a source finds it. */
export interface Example {
  readonly image: Image;
  readonly class: number;
  readonly file?: string;
  /** Left, top, right, bottom in pixels of `image`. All pictures of a source have one, or none. */
  readonly box?: ExampleBox;
  /** It is as the network wants it already. */
  readonly isFitted?: true;
}

/** What a source returns: pictures of any size, in an order that does not depend on the disk. */
export interface Found extends Pick<DataSet, 'labels' | 'source' | 'licence' | 'sha256' | 'skipped'> {
  readonly train: readonly Example[];
  /** Undefined where the source has no test split: one is cut. */
  readonly test: readonly Example[] | undefined;
}

/** A kind of data set: `NAME` or `NAME:DIR` on the command line. */
export interface Source {
  /** For the help: what DIR holds. Undefined where the source knows its place. */
  readonly folder: string | undefined;
  /** @throws EngineError `invalid-data`, its message beginning with the file or folder at fault */
  find(folder: string, options: DataSetOptions): Promise<Found>;
}
