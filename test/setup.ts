/**
 * Property tests draw the same cases in every run, so that a red run is red for everybody; `npm run test:long` draws others
 * each time. A failure prints its seed either way.
 */
import fc from 'fast-check';

// workerd has no process: there the cases stay the same.
const isLong = typeof process !== 'undefined' && process.env?.BORDE_LONG;
if (!isLong) fc.configureGlobal({ seed: 20261124 });
