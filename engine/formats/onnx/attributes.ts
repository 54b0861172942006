/** A node's attributes, asked for by name and type. */
import { EngineError } from '../../errors.ts';
import { type AttributeProto, AttributeProto_AttributeType as Type } from './schema/onnx_pb.js';
import { type Constant, type ReadExternal, readTensor } from './tensor.ts';

export class Attributes {
  private readonly byName: ReadonlyMap<string, AttributeProto>;
  private readonly readExternal: ReadExternal;

  constructor(protos: readonly AttributeProto[], readExternal: ReadExternal) {
    this.byName = new Map(protos.map((proto) => [proto.name, proto]));
    this.readExternal = readExternal;
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  /** @throws EngineError `invalid-model` where the attribute is of another type, as all below */
  float(name: string, otherwise: number): number {
    return this.find(name, Type.FLOAT)?.f ?? otherwise;
  }

  floats(name: string): readonly number[] | undefined {
    return this.find(name, Type.FLOATS)?.floats;
  }

  integer(name: string, otherwise: number): number {
    const found = this.find(name, Type.INT);
    return found ? Number(found.i) : otherwise;
  }

  /** @throws EngineError `invalid-model` also where it is missing */
  required(name: string): number {
    if (!this.has(name)) throw new EngineError('invalid-model', `attribute "${name}" is missing`);
    return this.integer(name, 0);
  }

  integers(name: string): readonly number[] | undefined {
    return this.find(name, Type.INTS)?.ints.map(Number);
  }

  text<T extends string>(name: string, otherwise: T): string {
    const found = this.find(name, Type.STRING);
    return found ? new TextDecoder().decode(found.s) : otherwise;
  }

  tensor(name: string): Constant | undefined {
    const found = this.find(name, Type.TENSOR)?.t;
    return found && readTensor(found, this.readExternal);
  }

  private find(name: string, type: Type): AttributeProto | undefined {
    const found = this.byName.get(name);
    // Files of the first years leave the type out.
    if (found && found.type !== type && found.type !== Type.UNDEFINED) {
      const [expected, got] = [Type[type], Type[found.type]];
      throw new EngineError('invalid-model', `attribute "${name}": expected ${expected}, got ${got}`);
    }
    return found;
  }
}
