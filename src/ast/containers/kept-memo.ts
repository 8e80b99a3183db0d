import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { findFunctionValue, ordinalOf } from '../names/functions.ts';
import { isLibraryMemo } from '../names/library-memo.ts';
import type { FunctionNode } from '../syntax.ts';
import { ts } from '../ts.ts';
import { frequencyOf } from '../where/where.ts';
import { typeDomain } from './key-type.ts';
import { domainOfName } from './key-words.ts';

/** What a library keeps an answer for, under what it is called, and what must hold elsewhere for there to be many. */
export interface KeptByLibrary {
  name: string;
  key: string;
  when?: LinkCondition;
}

/** Judges a function that a library wraps to keep an answer for every argument it has ever had, for as long as the process lives. */
export function findKeptMemo(call: ts.CallExpression, file: FileContext): KeptByLibrary | undefined {
  // A second argument says how long, by what key, or where.
  if (call.arguments.length !== 1 || !isLibraryMemo(call, file) || frequencyOf(call, file) !== 'once') return undefined;
  // `load.cache = new LRUCache(…)`, `load.cache.clear()`
  if (/\.cache\b|[mM]emoizeClear/.test(file.text)) return undefined;
  const fn = findFunctionValue(call.arguments[0]!, file);
  const parameter = fn?.parameters[0];
  if (!fn || !parameter || !ts.isIdentifier(parameter.name) || isFew(parameter, file)) return undefined;
  return {
    name: nameOf(call, fn),
    key: `\`${parameter.name.text}\``,
    when: { kind: 'handed-by-requests', fn: ordinalOf(fn, file), parameter: 0 },
  };
}

function isFew({ name, type }: ts.ParameterDeclaration, file: FileContext): boolean {
  if (type && typeDomain(type, file) === 'bounded') return true;
  return domainOfName((name as ts.Identifier).text) === 'bounded';
}

function nameOf({ parent }: ts.CallExpression, fn: FunctionNode): string {
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return parent.name.text;
  if (ts.isBinaryExpression(parent) && ts.isPropertyAccessExpression(parent.left)) return parent.left.name.text;
  return fn.name && ts.isIdentifier(fn.name) ? fn.name.text : 'This memo';
}
