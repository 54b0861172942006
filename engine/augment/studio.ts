/**
 * The memory in which pictures are worked on: one linear memory, reused from picture to picture. Pieces are taken at the
 * first gap that has room and given back after every step, so the same work always finds the same places and the memory
 * stops growing after the first picture of its size.
 */
import { EngineError } from '../errors.ts';
import type { ImageKernels } from '../image/kernels.ts';
import type { Size } from './options.ts';

/** u8: levels 0–255. f32: the same scale, neither rounded nor clipped. */
export type PixelType = 'u8' | 'f32';

/** A picture in the memory of the kernels. */
export interface Picture extends Size {
  /** Byte offset of [H,W,C], packed; SLACK bytes in front of it and behind it may be read, those behind it written. */
  readonly ptr: number;
  readonly channels: number;
  readonly type: PixelType;
  readonly bytes: number;
}

/** What a picture is made of. */
export interface Pixels extends Size {
  readonly channels: number;
  /** [H,W,C] */
  readonly data: Uint8Array | Float32Array;
}

/** Bytes around every piece that kernels may touch. */
export const SLACK = 64;

interface Piece {
  readonly start: number;
  readonly end: number;
}

export class Studio {
  readonly call: ImageKernels['call'];
  readonly #kernels: ImageKernels;
  /** In use, ordered by start: never more than a dozen. */
  #pieces: Piece[] = [];
  readonly #pinned = new Set<number>();
  readonly #maxBytes: number;

  /** @param maxBytes of the whole memory */
  constructor(kernels: ImageKernels, maxBytes = 1 << 30) {
    this.#kernels = kernels;
    this.call = kernels.call;
    this.#maxBytes = maxBytes;
  }

  /** Size of the memory, bytes. */
  get memoryBytes(): number {
    return this.#kernels.memory.buffer.byteLength;
  }

  /**
   * A piece of memory, 16-byte aligned, of undefined content; lives to the end of the step.
   * @throws EngineError `limit-exceeded`
   */
  take(bytes: number): number {
    const needed = Math.ceil(bytes / 16) * 16 + 2 * SLACK;
    let start = Math.ceil(this.#kernels.heapBase / 16) * 16;
    let index = 0;
    for (; index < this.#pieces.length; index++) {
      const piece = this.#pieces[index] as Piece;
      if (piece.start - start >= needed) break;
      start = piece.end;
    }
    const end = start + needed;
    if (end > this.#maxBytes) {
      throw new EngineError('limit-exceeded', `the pictures need ${end} bytes, at most ${this.#maxBytes} are allowed`);
    }
    this.#kernels.reserve(end);
    this.#pieces.splice(index, 0, { start, end });
    return start + SLACK;
  }

  /** A picture of undefined content. @throws EngineError `limit-exceeded` */
  picture(width: number, height: number, channels: number, type: PixelType): Picture {
    const bytes = width * height * channels * (type === 'u8' ? 1 : 4);
    return { ptr: this.take(bytes), width, height, channels, type, bytes };
  }

  /** A picture of the size, channels and type of another. */
  like(picture: Picture): Picture {
    return this.picture(picture.width, picture.height, picture.channels, picture.type);
  }

  /** Keeps a picture for good. */
  pin({ ptr }: Picture): void {
    this.#pinned.add(ptr);
  }

  /** Gives back every piece that is not pinned, but those of these pictures. */
  keepOnly(...pictures: readonly (Picture | undefined)[]): void {
    const isKept = ({ start }: Piece) => {
      const ptr = start + SLACK;
      return this.#pinned.has(ptr) || pictures.some((picture) => picture?.ptr === ptr);
    };
    this.#pieces = this.#pieces.filter(isKept);
  }

  /** Copies a picture in. */
  load({ width, height, channels, data }: Pixels): Picture {
    const picture = this.picture(width, height, channels, data instanceof Float32Array ? 'f32' : 'u8');
    if (data instanceof Float32Array) this.floats(picture.ptr, data.length).set(data);
    else this.bytes(picture.ptr, data.length).set(data);
    return picture;
  }

  /** Copies numbers in; they live to the end of the step. */
  place(data: Float32Array | Int32Array): number {
    const ptr = this.take(data.byteLength);
    const view = data instanceof Float32Array ? this.floats(ptr, data.length) : this.words(ptr, data.length);
    view.set(data);
    return ptr;
  }

  /** Copies a picture out: into `target` where it has the right type and length. */
  unload(picture: Picture, target?: Uint8Array | Float32Array): Uint8Array | Float32Array {
    const count = picture.width * picture.height * picture.channels;
    const source = picture.type === 'u8' ? this.bytes(picture.ptr, count) : this.floats(picture.ptr, count);
    if (target && target.length === count && target.constructor === source.constructor) {
      target.set(source);
      return target;
    }
    return source.slice();
  }

  /** A view that dies when memory is taken. */
  bytes(ptr: number, count: number): Uint8Array {
    return new Uint8Array(this.#kernels.memory.buffer, ptr, count);
  }

  /** A view that dies when memory is taken. */
  floats(ptr: number, count: number): Float32Array {
    return new Float32Array(this.#kernels.memory.buffer, ptr, count);
  }

  /** A view that dies when memory is taken. */
  doubles(ptr: number, count: number): Float64Array {
    return new Float64Array(this.#kernels.memory.buffer, ptr, count);
  }

  /** A view that dies when memory is taken. */
  words(ptr: number, count: number): Int32Array {
    return new Int32Array(this.#kernels.memory.buffer, ptr, count);
  }
}
