/** The operation of a golden case, in the set's words, as a node of a pipeline. */
import { EngineError } from '../../engine/errors.ts';

export type Params = Readonly<Record<string, unknown>>;
type Node = Readonly<Record<string, unknown>>;

const pixels = (value: unknown) => ({ value, unit: 'pixels' });

/** interpolation, border and fill, where the case names them. */
function resampling(p: Params): Node {
  const interpolation = String(p.interpolation ?? 'bilinear').replace(/\(.*\)/, '');
  return { interpolation, border: p.border ?? 'constant', fill: p.fill ?? 0 };
}

const border = (p: Params) => (p.border === 'reflect101' || p.border === undefined ? 'reflect' : p.border);

const shift = (p: Params) => (p.px === undefined ? { value: p.fraction, unit: 'fraction' } : pixels(p.px));

function affine(p: Params): Node {
  const [scaleX, scaleY] = (p.scale ?? [1, 1]) as [number, number];
  const [x, y] = (p.translate_px ?? [0, 0]) as [number, number];
  return {
    type: 'affine',
    rotate: p.angle_deg ?? 0,
    scaleX,
    scaleY,
    shearX: p.shear_x_deg ?? 0,
    shearY: p.shear_y_deg ?? 0,
    translateX: pixels(x),
    translateY: pixels(y),
    ...resampling(p),
  };
}

function cropAndPad(p: Params): Node {
  const [top, right, bottom, left] = (p.px_top_right_bottom_left as number[]).map(pixels);
  const keepSize = p.keep_size ?? false;
  return {
    type: 'cropAndPad',
    top,
    right,
    bottom,
    left,
    keepSize,
    border: p.pad_mode ?? 'constant',
    fill: p.fill ?? 0,
  };
}

/** The set counts what a crop takes away as negative. */
function crop(p: Params): Node {
  const [top, right, bottom, left] = (p.px_top_right_bottom_left as number[]).map((side) => pixels(-side));
  return { type: 'crop', top, right, bottom, left, keepSize: p.keep_size ?? false };
}

function convolve(p: Params): Node {
  const output = /int16/.test(String(p.output)) ? 'signed' : 'clip';
  return { type: 'convolve', matrix: p.kernel, output, border: border(p), fill: p.fill ?? 0 };
}

const resizeFilters: Readonly<Record<string, Node>> = {
  cv2_area: { filter: 'area' },
  cv2_nearest: { filter: 'nearest', antialias: false },
  cv2_linear: { filter: 'bilinear', antialias: false },
  cv2_cubic: { filter: 'bicubic', antialias: false },
  lanczos3: { filter: 'lanczos' },
};

function resize(p: Params): Node {
  const [width, height] = p.out_wh as [number, number];
  const name = String(p.filter);
  return {
    type: 'resize',
    width,
    height,
    ...(resizeFilters[name] ?? { filter: name, antialias: p.antialias ?? true }),
  };
}

const writers: Readonly<Record<string, (p: Params) => Node>> = {
  rotate: (p) => ({ type: 'rotate', angle: p.angle_deg, ...resampling(p) }),
  shear: (p) => ({ type: 'shear', x: p.shear_x_deg ?? 0, y: p.shear_y_deg ?? 0, ...resampling(p) }),
  translate_x: (p) => ({ type: 'translateX', by: shift(p), ...resampling(p) }),
  translate_y: (p) => ({ type: 'translateY', by: shift(p), ...resampling(p) }),
  scale: (p) => ({
    type: 'scale',
    ...(Array.isArray(p.scale) ? { x: p.scale[0], y: p.scale[1] } : { factor: p.scale }),
    ...resampling(p),
  }),
  affine,
  perspective: (p) => ({ type: 'perspective', corners: p.corners_px, keepSize: p.keep_size ?? true, ...resampling(p) }),
  hflip: () => ({ type: 'hflip' }),
  vflip: () => ({ type: 'vflip' }),
  transpose: () => ({ type: 'transpose' }),
  rotate90: (p) => ({ type: 'rotate90', times: p.times ?? p.k ?? 1 }),
  crop,
  crop_and_pad: cropAndPad,
  sharpen: (p) => ({ type: 'sharpen', alpha: p.alpha, lightness: p.lightness, border: border(p) }),
  emboss: (p) => ({ type: 'emboss', alpha: p.alpha, strength: p.strength, border: border(p) }),
  convolve,
  gaussian_blur: (p) => ({
    type: 'gaussianBlur',
    sigma: p.sigma,
    ...(p.ksize === undefined ? {} : { size: p.ksize }),
    border: border(p),
  }),
  box_blur: (p) => ({ type: 'boxBlur', size: p.ksize ?? p.size, border: border(p) }),
  median_blur: (p) => ({ type: 'medianBlur', size: p.ksize ?? p.size, border: border(p) }),
  brighten: (p) => ({ type: 'brightness', ...(p.mode === 'add' ? { add: p.value } : { multiply: p.factor }) }),
  linear_contrast: (p) => ({ type: 'contrast', linear: p.alpha, center: p.center ?? 127 }),
  gamma_contrast: (p) => ({ type: 'gamma', gamma: p.gamma }),
  invert: (p) => (p.threshold === undefined ? { type: 'invert' } : { type: 'solarize', threshold: p.threshold }),
  solarize: (p) => ({ type: 'solarize', threshold: p.threshold }),
  posterize: (p) => ({ type: 'posterize', bits: p.bits }),
  fast_snowy_landscape: (p) => ({
    type: 'fastSnowyLandscape',
    threshold: p.lightness_threshold,
    multiplier: p.lightness_multiplier,
  }),
  resize,
};

/** @throws EngineError `unsupported-model` for an operation that the set did not have when this was written */
export function nodeOf(op: string, params: Params): Node {
  const write = Object.hasOwn(writers, op) ? writers[op] : undefined;
  if (!write) throw new EngineError('invalid-data', `there is no operation "${op}" here`);
  return write(params);
}
