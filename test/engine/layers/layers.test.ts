/** The suite over the registry, in this Node, with every build that it can run. */
import { layerSuite } from '../../suites/layers.ts';
import { trainingBuilds } from '../../suites/node-kernels.ts';

for (const { label, source } of trainingBuilds) layerSuite(source, label);
