import type { FileContext } from '../../model/file-context.ts';
import type { Life } from '../life/life-cycle.ts';
import {
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  findPropertyName,
  getOutermostWrapped,
  isAssignment,
  isAssignmentOperator,
  isClassNode,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findTimerFunction, type TimerFunction } from './timers.ts';

/**
 * What clears the timer of a chain by a handle that nothing sets: `stop() { clearTimeout(api.stats.timer); }`, where
 * `api.stats.write` ends with `setTimeout(api.stats.write, ms)`, and `api.stats.timer` is null for good.
 */
export function findUnsetClearOfChain(call: ts.CallExpression, file: FileContext): ts.Node | undefined {
  const run = findRunPath(call);
  if (!run || !isSetAsRun(run, call)) return undefined;
  const holder = run.slice(0, -1).join('.');
  return listUnsetClears('clearTimeout', file).find(({ path }) => path.slice(0, -1).join('.') === holder)?.clear;
}

/** What clears, in a class that inherits nothing, an interval by a field that nothing sets. */
export function findUnsetClearOfOwner(life: Life, file: FileContext): ts.Node | undefined {
  if (life.kind !== 'owner') return undefined;
  const { node } = life.shape;
  if (!isClassNode(node) || node.heritageClauses?.some(({ token }) => token === ts.SyntaxKind.ExtendsKeyword))
    return undefined;
  return listUnsetClears('clearInterval', file).find(
    ({ path, clear }) => path.length === 2 && path[0] === 'this' && isWithin(clear, node),
  )?.clear;
}

/** `api.stats.write` of `setTimeout(api.stats.write, ms)`, of its bound form, and of `() => api.stats.write()`. */
function findRunPath({ arguments: [given] }: ts.CallExpression): readonly string[] | undefined {
  const at = given && skipWrappers(given);
  if (!at) return undefined;
  if (ts.isCallExpression(at)) {
    const bound = findMethodCall(at);
    return bound?.method === 'bind' ? findMemberPath(bound.receiver) : undefined;
  }
  if (!isFunctionNode(at)) return findMemberPath(at);
  const only = at.body && ts.isBlock(at.body) && at.body.statements.length === 1 ? at.body.statements[0] : at.body;
  const value = only && ts.isExpressionStatement(only) ? skipWrappers(only.expression) : only;
  return value && ts.isCallExpression(value) ? findMemberPath(value.expression) : undefined;
}

/** The timer stands in the very function that it runs: a method of this name, or what is assigned to this path. */
function isSetAsRun(run: readonly string[], call: ts.Node): boolean {
  if (run.length < 2) return false;
  for (let fn = findEnclosingFunction(call); fn; fn = findEnclosingFunction(fn)) {
    const { parent } = fn;
    if (isAssignment(parent) && findMemberPath(parent.left)?.join('.') === run.join('.')) return true;
    if (run.length === 2 && run[0] === 'this' && findPropertyName(fn.name as ts.PropertyName | undefined) === run[1])
      return true;
  }
  return false;
}

interface UnsetClear {
  path: readonly string[];
  clear: ts.CallExpression;
}

function listUnsetClears(by: TimerFunction, file: FileContext): readonly UnsetClear[] {
  return file.nodes('CallExpression').flatMap((clear) => {
    const [handle] = clear.arguments;
    if (!handle || findTimerFunction(clear, file) !== by) return [];
    const path = findMemberPath(skipWrappers(handle));
    return path && path.length > 1 && isNeverSet(path.at(-1)!, file) ? [{ path, clear }] : [];
  });
}

/** No member of this name is set to anything but nothing: by assignment, in an object or a pattern, or by a text. */
function isNeverSet(name: string, file: FileContext): boolean {
  const named = [ts.SyntaxKind.Identifier, ts.SyntaxKind.PrivateIdentifier, ts.SyntaxKind.StringLiteral].flatMap(
    (kind) => file.nodesOfKind(kind) as readonly (ts.Identifier | ts.StringLiteral)[],
  );
  return named.every((node) => node.text !== name || isReadOrUnset(node));
}

function isReadOrUnset(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isPropertySignature(parent)) return true;
  if (ts.isPropertyDeclaration(parent) || ts.isPropertyAssignment(parent))
    return parent.name === node && (!parent.initializer || isNothing(parent.initializer));
  if (!ts.isPropertyAccessExpression(parent) || parent.name !== node) return false;
  const use = getOutermostWrapped(parent).parent;
  const isSet =
    ts.isBinaryExpression(use) && isAssignmentOperator(use.operatorToken.kind) && isWithin(parent, use.left);
  return !isSet || isNothing(use.right);
}

function isNothing(value: ts.Expression): boolean {
  const at = skipWrappers(value);
  return (
    at.kind === ts.SyntaxKind.NullKeyword ||
    at.kind === ts.SyntaxKind.FalseKeyword ||
    (ts.isNumericLiteral(at) && at.text === '0') ||
    ts.isVoidExpression(at) ||
    (ts.isIdentifier(at) && at.text === 'undefined')
  );
}
