/** Every layer inside workerd, in both builds (the training ones, which have all that inference has). */
import relaxed from '../../build/training.relaxed.wasm';
import baseline from '../../build/training.wasm';
import { chooseKernels } from '../../worker/kernels.ts';
import { layerSuite } from '../suites/layers.ts';

const { capabilities } = chooseKernels({ baseline, relaxed });

layerSuite({ module: relaxed, capabilities }, 'relaxed in workerd');
layerSuite(
  { module: baseline, capabilities: { ...capabilities, relaxed: false, rowsPerTile: 5 } },
  'baseline in workerd',
);
