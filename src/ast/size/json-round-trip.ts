import type { FileContext } from '../../model/file-context.ts';
import { findQuery } from '../io/queries.ts';
import {
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  isLoop,
  isWithin,
  nameOfFunction,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isCachedUnderKey, isKeptAsText } from './json-cache.ts';
import { findIterated, listRepetitions } from './loop-facts.ts';
import { findSize, type Size, sizeOf } from './size.ts';

/** JSON made only to be read again, compared, or thrown away. */
export type JsonRoundTrip =
  /** `JSON.parse(JSON.stringify(x))` */
  | { kind: 'clone'; call: ts.CallExpression; value: ts.Expression }
  /** `JSON.stringify(a) === JSON.stringify(b)` */
  | { kind: 'compare'; call: ts.CallExpression; value: ts.Expression }
  /** `map.set(k, JSON.stringify(v))` with `JSON.parse(map.get(k))` around a cache of this process. */
  | { kind: 'cache'; call: ts.CallExpression; value: ts.Expression; isKeyed: boolean }
  /** `map((answer) => JSON.parse(JSON.stringify(answer, replacer)))` in an interceptor: the framework makes JSON of it again. */
  | { kind: 'answer'; call: ts.CallExpression; value: ts.Expression }
  /** `logger.debug(JSON.stringify(x))`: made also when the level is off. */
  | { kind: 'log'; call: ts.CallExpression; value: ts.Expression };

/** Judges a `JSON.stringify(x)`; whether what it is given is long is for the caller to weigh. */
export function findJsonRoundTrip(call: ts.CallExpression, file: FileContext): JsonRoundTrip | undefined {
  const value = call.arguments[0];
  if (!value || !isJson(call, 'stringify')) return undefined;
  const { parent } = call;
  if (ts.isCallExpression(parent) && isJson(parent, 'parse')) {
    if (isAnswerOfAll(value, file)) return { kind: 'answer', call: parent, value };
    if (parent.arguments.length === 1 && call.arguments.length === 1) return { kind: 'clone', call: parent, value };
  }
  if (
    ts.isBinaryExpression(parent) &&
    /^[!=]==?$/.test(parent.operatorToken.getText()) &&
    parent.left === call &&
    isStringify(parent.right)
  )
    return { kind: 'compare', call, value };
  if (isCachedUnderKey(call, file)) return { kind: 'cache', call, value, isKeyed: true };
  if (isKeptAsText(call, file)) return { kind: 'cache', call, value, isKeyed: false };
  return isGatedLog(call) ? { kind: 'log', call, value } : undefined;
}

export function isJson(call: ts.CallExpression, method: 'parse' | 'stringify'): boolean {
  const { expression } = call;
  return (
    ts.isPropertyAccessExpression(expression) &&
    expression.name.text === method &&
    ts.isIdentifier(expression.expression) &&
    expression.expression.text === 'JSON'
  );
}

function isStringify(node: ts.Expression): boolean {
  const value = skipWrappers(node);
  return ts.isCallExpression(value) && isJson(value, 'stringify');
}

/** What an interceptor of NestJS is handed of every answer: `next.handle().pipe(map((answer) => …))`. */
function isAnswerOfAll(value: ts.Expression, file: FileContext): boolean {
  const name = skipWrappers(value);
  const declaration = ts.isIdentifier(name) ? file.bindingOf(name)?.declaration : undefined;
  if (!declaration || !ts.isParameter(declaration) || !isFunctionNode(declaration.parent)) return false;
  const map = getOutermostWrapped(declaration.parent).parent;
  if (!ts.isCallExpression(map) || !/^(?:map|switchMap|mergeMap|concatMap)$/.test(map.expression.getText(file.source)))
    return false;
  const method = findEnclosingFunction(map);
  return (
    method !== undefined && nameOfFunction(method) === 'intercept' && /\.handle\(\)/.test(method.getText(file.source))
  );
}

/** Inside of the argument of `logger.debug`, `log.trace`, `logger.verbose`, not behind a check of the level. */
function isGatedLog(call: ts.CallExpression): boolean {
  for (let at: ts.Node = call; at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isCallExpression(parent) && parent.arguments.includes(at as ts.Expression)) {
      const target = findMethodCall(parent);
      const holder = target && findMemberPath(target.receiver)?.at(-1);
      return (
        !!target &&
        /^(?:debug|trace|verbose|silly)$/.test(target.method) &&
        !!holder &&
        /log/i.test(holder) &&
        !isGuarded(parent)
      );
    }
    const isText = ts.isTemplateSpan(parent) || ts.isTemplateExpression(parent) || ts.isBinaryExpression(parent);
    if (!isText) return false;
  }
  return false;
}

function isGuarded(log: ts.Node): boolean {
  for (let at = log; at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isIfStatement(parent) && /debug|trace|verbose|level/i.test(parent.expression.getText())) return true;
    if (ts.isFunctionLike(parent)) return false;
  }
  return false;
}

/** Whether callers hand in what is turned into JSON, or a part of it: `{ value, expires }` of a parameter. */
export function isJsonHandedIn(value: ts.Node, file: FileContext): boolean {
  if (isFunctionNode(value)) return false;
  if (ts.isIdentifier(value)) {
    const declaration = file.bindingOf(value)?.declaration;
    return declaration !== undefined && ts.isParameter(declaration);
  }
  if (ts.isPropertyAccessExpression(value)) return isJsonHandedIn(value.expression, file);
  return ts.forEachChild(value, (child) => isJsonHandedIn(child, file) || undefined) === true;
}

/** Literals and what the program fixes, one text, the few numbers that a write gives; one side of a comparison is enough. */
export function isShort({ call, kind, value }: JsonRoundTrip, file: FileContext): boolean {
  if (sizeOf(value, file) === 'small' || isOneText(value, file) || isResultOfWrite(call, value, file)) return true;
  const other = kind === 'compare' && ts.isBinaryExpression(call.parent) ? skipWrappers(call.parent.right) : undefined;
  const otherValue = other && ts.isCallExpression(other) ? other.arguments[0] : undefined;
  return otherValue !== undefined && sizeOf(otherValue, file) === 'small';
}

/** By its name: `printer._id`, `req.url`, `displayName`; a list of such has another one. */
function isOneText(value: ts.Expression, file: FileContext): boolean {
  const name = findMemberPath(value)?.at(-1) ?? '';
  return (
    /(?:^_?|[a-z0-9_])(?:[Ii]d|ID|[Uu]uid|UUID|[Uu]rl|URL|[Uu]ri|URI|[Nn]ame)$/.test(name) &&
    sizeOf(value, file) !== 'large'
  );
}

/** `const [result] = await connection.execute('INSERT …')` of mysql2: how many rows there were, and the id of the new one. */
function isResultOfWrite(call: ts.CallExpression, value: ts.Expression, file: FileContext): boolean {
  if (/^(?:affectedRows|changedRows|insertId)$/.test(findMemberName(call.parent) ?? '')) return true;
  const name = skipWrappers(value);
  const declaration = ts.isIdentifier(name) ? file.bindingOf(name)?.declaration : undefined;
  if (!declaration || !ts.isBindingElement(declaration) || !ts.isArrayBindingPattern(declaration.parent)) return false;
  const { elements, parent: holder } = declaration.parent;
  const asked = ts.isVariableDeclaration(holder) && holder.initializer && skipAwait(holder.initializer);
  const query = asked && elements[0] === declaration ? findQuery(asked, file) : undefined;
  return query?.library === 'sql' && /^(?:delete|insert|update|upsert)$/.test(query.kind);
}

/**
 * Whether the file shows that what is turned into JSON grows with data (not by what it is called, and not by a read of
 * everything, which may be four kinds of something), or that it is done for each item of what does. Bodies of requests
 * are limited by what parses them, which has read as much JSON before.
 */
export function isShownLong({ call, kind, value }: JsonRoundTrip, file: FileContext): boolean {
  const found = findSize(value, file);
  if (found.isCarried || kind === 'log' || kind === 'cache' || kind === 'answer') return false;
  if (found.size !== 'unknown') return isShown(found);
  return listRepetitions(call).some((repetition) => {
    const over = findIterated(repetition);
    return over !== undefined && isShown(findSize(over, file)) && !isInterrupted(repetition.node, call, file);
  });
}

function isShown({ size, isWhole }: Size): boolean {
  return size === 'large' && !isWhole;
}

/** A loop that waits in each round: others are served between two of them. */
function isInterrupted(loop: ts.Node, call: ts.Node, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  return (
    isLoop(loop) && file.nodes('AwaitExpression').some((at) => isWithin(at, loop) && findEnclosingFunction(at) === fn)
  );
}
