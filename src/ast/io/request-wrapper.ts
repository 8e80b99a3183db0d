import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { isExternal } from '../names/external-module.ts';
import { findFunctionValue, isExported, listCallsOf } from '../names/functions.ts';
import { findOrigin } from '../names/provenance.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  findPromiseAround,
  findPropertyName,
  getOutermostWrapped,
  isFunctionNode,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import type { OutboundCall } from './outbound-call.ts';
import { isLimiting, optionsOf } from './request-options.ts';
import { isStandIn } from './stand-in-fetch.ts';

/** What functions are called that send requests for others. */
const sending = /fetch|request|api|http|call(?!back)|query|send|invoke|execute/i;
/** Packages whose own calls are no calls of a function of the project. */
const sender = /^(?:axios|got|superagent|undici|node-fetch|needle|request|request-promise|@nestjs\/axios)$/;
const limitingWord = /signal|timeout|abort|dispatcher|cancelToken|deadline/i;

/**
 * Where only what its callers hand in can limit a call (`fetch(url, { ...options, headers })`), that none of them does:
 * those of this file as far as they are read, those of others by what the project states. Undefined where one may.
 */
export function unlessCallersLimit(
  call: ts.CallExpression,
  { index }: Pick<OutboundCall, 'index'>,
  file: FileContext,
): LinkCondition[] | undefined {
  const given = call.arguments[index];
  if (!given || call.arguments.some(ts.isSpreadElement) || isStandIn(call, file)) return undefined;
  return listConditions(optionsOf(skipWrappers(given), call, file), functionOfCall(call), file, 0);
}

/** The function that a call belongs to, also from inside of a promise that it makes. */
export function functionOfCall(node: ts.Node): FunctionNode | undefined {
  const fn = findEnclosingFunction(node);
  const promise = fn && findPromiseAround(fn);
  return promise ? findEnclosingFunction(promise) : fn;
}

function listConditions(
  given: ts.Expression,
  fn: FunctionNode | undefined,
  file: FileContext,
  depth: number,
): LinkCondition[] | undefined {
  const indices = fn && listHandedIn(given, fn, file);
  if (!fn || !indices || indices.length === 0 || depth > 2) return undefined;
  const name = nameOfFunction(fn);
  // All calls of what only this file can call are read here, whatever it is called.
  const isToldElsewhere = sending.test(name) || isVerb(name);
  if (!(isToldElsewhere || isOfThisFile(fn, file)) || limitingWord.test(fn.getText(file.source))) return undefined;
  const conditions: LinkCondition[] = [];
  for (const index of indices) {
    if (isToldElsewhere)
      conditions.push({ kind: 'not', of: { kind: 'project-states', fact: `limits-call:${name}.${index}` } });
    for (const outer of listCallsOf(fn, file)) {
      if (outer.arguments.slice(0, index + 1).some(ts.isSpreadElement)) return undefined;
      const argument = outer.arguments[index];
      if (!mayLimit(argument, outer, file)) continue;
      const further = listConditions(
        optionsOf(skipWrappers(argument!), outer, file),
        functionOfCall(outer),
        file,
        depth + 1,
      );
      if (!further) return undefined;
      conditions.push(...further);
    }
  }
  return conditions;
}

/** A function that this file calls, and does not export, hand over or return. */
function isOfThisFile(fn: FunctionNode, file: FileContext): boolean {
  const { parent } = getOutermostWrapped(fn);
  const name = ts.isFunctionDeclaration(fn) ? fn.name : ts.isVariableDeclaration(parent) ? parent.name : undefined;
  if (!name || !ts.isIdentifier(name) || isExported(fn, file)) return false;
  const calls = listCallsOf(fn, file).length;
  return calls > 0 && file.bindingOf(name)?.references.length === calls;
}

/** A client calls its methods so; others call what they look up, or the routes that they serve. */
function isVerb(name: string): boolean {
  return /^_?(?:get|post|put|patch|delete|del|head)$/.test(name);
}

/** `app.get('/orders', list)`, `cache.put(key, value, ttl)`: what is served or kept, not sent. */
const noClient = /^(?:app|\w*[rR]outer|\w*[rR]outes?|server|fastify|\w*[cC]ache|\w*[mM]ap|redis|store|config|_)$/;

function isOfNoClient(call: ts.CallExpression): boolean {
  const target = findMethodCall(call);
  return !target || noClient.test(findMemberPath(target.receiver)?.at(-1) ?? '');
}

/** The places of the parameters that options consist of, besides what is written out; undefined where they hold more. */
function listHandedIn(given: ts.Expression, fn: FunctionNode, file: FileContext): number[] | undefined {
  if (!ts.isObjectLiteralExpression(given)) {
    const index = findParameter(given, fn, file);
    return index === undefined ? undefined : [index];
  }
  const indices: number[] = [];
  for (const property of given.properties) {
    if (!ts.isSpreadAssignment(property)) {
      if (isLimiting(findPropertyName(property.name) ?? '')) return undefined;
      continue;
    }
    const index = findParameter(property.expression, fn, file);
    if (index === undefined && !isPlainSpread(property.expression)) return undefined;
    if (index !== undefined) indices.push(index);
  }
  return indices;
}

/** `options`, also what is left of it: `const { body, ...rest } = options`. */
function findParameter(value: ts.Expression, fn: FunctionNode, file: FileContext): number | undefined {
  const name = skipWrappers(value);
  const binding = ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
  if (!binding || binding.writes.length > 0) return undefined;
  const { declaration } = binding;
  if (ts.isParameter(declaration)) {
    const index = fn.parameters.indexOf(declaration);
    return index < 0 || declaration.dotDotDotToken ? undefined : index;
  }
  const pattern =
    ts.isBindingElement(declaration) && declaration.dotDotDotToken ? declaration.parent.parent : undefined;
  return pattern && ts.isVariableDeclaration(pattern) && pattern.initializer
    ? findParameter(pattern.initializer, fn, file)
    : undefined;
}

/** `...(body && { body })`, `...(isJson ? { headers } : {})`. */
function isPlainSpread(expression: ts.Expression): boolean {
  const value = skipWrappers(expression);
  if (ts.isBinaryExpression(value)) return isPlainSpread(value.right);
  if (ts.isConditionalExpression(value)) return isPlainSpread(value.whenTrue) && isPlainSpread(value.whenFalse);
  return ts.isObjectLiteralExpression(value) && isPlainObject(value);
}

function isPlainObject(literal: ts.ObjectLiteralExpression): boolean {
  return literal.properties.every((property) =>
    ts.isSpreadAssignment(property)
      ? isPlainSpread(property.expression)
      : !isLimiting(findPropertyName(property.name) ?? ''),
  );
}

/** Whether what a caller hands in may hold a limit: it does, or this place does not tell. */
function mayLimit(argument: ts.Expression | undefined, call: ts.CallExpression, file: FileContext): boolean {
  if (!argument) return false;
  const value = optionsOf(skipWrappers(argument), call, file);
  if (ts.isObjectLiteralExpression(value)) return !isPlainObject(value);
  return !(
    ts.isStringLiteralLike(value) ||
    ts.isTemplateExpression(value) ||
    ts.isNumericLiteral(value) ||
    value.kind === ts.SyntaxKind.NullKeyword ||
    value.kind === ts.SyntaxKind.TrueKeyword ||
    value.kind === ts.SyntaxKind.FalseKeyword ||
    (ts.isIdentifier(value) && value.text === 'undefined')
  );
}

/** `request.1` for a call of `request` of another file whose second argument may hold a limit. */
export function listLimitedCalls(file: FileContext): string[] {
  return file.nodes('CallExpression').flatMap((call) => {
    const name = calleeName(call);
    if (!(sending.test(name) || (isVerb(name) && !isOfNoClient(call))) || findFunctionValue(call.expression, file))
      return [];
    const module = findOrigin(call.expression, file)?.module ?? '.';
    if (module === '' || isExternal(module) || sender.test(module)) return [];
    const spread = call.arguments.findIndex(ts.isSpreadElement);
    if (spread >= 0) return [0, 1, 2, 3].filter((index) => index >= spread).map((index) => `${name}.${index}`);
    return call.arguments.flatMap((argument, index) =>
      mayLimit(argument, call, file) && !isFunctionNode(skipWrappers(argument)) ? [`${name}.${index}`] : [],
    );
  });
}
