/** `borde export`: a model file becomes ONNX, operator set 20; one of eight bits a QDQ file. */
import { exportOnnx } from '../../engine/formats/onnx/export-model.ts';
import { formatShape } from '../../engine/tensor.ts';
import { formatBytes } from '../cli/table.ts';
import type { Verb } from '../cli/verb.ts';
import { writeFileAtomic } from '../io/atomic-write.ts';
import { atPath, readModel } from '../io/model.ts';

export const exportVerb: Verb = {
  name: 'export',
  summary: 'turn a model file into an ONNX file',
  examples: [
    'borde export models/digits.safetensors --out digits.onnx',
    'borde export digits.int8.safetensors --out digits.int8.onnx',
  ],

  flags: (command) => {
    command
      .argument('<model>', 'model file; one of eight bits is written with QuantizeLinear and DequantizeLinear')
      .requiredOption('--out <file>', 'ONNX file to write');
  },

  run: async ([path], { out }: { readonly out: string }, io) => {
    const model = await readModel(path as string);
    const bytes = await atPath(path as string, () => exportOnnx(model));
    await writeFileAtomic(out, bytes);
    const inputs = model.graph.inputs.map(({ name, shape }) => `${name} ${formatShape(shape).replace('-1', 'N')}`);
    const levels = model.graph.quantization ? ', eight bits (QDQ)' : '';
    io.out(`${out}: ${formatBytes(bytes.length)}, ONNX operator set 20${levels}`);
    io.out(`inputs ${inputs.join(', ')}, outputs ${model.graph.outputs.map(({ name }) => name).join(', ')}`);
    return 0;
  },
};
