/**
 * JPEG data → pixels, by the mozjpeg decoder of @jsquash/jpeg, of which this file owns the instance: it is made and called
 * synchronously, so that nothing can come between the check of a header and its pixels, and thrown away after any fault.
 */
import createInstance from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import { EngineError } from '../errors.ts';
import type { Image } from './image.ts';
import type { JpegHeader } from './jpeg.ts';
import { type Placement, placement } from './orientation.ts';

/** An instance whose memory has grown above this is not kept for the next picture, bytes. */
export const KEPT_DECODER_BYTES = 24 * 2 ** 20;

/** libjpeg skips a few bytes of padding before EOI, which some cameras write; a longer run means that it lost its way. */
const MAX_PADDING_BYTES = 8;

/** What is used of the module that Emscripten's factory fills in. */
interface MozJpeg {
  decode(bytes: Uint8Array, preserveOrientation: boolean): unknown;
}

/** Takes the decoded RGBA pixels, which lie in the decoder's memory and die with the call. */
type Receiver = (rgba: Uint8Array, width: number, height: number) => void;

interface Instance {
  readonly mozjpeg: MozJpeg;
  readonly memory: WebAssembly.Memory;
  receive: Receiver;
  /** What the decoder finds under the global names that it makes its result with. */
  readonly constructors: Readonly<Record<string, unknown>>;
  /** What libjpeg printed in the current call: it reports errors and its first warning there and nowhere else. */
  readonly messages: string[];
}

export class JpegDecoder {
  readonly #module: WebAssembly.Module;
  #instance: Instance | undefined;

  constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  /** Makes the instance that the next `decode` uses, unless there is one. */
  prepare(): void {
    this.#instance ??= instantiate(this.#module);
  }

  /**
   * Decodes a JPEG that `header` was read from, upright.
   * @throws EngineError `invalid-image` where the data are damaged or end early
   */
  decode(bytes: Uint8Array, header: JpegHeader): Image {
    this.prepare();
    const instance = this.#instance!;
    const { mozjpeg, memory, messages } = instance;
    const place = placement(header.width, header.height, header.orientation);
    const data = new Uint8Array(header.width * header.height * header.channels);
    let received = false;
    messages.length = 0;
    instance.receive = (rgba, width, height) => {
      received = width === header.width && height === header.height;
      if (received) copyUpright(rgba, data, header, place);
    };
    try {
      withGlobals(instance.constructors, () => mozjpeg.decode(bytes.subarray(0, header.end), false));
    } catch {
      this.#instance = undefined; // its heap and its exception state are unknown now
      throw damaged(messages);
    }
    if (memory.buffer.byteLength > KEPT_DECODER_BYTES) this.#instance = undefined;
    if (!received || messages.some((message) => !isHarmless(message))) throw damaged(messages);
    return { width: place.width, height: place.height, channels: header.channels, data };
  }
}

/** RGBA as stored → gray or RGB, each pixel at its place in the upright picture. */
function copyUpright(
  rgba: Uint8Array,
  data: Uint8Array,
  { width, height, channels }: JpegHeader,
  place: Placement,
): void {
  let from = 0;
  const step = place.xStep * channels;
  for (let y = 0; y < height; y++) {
    let to = (place.origin + y * place.yStep) * channels;
    for (let x = 0; x < width; x++, from += 4, to += step) {
      data[to] = rgba[from]!;
      if (channels === 3) {
        data[to + 1] = rgba[from + 1]!;
        data[to + 2] = rgba[from + 2]!;
      }
    }
  }
}

function isHarmless(message: string): boolean {
  const padding = /: (\d+) extraneous bytes before marker 0xd9$/.exec(message);
  return padding !== null && Number(padding[1]) <= MAX_PADDING_BYTES;
}

/** libjpeg's words are not repeated: they name its internals. */
function damaged(messages: readonly string[]): EngineError {
  const ends = messages.some((message) => message.includes('premature end') || message.includes('Premature end'));
  return new EngineError('invalid-image', `the JPEG is damaged: its image data ${ends ? 'end early' : 'are corrupt'}`);
}

function instantiate(module: WebAssembly.Module): Instance {
  const messages: string[] = [];
  let memory: WebAssembly.Memory | undefined;
  const target: Record<string, unknown> = {
    noInitialRun: true,
    locateFile: (name: string) => name, // else it builds a URL, which a bundle has none for
    print: () => {},
    printErr: (text: string) => messages.push(text),
    instantiateWasm: (imports: WebAssembly.Imports, receive: (instance: WebAssembly.Instance) => void) => {
      const instance = new WebAssembly.Instance(module, imports);
      memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
      receive(instance);
      return instance.exports;
    },
  };
  let instance: Instance | undefined;
  const constructors = {
    Uint8ClampedArray: function passView(view: unknown) {
      return view;
    },
    ImageData: function passOn(view: Uint8Array, width: number, height: number) {
      instance?.receive(view, width, height);
    },
  };
  // The factory fills `target` before it returns; its promise only says so later.
  const factory = createInstance as unknown as (target: Record<string, unknown>) => Promise<unknown>;
  withGlobals(constructors, () => void factory(target).catch(() => {}));
  if (typeof target.decode !== 'function' || memory === undefined) {
    throw new EngineError('unavailable', 'the JPEG decoder cannot be started on this host');
  }
  instance = { mozjpeg: target as unknown as MozJpeg, memory, messages, constructors, receive: () => {} };
  return instance;
}

/**
 * Runs `call` while the given names are global. The decoder looks up its result's constructors by name, in its first call:
 * `new ImageData(new Uint8ClampedArray(view of its memory), width, height)`. workerd has no ImageData, and standing in for
 * both saves a copy of 4 bytes a pixel. Nothing else can run meanwhile, and the names are as before afterwards.
 */
function withGlobals(constructors: Readonly<Record<string, unknown>>, call: () => void): void {
  const names = [...Object.keys(constructors), 'location']; // the factory defines `location` where there is none
  const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  try {
    for (const [name, value] of Object.entries(constructors)) {
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
    call();
  } finally {
    names.forEach((name, index) => {
      const descriptor = before[index];
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else if (name in constructors) Object.defineProperty(globalThis, name, descriptor);
    });
  }
}
