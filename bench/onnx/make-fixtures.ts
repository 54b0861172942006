/**
 * `node bench/onnx/make-fixtures.ts [NAME…]`: builds small ONNX models, runs them in onnxruntime and writes model, input
 * and outputs to test/fixtures/onnx/NAME, which test/engine/formats/onnx/fixtures.test.ts then runs in the engine.
 *
 * Left out, because onnxruntime departs from the operators' specification or refuses:
 *   Resize, align_corners by scales that give no whole length (fixtures/resize.ts says more)
 *   Resize to nearest by tf_crop_and_resize where a side keeps its length: onnxruntime does not look at the region then
 *   Resize by a scale under which an axis keeps its length, as 3 · 1.3: onnxruntime copies the axis, whatever the scale
 *   Conv and pools with auto_pad SAME_* and dilations: "Dilation not supported for AutoPadType"
 *   pools with auto_pad SAME_* whose stride exceeds their window: "padding values must be non-negative" of MaxPool, while
 *     AveragePool then starts behind the first pixel
 *   ConvTranspose with auto_pad SAME_* whose stride exceeds its filter: the text says input · stride, onnxruntime makes less
 *   Pad, wrap, by more than an axis has: onnxruntime reads memory that nobody has written
 */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeFixture } from './fixture.ts';
import { convolutions } from './fixtures/convolution.ts';
import { elementwise } from './fixtures/elementwise.ts';
import { matrices } from './fixtures/matrix.ts';
import { movements } from './fixtures/movement.ts';
import { networks } from './fixtures/network.ts';
import { norms } from './fixtures/norm.ts';
import { older } from './fixtures/older.ts';
import { pools } from './fixtures/pool.ts';
import { quantized } from './fixtures/quantization.ts';
import { reductions } from './fixtures/reduction.ts';
import { resizes } from './fixtures/resize.ts';
import { shapeArithmetic } from './fixtures/shape.ts';

const root = fileURLToPath(new URL('../../test/fixtures/onnx', import.meta.url));

const fixtures = [
  ...convolutions,
  ...pools,
  ...resizes,
  ...norms,
  ...reductions,
  ...elementwise,
  ...matrices,
  ...movements,
  ...older,
  ...shapeArithmetic,
  ...quantized,
  ...networks,
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !fixtures.some((fixture) => fixture.name === name));
if (unknown.length > 0) {
  console.error(`make-fixtures: no fixture is named ${unknown.join(', ')}`);
  process.exit(2);
}
if (wanted.length === 0) rmSync(root, { recursive: true, force: true });
let total = 0;
for (const fixture of fixtures) {
  if (wanted.length > 0 && !wanted.includes(fixture.name)) continue;
  try {
    // Seeded by the name, so that a new fixture leaves the others as they are.
    const seed = [...fixture.name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 2 ** 31, 7);
    const bytes = await writeFixture(fixture, root, seed);
    total += bytes;
    console.log(`${fixture.name}: ${bytes} bytes`);
  } catch (error) {
    console.error(`${fixture.name}: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
console.log(`${total} bytes`);
