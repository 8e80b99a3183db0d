/// <reference path="./typescript.d.ts" />
/**
 * The TypeScript compiler that ts-morph carries; the one place it is imported from. Without what ts-morph wraps around
 * it, which takes a third of the time to load.
 */
import ts from '@ts-morph/common/dist/typescript.js';

export { ts };
