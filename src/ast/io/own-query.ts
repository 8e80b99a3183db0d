import type { FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  type Invocation,
  listBoundNames,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isConditional } from '../where/rounds.ts';
import { listInvocations, listNodesWithin } from '../within.ts';
import { findQuery, isInsideChain, isRun, type QueryCall } from './queries.ts';

/** The query that a short helper makes each time it is called, of what it is handed. */
export function findOwnQuery(helper: FunctionNode, file: FileContext): QueryCall | undefined {
  if (!helper.body || helper.parameters.length === 0) return undefined;
  for (const call of listInvocations(helper.body, file)) {
    if (findEnclosingFunction(call) !== helper || isInsideChain(call)) continue;
    const query = findQuery(call, file);
    if (!query || !isRun(call, query) || isConditional(call, helper)) continue;
    if (matchHanded(helper, file)?.test(askedText(call, file))) return query;
  }
  return undefined;
}

/** What a query asks for and about; which collection it asks is no question that one query could answer for several. */
export function askedText(call: Invocation, file: FileContext): string {
  return call.getText(file.source).replace(/\.(?:collection|model)\([^()]*\)/g, '');
}

/** What tells texts that name what a function is handed. */
export interface HandedNames {
  test(text: string): boolean;
}

/** The names by which a function has what it is handed: its parameters, and what it makes of them. */
export function matchHanded(fn: FunctionNode, file: FileContext): HandedNames | undefined {
  return file.memo(collectHanded, fn);
}

function collectHanded(fn: FunctionNode, file: FileContext): HandedNames | undefined {
  const names = fn.parameters.flatMap((parameter) => listBoundNames(parameter.name));
  if (names.length === 0) return undefined;
  // An expression of all names would be compiled anew for each that is found.
  const handed: HandedNames = { test: (text) => names.some((name) => holdsWord(text, name)) };
  for (const { name, initializer } of listNodesWithin('VariableDeclaration', fn, file)) {
    if (!initializer || !ts.isIdentifier(name)) continue;
    if (findEnclosingFunction(name) === fn && isMadeOf(name, initializer, handed, file)) names.push(name.text);
  }
  return handed;
}

/** Whether a name stands in a text, not as a part of a longer word. */
function holdsWord(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const end = at + name.length;
    if (isEdge(text, at) && isEdge(text, end)) return true;
  }
  return false;
}

const wordCharacter = /\w/;

/** Whether a word begins or ends ahead of a place. */
function isEdge(text: string, at: number): boolean {
  return wordCharacter.test(text.charAt(at - 1)) !== wordCharacter.test(text.charAt(at));
}

/** `new Set(ids)`; also a builder of a query that is told of it later (`query.where('id = :id', { id })`). */
function isMadeOf(name: ts.Identifier, initializer: ts.Expression, handed: HandedNames, file: FileContext): boolean {
  const text = initializer.getText(file.source);
  if (handed.test(text)) return true;
  if (!/[qQ]uery|Builder|knex|^db\b/.test(text.slice(0, 200))) return false;
  const uses = file.bindingOf(name)?.references ?? [];
  return uses.some((use) => {
    const call = use.parent.parent;
    return findMethodCall(call)?.receiver === use && handed.test(call.getText(file.source));
  });
}
