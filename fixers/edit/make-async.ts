import { isExported, listCallsOf } from '../../src/ast/names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  getOutermostWrapped,
  hasModifier,
  isAsync,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { bracketAwait } from './await-call.ts';
import { findStatement } from './statement-of.ts';

/** Whether `await` may stand in the place of a node. */
export function canAwait(node: ts.Node): boolean {
  const fn = findEnclosingFunction(node);
  return fn !== undefined && isAsync(fn) && isInBody(node, fn);
}

/** Not in a default value, nor in a class of its own. */
function isInBody(node: ts.Node, fn: FunctionNode): boolean {
  for (let at = node; at !== fn; at = at.parent) if (ts.isParameter(at) || ts.isClassLike(at)) return false;
  return true;
}

/**
 * Makes the function around a node asynchronous, where nothing but asynchronous functions of the file call it: `async`,
 * `Promise<…>` around its type, and `await` before each call. Undefined where others may call it, or not by its name.
 */
export function makeAsync(node: ts.Node, file: FileContext): TextEdit[] | undefined {
  const fn = findEnclosingFunction(node);
  const name = fn && findOwnName(fn);
  if (!name || isExported(fn, file) || !isInBody(node, fn) || tellsType(fn, file)) return undefined;
  const calls = listCallsOf(fn, file);
  if (calls.length === 0 || !calls.every(canAwait) || !isOnlyCalled(name, calls, file)) return undefined;
  const isPromised = fn.type !== undefined && /^Promise\b/.test(fn.type.getText(file.source));
  // Who has a promise of it already may not want to wait for it there.
  if ((isPromised || calls.some(isTakenAsPromise)) && !calls.every(isAwaited)) return undefined;
  const start = (ts.isMethodDeclaration(fn) ? name : fn).getStart(file.source);
  const type =
    fn.type && !isPromised
      ? [
          { start: fn.type.getStart(file.source), end: fn.type.getStart(file.source), text: 'Promise<' },
          { start: fn.type.end, end: fn.type.end, text: '>' },
        ]
      : [];
  return [
    { start, end: start, text: 'async ' },
    ...type,
    ...calls.filter((call) => !isAwaited(call)).flatMap((call) => bracketAwait(call, file)),
  ];
}

function isAwaited(call: ts.Node): boolean {
  return ts.isAwaitExpression(getOutermostWrapped(call).parent);
}

/** `load().then(…)`, `Promise.all([load()])`: what it gives is a promise. */
function isTakenAsPromise(call: ts.CallExpression): boolean {
  const { parent } = getOutermostWrapped(call);
  if (/^(?:then|catch|finally)$/.test(findMemberName(parent) ?? '')) return true;
  const taker = ts.isArrayLiteralExpression(parent) ? parent.parent : parent;
  return ts.isCallExpression(taker) && findMemberPath(taker.expression)?.[0] === 'Promise';
}

/** The name that a function is called by: of a declaration, of a const, of a private method. */
function findOwnName(fn: FunctionNode): ts.MemberName | undefined {
  if (isAsync(fn) || !fn.body || ('asteriskToken' in fn && fn.asteriskToken)) return undefined;
  if (ts.isFunctionDeclaration(fn)) return fn.name;
  if (ts.isMethodDeclaration(fn)) {
    if (!ts.isClassLike(fn.parent) || ts.getDecorators(fn)?.length) return undefined;
    if (ts.isPrivateIdentifier(fn.name)) return fn.name;
    return hasModifier(fn, ts.SyntaxKind.PrivateKeyword) && ts.isIdentifier(fn.name) ? fn.name : undefined;
  }
  const { parent } = fn;
  const isConst = ts.isVariableDeclaration(parent) && !parent.type && (parent.parent.flags & ts.NodeFlags.Const) !== 0;
  return isConst && ts.isIdentifier(parent.name) ? parent.name : undefined;
}

/** Whether it says what it gives in a way that would have to be put in other words: `text is string`, `never`, `@returns {string}`. */
function tellsType(fn: FunctionNode, file: FileContext): boolean {
  const { pos } = findStatement(fn) ?? fn;
  const comment = file.text.slice(pos, fn.getStart(file.source));
  const type = fn.type?.kind;
  const isOfFlow = type === ts.SyntaxKind.TypePredicate || type === ts.SyntaxKind.NeverKeyword;
  return isOfFlow || /@returns?\s*\{/.test(comment);
}

/** Whether a name stands nowhere in the file but in its declaration and in these calls. */
function isOnlyCalled(name: ts.MemberName, calls: readonly ts.CallExpression[], file: FileContext): boolean {
  const called = new Set<ts.Node>(
    calls.map(({ expression }) => {
      const callee = skipWrappers(expression);
      return ts.isPropertyAccessExpression(callee) ? callee.name : callee;
    }),
  );
  const kinds = [ts.SyntaxKind.Identifier, ts.SyntaxKind.PrivateIdentifier, ts.SyntaxKind.StringLiteral];
  const uses = kinds.flatMap((kind) => file.nodesOfKind(kind) as readonly (ts.MemberName | ts.StringLiteral)[]);
  return uses.every((use) => use.text !== name.text || use === name || called.has(use));
}
