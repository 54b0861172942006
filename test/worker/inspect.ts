/** What `inspect` counts for a model file. */
import { describeGraph } from '../../engine/describe.ts';
import { parseModelHeader } from '../../engine/model-file.ts';

export const inspectTotals = (file: Uint8Array) => describeGraph(parseModelHeader(file, file.length).graph);
