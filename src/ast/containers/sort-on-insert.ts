import type { FileContext } from '../../model/file-context.ts';
import { isDeclaredIn, listRepetitions } from '../size/loop-facts.ts';
import {
  type FunctionNode,
  findEnclosingBlock,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  isAssignment,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findEntryPoint } from '../where/entry-points.ts';

/** `list.push(x); list.sort(…)` on a list that outlives the function, or the sort put off until one is taken. */
export interface SortOnInsert {
  call: ts.CallExpression;
  push: ts.CallExpression;
  list: ts.Expression;
  /** Where another function takes the first or the last: what waits in it is as much as there is to do. */
  take: ts.CallExpression | undefined;
}

const filledOnce =
  /(?:plugins?|handlers?|listeners?|middlewares?|rules?|routes?|layers?|hooks?|providers?|strategies|extensions?|commands?|modules?|patterns?|parsers?|formatters?|validators?|resolvers?|filters?|processors?|transforms?|adapters?|policies|definitions?|registrations?|migrations?|columns?|fields?|options?|menus?|bars?|labels?|buttons?|widgets?|tabs?|panels?|tools?|types?|locales?|names?|actions?|steps?)$/i;
const registerName =
  /^(?:register|use|install|define|addPlugin|addHook|addRule|addRoute|configure|constructor|init|load|setup|build|create)/;

/** Judges a `sort()`: whether it follows a `push` of one entry in the same block, and is not in a loop that fills the list. */
export function findSortOnInsert(call: ts.CallExpression, file: FileContext): SortOnInsert | undefined {
  const target = findMethodCall(call);
  const list = target && skipWrappers(target.receiver);
  const path = list && findMemberPath(list);
  const fn = findEnclosingFunction(call);
  if (!target || !list || !path || !fn || filledOnce.test(path.at(-1)!) || registerName.test(nameOfFunction(fn)))
    return undefined;
  const takesOne = isPutOff(call, path.join('.'), fn);
  if (findEntryPoint(fn, file)?.kind === 'startup' || !outlives(list, fn, file)) return undefined;
  const text = path.join('.');
  const push = file.nodes('CallExpression').find((other) => {
    const added = findMethodCall(other);
    if (takesOne) {
      const isAdd = added?.method === 'push' && findMemberPath(added.receiver)?.join('.') === text;
      return isAdd && findEnclosingFunction(other) !== fn;
    }
    if (other.pos >= call.pos || findEnclosingFunction(other) !== fn) return false;
    return (
      added !== undefined &&
      /^(?:push|unshift)$/.test(added.method) &&
      findMemberPath(added.receiver)?.join('.') === text &&
      other.arguments.length === 1 &&
      !ts.isSpreadElement(other.arguments[0]!) &&
      listRepetitions(other).every(({ node }) => isWithin(call, node)) &&
      isBeside(other, call)
    );
  });
  // Gathered in a loop, and sorted once for all of them.
  const isGathered = file.nodes('CallExpression').some((other) => {
    const added = other.pos < call.pos && findEnclosingFunction(other) === fn ? findMethodCall(other) : undefined;
    return (
      added?.method === 'push' &&
      findMemberPath(added.receiver)?.join('.') === text &&
      listRepetitions(other).some(({ node }) => !isWithin(call, node))
    );
  });
  if (isGathered && !takesOne) return undefined;
  return push && { call, push, list, take: findTake(push, text, fn, takesOne, file) };
}

/** A `shift` or `pop` of the same list; not of callers that wait, of whom there are only as many as are under way. */
function findTake(
  push: ts.CallExpression,
  list: string,
  fn: ts.Node,
  isHere: boolean,
  file: FileContext,
): ts.CallExpression | undefined {
  if (/\b(?:resolve|reject|callback|cb|done)\b/.test(push.arguments[0]?.getText(file.source) ?? '')) return undefined;
  return file.nodes('CallExpression').find((other) => {
    const taken = findMethodCall(other);
    if (!taken || !/^(?:shift|pop)$/.test(taken.method) || findMemberPath(taken.receiver)?.join('.') !== list)
      return false;
    return isHere || findEnclosingFunction(other) !== fn;
  });
}

/** `if (!this.sorted) { list.sort(); this.sorted = true; } return list.shift()`: sorted anew for each that is taken. */
function isPutOff(call: ts.CallExpression, list: string, fn: FunctionNode): boolean {
  const guard = findEnclosingBlock(call)?.parent;
  if (!guard || !ts.isIfStatement(guard) || !fn.body || !isWithin(guard, fn.body)) return false;
  const flag = findMemberPath(skipNot(guard.expression))?.join('.');
  if (flag === undefined) return false;
  let setsFlag = false;
  let takes = false;
  const visit = (at: ts.Node): void => {
    if (isAssignment(at) && isWithin(at, guard.thenStatement))
      setsFlag ||= findMemberPath(skipWrappers(at.left))?.join('.') === flag;
    const target = findMethodCall(at);
    if (target && /^(?:shift|pop)$/.test(target.method)) takes ||= findMemberPath(target.receiver)?.join('.') === list;
    ts.forEachChild(at, visit);
  };
  visit(fn.body);
  return setsFlag && takes;
}

function skipNot(test: ts.Expression): ts.Expression {
  const value = skipWrappers(test);
  return ts.isPrefixUnaryExpression(value) ? skipWrappers(value.operand) : value;
}

/** The sort runs whenever the push does: it stands in the same block, or in one around it. */
function isBeside(push: ts.Node, sort: ts.Node): boolean {
  const block = findEnclosingBlock(sort);
  return block !== undefined && isWithin(push, block);
}

function outlives(list: ts.Expression, fn: ts.Node, file: FileContext): boolean {
  let root = list;
  while (ts.isPropertyAccessExpression(root)) root = skipWrappers(root.expression);
  if (root.kind === ts.SyntaxKind.ThisKeyword) return list !== root;
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  return !!binding && binding.kind !== 'import' && !isDeclaredIn(binding, fn);
}
