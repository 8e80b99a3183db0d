import { createRequire } from 'node:module';

/** The version in the package's own package.json: the nearest one above this module, built or not. */
export const version: string = (createRequire(import.meta.url)('../package.json') as { version: string }).version;
