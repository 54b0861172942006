/** The suite over the registry on levels, in this Node: every build, and both dot8 paths by emulation. */
import { quantizedBuilds } from '../../assembly/quantized/builds.ts';
import { quantizedSuite } from '../../suites/quantized.ts';

quantizedSuite(quantizedBuilds);
