import { createRequire } from 'node:module';

/** The version in the package's own package.json: the nearest one above this module, built or not. */
declare const plimsollBuild: string | undefined;

/** Changes with the sources that the built tool was made of; undefined when it runs from source. */
export const build: string | undefined = typeof plimsollBuild === 'string' ? plimsollBuild : undefined;

export const version: string = (createRequire(import.meta.url)('../package.json') as { version: string }).version;
