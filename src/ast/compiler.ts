import { createRequire } from 'node:module';
import type { ts } from './ts.ts';

let compiler: typeof ts | undefined;

/**
 * The whole compiler, for those who emit code. It takes half a second to load, so it is loaded when it is first asked for;
 * what only reads trees uses `ts`, of which the built tool holds the parser alone.
 */
export function wholeCompiler(): typeof ts {
  compiler ??= createRequire(import.meta.url)('@ts-morph/common/dist/typescript.js') as typeof ts;
  return compiler;
}
