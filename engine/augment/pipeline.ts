/**
 * A pipeline document, `aug/1` (AUGMENTATIONS.md §3) → a tree whose options can be drawn. Everything that can be wrong
 * with a document is found here, before a picture is touched.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import { EngineError } from '../errors.ts';
import { excerpt } from '../json.ts';
import { type Augmentation, type PictureKind, rgbKey } from './augmentation.ts';
import { type AugmentationType, augmentationOf, augmentations } from './operations/index.ts';
import { type Draw, number, type Option } from './options.ts';
import { asObject, type Path, pipelineError, refuseUnknown } from './pipeline-error.ts';
import { isStreamName, type StreamName } from './stream.ts';
import { parseTargets, type Targets } from './targets.ts';

export const PIPELINE_FORMAT = 'aug/1';

export interface PipelineLimits {
  readonly nodes: number;
  readonly depth: number;
}

export const defaultPipelineLimits: PipelineLimits = { nodes: 256, depth: 64 };

interface NodeBase {
  /** What its random numbers are keyed by: its id, else its JSON path. */
  readonly name: string;
  /** Where it stands in the document. */
  readonly path: Path;
  readonly id?: string;
  /** Probability that it is applied. */
  readonly p: number;
}

/** A node that works on the picture. */
export interface OperationNode extends NodeBase {
  readonly type: AugmentationType;
  readonly draws: Readonly<Record<string, Draw<unknown>>>;
  /** Given in resolved pipelines. */
  readonly stream?: StreamName;
}

/** A node that chooses among others. */
export interface ComposeNode extends NodeBase {
  readonly type: 'compose';
  readonly children: readonly PipelineNode[];
}
export interface OneOfNode extends NodeBase {
  readonly type: 'oneOf';
  readonly children: readonly PipelineNode[];
  readonly weights: readonly number[];
}
export interface SomeOfNode extends NodeBase {
  readonly type: 'someOf';
  readonly children: readonly PipelineNode[];
  readonly n: Draw<number>;
  readonly order: 'given' | 'random';
}

export type PipelineNode = OperationNode | ComposeNode | OneOfNode | SomeOfNode;

export interface Pipeline {
  /** SHA-256 of the document's RFC 8785 form, lower-case hex. */
  readonly id: string;
  /** The pictures that it was compiled for. */
  readonly kind: PictureKind;
  readonly seed: number;
  readonly targets: Targets;
  /** What is done to each picture. */
  readonly root: PipelineNode;
  /** What mixes the pictures of a batch after that. */
  readonly batch: readonly OperationNode[];
  /** `normalize`, where the pipeline ends in it. */
  readonly normalize: OperationNode | undefined;
}

export interface CompileOptions extends PictureKind {
  /** Whether pictures are made for training, where `normalize`, `mixup` and `cutmix` have a meaning. Default false. */
  readonly training?: boolean;
  readonly limits?: Partial<PipelineLimits>;
}

/**
 * Reads a pipeline for pictures of one kind.
 * @throws EngineError `invalid-pipeline` with the JSON path; `limit-exceeded` for too many nodes or levels
 */
export function compilePipeline(document: unknown, options: CompileOptions): Pipeline {
  const object = asObject(document, []);
  refuseUnknown(object, ['format', 'seed', 'targets', 'pipeline'], []);
  for (const key of ['format', 'pipeline']) if (!Object.hasOwn(object, key)) throw pipelineError([key], 'missing');
  if (object.format !== PIPELINE_FORMAT) {
    throw pipelineError(['format'], `expected "${PIPELINE_FORMAT}", got ${excerpt(object.format)}`);
  }
  const seed = Object.hasOwn(object, 'seed') ? parseSeed(object.seed, ['seed']) : 0;
  const targets = parseTargets(object.targets, ['targets']);
  const whole = new Compiler(options).node(object.pipeline, ['pipeline'], 1);
  const id = bytesToHex(sha256(utf8ToBytes(canonicalize(document) as string)));
  const { channels, type } = options;
  return { id, kind: { channels, type }, seed, targets, ...splitTraining(whole) };
}

const onlyOf = (node: PipelineNode) => (isGroup(node) ? undefined : augmentationOf(node.type).only);

function isGroup(node: PipelineNode): node is ComposeNode | OneOfNode | SomeOfNode {
  return groupTypes.includes(node.type as GroupType);
}

/** Takes what is for training only off the end of the outermost `compose`. */
function splitTraining(whole: PipelineNode): Pick<Pipeline, 'root' | 'batch' | 'normalize'> {
  const children = whole.type === 'compose' ? whole.children : [whole];
  const first = children.findIndex(onlyOf);
  const tail = first < 0 ? [] : children.slice(first);
  const inside = whole.type === 'compose' ? children.slice(0, children.length - tail.length) : [];
  const normalize = tail.filter((node): node is OperationNode => onlyOf(node) === 'training');
  const batch = tail.filter((node): node is OperationNode => onlyOf(node) === 'batch');
  const isSkippable = whole.p < 1 || normalize.some(({ p }) => p < 1);
  const isLast =
    batch.length + normalize.length === tail.length && normalize.length < 2 && !(tail.length && isSkippable);
  const misplaced = isLast ? [...inside, ...(tail.length ? [] : [whole])].map(nestedOnly).find(Boolean) : tail[0];
  if (misplaced) {
    const path = [...misplaced.path, 'type'];
    throw pipelineError(
      path,
      `${misplaced.type} stands at the end of the outermost compose (normalize once, without p)`,
    );
  }
  if (tail.length === 0) return { root: whole, batch, normalize: undefined };
  const { name, path } = whole;
  return { root: { name, path, p: 1, type: 'compose', children: inside }, batch, normalize: normalize[0] };
}

/** The first node for training only, at any depth. */
function nestedOnly(node: PipelineNode): OperationNode | undefined {
  if (!isGroup(node)) return onlyOf(node) ? node : undefined;
  return node.children.map(nestedOnly).find(Boolean);
}

/** @throws EngineError `invalid-pipeline` */
export function parseSeed(value: unknown, path: Path): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw pipelineError(path, `expected an integer 0 … 2^53−1, got ${excerpt(value)}`);
  }
  return value as number;
}

const baseKeys = ['type', 'id', 'p'];
const groupTypes = ['compose', 'oneOf', 'someOf'] as const;
type GroupType = (typeof groupTypes)[number];

class Compiler {
  readonly #options: CompileOptions;
  readonly #limits: PipelineLimits;
  readonly #ids = new Map<string, Path>();
  #nodes = 0;

  constructor(options: CompileOptions) {
    this.#options = options;
    this.#limits = { ...defaultPipelineLimits, ...options.limits };
  }

  node(value: unknown, path: Path, depth: number): PipelineNode {
    const { nodes, depth: levels } = this.#limits;
    if (++this.#nodes > nodes) throw limitError(path, `the pipeline has more than ${nodes} nodes`);
    if (depth > levels) throw limitError(path, `the pipeline is nested deeper than ${levels} levels`);
    const object = asObject(value, path);
    const { type } = object;
    if (type === undefined) throw pipelineError([...path, 'type'], 'missing');
    const base = this.#base(object, path);
    if (groupTypes.includes(type as GroupType)) return this.#group(type as GroupType, object, base, path, depth);
    if (typeof type !== 'string' || !Object.hasOwn(augmentations, type)) {
      throw pipelineError([...path, 'type'], `there is no augmentation ${excerpt(type)}`);
    }
    return this.#operation(type as AugmentationType, object, base, path);
  }

  #base(object: Readonly<Record<string, unknown>>, path: Path): NodeBase {
    const { id, p = 1 } = object;
    if (typeof p !== 'number' || !(p >= 0 && p <= 1)) {
      throw pipelineError([...path, 'p'], `expected a probability 0 … 1, got ${excerpt(p)}`);
    }
    if (id === undefined) return { name: `$${pathText(path)}`, path, p };
    if (typeof id !== 'string' || id.length === 0 || id.length > 100) {
      throw pipelineError([...path, 'id'], `expected a text of 1 … 100 characters, got ${excerpt(id)}`);
    }
    if (this.#ids.has(id)) throw pipelineError([...path, 'id'], `another node has the id ${excerpt(id)}`);
    this.#ids.set(id, path);
    return { name: id, path, id, p };
  }

  #group(type: GroupType, object: Record<string, unknown>, base: NodeBase, path: Path, depth: number): PipelineNode {
    const own = { compose: [], oneOf: ['weights'], someOf: ['n', 'order'] }[type];
    refuseUnknown(object, [...baseKeys, 'children', ...own], path);
    const list = object.children;
    if (!Array.isArray(list))
      throw pipelineError([...path, 'children'], `expected a list of nodes, got ${excerpt(list)}`);
    const children = list.map((child, i) => this.node(child, [...path, 'children', i], depth + 1));
    if (type === 'compose') return { ...base, type, children };
    if (type === 'oneOf') {
      if (children.length === 0) throw pipelineError([...path, 'children'], 'expected at least one node');
      return { ...base, type, children, weights: parseWeights(object.weights, children.length, [...path, 'weights']) };
    }
    const count = children.length;
    const option = number({ default: [0, count], min: 0, max: count, integer: true });
    const n = object.n === undefined ? option.fallback : option.parse(object.n, [...path, 'n']);
    const { order = 'given' } = object;
    if (order !== 'given' && order !== 'random') {
      throw pipelineError([...path, 'order'], `expected given or random, got ${excerpt(order)}`);
    }
    return { ...base, type, children, n, order };
  }

  #operation(type: AugmentationType, object: Record<string, unknown>, base: NodeBase, path: Path): OperationNode {
    const operation = augmentationOf(type);
    const keys = Object.keys(operation.options);
    refuseUnknown(object, [...baseKeys, ...keys, ...(operation.draws ? ['stream'] : [])], path);
    this.#checkKind(type, operation, object, path);
    const named = (key: string) => Object.hasOwn(object, key);
    for (const alternatives of operation.alternatives ?? []) {
      const both = alternatives.filter(named);
      if (both.length > 1)
        throw pipelineError([...path, both[1] as string], `stands beside ${both[0]}: expected one of them`);
    }
    const draws = Object.fromEntries(
      Object.entries(operation.options).map(([key, option]: [string, Option<unknown>]) => {
        if (named(key)) return [key, option.parse(object[key], [...path, key])];
        const isNeutral = operation.groups?.some((group) => group.includes(key) && group.some(named));
        return [key, isNeutral ? () => option.neutral : option.fallback];
      }),
    );
    this.#checkFill(object.fill, [...path, 'fill']);
    operation.check?.(object, path);
    if (!named('stream')) return { ...base, type, draws };
    if (!isStreamName(object.stream)) {
      throw pipelineError([...path, 'stream'], `expected [seed, epoch, sample, node], got ${excerpt(object.stream)}`);
    }
    return { ...base, type, draws, stream: object.stream };
  }

  #checkKind(type: string, operation: Augmentation, node: Readonly<Record<string, unknown>>, path: Path): void {
    const { channels, training = false } = this.#options;
    const key = rgbKey(operation, node);
    if (key !== undefined && channels !== 3 && channels !== 4) {
      throw pipelineError(
        [...path, key],
        `${key === 'type' ? '' : `${key} `}${node[key]} needs pictures of 3 channels (or 4, the last left alone), these have ${channels}`,
      );
    }
    if (operation.only && !training) {
      const why = operation.only === 'batch' ? 'mixes the pictures of a batch: it works' : 'works';
      throw pipelineError([...path, 'type'], `${type} ${why} in training only`);
    }
  }

  #checkFill(fill: unknown, path: Path): void {
    const { channels } = this.#options;
    if (Array.isArray(fill) && fill.length !== channels) {
      throw pipelineError(path, `expected a level for each of ${channels} channels, got ${fill.length}`);
    }
  }
}

function parseWeights(value: unknown, count: number, path: Path): readonly number[] {
  if (value === undefined) return new Array<number>(count).fill(1);
  const isFit = Array.isArray(value) && value.length === count;
  if (!isFit) throw pipelineError(path, `expected a list of ${count} weights, one a child, got ${excerpt(value)}`);
  value.forEach((weight, i) => {
    if (typeof weight !== 'number' || !(weight >= 0) || weight > 1e9) {
      throw pipelineError([...path, i], `expected a weight 0 … 1e9, got ${excerpt(weight)}`);
    }
  });
  const weights = value as readonly number[];
  if (!(weights.reduce((sum, weight) => sum + weight, 0) > 0)) throw pipelineError(path, 'expected a sum above 0');
  return weights;
}

function pathText(path: Path): string {
  return path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
}

function limitError(path: Path, message: string): EngineError {
  const text = `$${pathText(path)}`;
  return new EngineError('limit-exceeded', `${text}: ${message}`, text);
}
