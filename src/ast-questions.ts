/// <reference path="./ast/typescript.d.ts" />
/** What rules and fixers of plugins are made of: the compiler's nodes, and the questions that Plimsoll's own rules ask. */
import ts from '@ts-morph/common/dist/typescript.js';

export { findQuery, type QueryCall } from './ast/io/queries.ts';
export { findFunctionValue, isExported, listCallsOf, listFunctions } from './ast/names/functions.ts';
export { bareModule, findImport, findOrigin, isFrom, type Origin, originName } from './ast/names/provenance.ts';
export {
  type ClassNode,
  type FunctionNode,
  findEnclosingClass,
  findEnclosingFunction,
  findEnclosingLoop,
  findMemberName,
  findMemberPath,
  findMethodCall,
  findProperty,
  findPropertyName,
  findStringValue,
  isAsync,
  isFunctionNode,
  isWithin,
  type LoopNode,
  nameOfFunction,
  skipWrappers,
} from './ast/syntax.ts';
export { findEntryPoint } from './ast/where/entry-points.ts';
export {
  type Frequency,
  findRepetition,
  frequencyOf,
  isStartup,
  onRequestPath,
  runsRepeatedly,
} from './ast/where/where.ts';
export type { Binding, FileContext, FileRole, ImportOrigin, PackageFacts, Scope } from './model/file-context.ts';
export type { LinkCondition } from './model/link.ts';
/** The whole compiler: what a plugin uses of it is not known when the tool is built. */
export { ts };
