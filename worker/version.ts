/** Which borde this is, as `/v2` and `/openapi.json` say it. */
import { version as packageVersion } from '../package.json';

export const version: string = packageVersion;
