/** ONNX bytes → a model whose parts are checked one by one: what the importer walks over. */

import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { EngineError } from '../../errors.ts';
import { excerpt } from '../../json.ts';
import { Attributes } from './attributes.ts';
import { onnxLimits } from './limits.ts';
import { type GraphProto, type ModelProto, ModelProtoSchema, type ValueInfoProto } from './schema/onnx_pb.js';
import type { Side, SourceModel, SourceNode, SourceValue } from './source.ts';
import { type Constant, elementType, type ReadExternal, readTensor, typeName } from './tensor.ts';
import { UnsupportedModel } from './unsupported.ts';

/** Versions of the operator set that are read. Below 7 broadcasting was an attribute; that is read, too. */
export const opsets = { oldest: 1, newest: 21 } as const;

export interface OnnxNode extends SourceNode {
  readonly attributes: Attributes;
}

export interface OnnxModel extends SourceModel<OnnxNode> {
  readonly opset: number;
  readonly outputs: readonly SourceValue[];
  /** What the file says of itself, by key. */
  readonly metadata: ReadonlyMap<string, string>;
}

const noExternal: ReadExternal = (location) => {
  throw new EngineError('invalid-model', `the model keeps tensors in ${excerpt(location)}, which was not given`);
};

/**
 * Reads a file.
 * @param readExternal hands over tensors that lie beside the model
 * @throws EngineError `invalid-model`, `unsupported-model`, `limit-exceeded`
 */
export function readModel(file: Uint8Array, readExternal: ReadExternal = noExternal): OnnxModel {
  const model = parse(file);
  const proto = model.graph as GraphProto;
  const opset = opsetOf(model);
  refuseTwice(proto.initializer, 'initializers');
  refuseTwice(proto.input, 'inputs');
  const tensors = new Map(proto.initializer.map((tensor) => [tensor.name, tensor]));
  const decoded = new Map<string, Constant>();
  const initializers = {
    has: (name: string) => tensors.has(name),
    get(name: string): Constant {
      const known = decoded.get(name) ?? readTensor(tensors.get(name)!, readExternal);
      decoded.set(name, known);
      return known;
    },
  };
  if (proto.sparseInitializer.length > 0) {
    throw new UnsupportedModel('feature', 'sparse initializers are not supported');
  }
  return {
    name: proto.name,
    opset,
    // Before IR version 4, initializers were listed among the inputs.
    inputs: proto.input.map(valueInfo).filter(({ name }) => !tensors.has(name)),
    outputs: proto.output.map(valueInfo),
    hints: new Map(proto.valueInfo.map((info) => [info.name, valueInfo(info)])),
    nodes: proto.node.map((node, i) => ({
      name: node.name || node.output.find((name) => name !== '') || `node ${i}`,
      type: node.opType,
      domain: node.domain === 'ai.onnx' ? '' : node.domain,
      inputs: node.input,
      outputs: node.output,
      attributes: new Attributes(node.attribute, readExternal),
    })),
    initializers,
    metadata: new Map(model.metadataProps.map(({ key, value }) => [key, value])),
  };
}

function refuseTwice(items: readonly { readonly name: string }[], what: string): void {
  const seen = new Set<string>();
  for (const { name } of items) {
    if (seen.has(name)) throw new EngineError('invalid-model', `two ${what} are named ${excerpt(name)}`);
    seen.add(name);
  }
}

function parse(file: Uint8Array): ModelProto {
  const wrong = 'not an ONNX model, or one that is cut off';
  let model: ModelProto;
  try {
    const counted = countEntries(file);
    for (const what of ['nodes', 'entries'] as const) {
      if (counted[what] <= onnxLimits[what]) continue;
      const sentence = `the model has ${counted[what]} ${what}, at most ${onnxLimits[what]} are read`;
      throw new EngineError('limit-exceeded', sentence);
    }
    model = fromBinary(ModelProtoSchema, file, { readUnknownFields: false });
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError('invalid-model', `${wrong}: ${(error as Error).message}`);
  }
  if (!model.graph || model.opsetImport.length === 0) {
    const what = model.graph ? 'operator set' : 'graph';
    throw new EngineError('invalid-model', `${wrong}: there is no ${what} in it`);
  }
  return model;
}

/** Fields of ModelProto and GraphProto that are counted before anything is made of them. */
const GRAPH_FIELD = 7;
const NODE_FIELD = 1;

/** What the graph lists, found without decoding it: a hostile file must not cost memory. */
function countEntries(file: Uint8Array): { readonly nodes: number; readonly entries: number } {
  let [nodes, entries] = [0, 0];
  const walk = (reader: BinaryReader, end: number, visit: (field: number) => boolean) => {
    while (reader.pos < end) {
      const [field, wire] = reader.tag();
      if (wire === WireType.LengthDelimited && visit(field)) continue;
      reader.skip(wire);
    }
  };
  const reader = new BinaryReader(file);
  walk(reader, reader.len, (field) => {
    if (field !== GRAPH_FIELD) return false;
    const end = reader.uint32() + reader.pos;
    walk(reader, Math.min(end, reader.len), (inner) => {
      if (inner === NODE_FIELD) nodes++;
      else entries++;
      return false;
    });
    return true;
  });
  return { nodes, entries };
}

function opsetOf(model: ModelProto): number {
  const own = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  if (!own) {
    const domains = model.opsetImport.map(({ domain }) => domain).join(', ');
    throw new UnsupportedModel('operator', `the model has operators of ${domains} alone, none of ONNX itself`);
  }
  const version = Number(own.version);
  if (version < opsets.oldest || version > opsets.newest) {
    throw new UnsupportedModel(
      'feature',
      `the model has operator set ${version}; ${opsets.oldest} to ${opsets.newest} are supported`,
    );
  }
  return version;
}

function valueInfo({ name, type }: ValueInfoProto): SourceValue {
  const value = type?.value;
  if (value?.case !== 'tensorType') {
    return { name, type: undefined, typeName: value?.case?.replace(/Type$/, '') ?? 'unknown', shape: undefined };
  }
  const { elemType, shape } = value.value;
  const sides = shape?.dim.map((dim): Side => {
    if (dim.value.case === 'dimValue') return Number(dim.value.value);
    return dim.value.case === 'dimParam' && dim.value.value !== '' ? dim.value.value : undefined;
  });
  return { name, type: elementType(elemType), typeName: typeName(elemType), shape: sides };
}
