import type { Binding, FileContext } from '../../model/file-context.ts';
import type { NamedValue, SymbolRef } from '../../model/link.ts';
import {
  type ClassNode,
  type FunctionNode,
  findMemberName,
  findPropertyName,
  isAssignment,
  isFunctionNode,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { type ClassShape, classShape } from './class-shape.ts';
import { isExternal } from './external-module.ts';
import { findFunctionOfBinding, ordinalOf } from './functions.ts';
import { isLibraryMemo } from './library-memo.ts';
import { findOrigin, requiredModule, traceType } from './provenance.ts';
import { refOf, refOfMade, refOfOrigin } from './symbol-ref.ts';

/** What a module-level name stands for. */
export function valueOfBinding(binding: Binding, file: FileContext, classes: readonly ClassNode[]): NamedValue {
  const fn = findFunctionOfBinding(binding);
  if (fn) return { kind: 'function', fn: ordinalOf(fn, file), ...withProperties(binding, fn, file) };
  const { declaration } = binding;
  if (ts.isClassDeclaration(declaration)) return { kind: 'class', class: classes.indexOf(declaration) };
  if (!ts.isVariableDeclaration(declaration)) return { kind: 'other' };
  const value = declaration.initializer
    ? valueOfExpression(declaration.initializer, file, classes, 0)
    : ({ kind: 'other' } as const);
  if (value.kind === 'object') {
    for (const [name, one] of listAssigned(binding, file)) value.properties[name] ??= one;
  }
  return value;
}

/** `User.find = function () {}`, and the methods on the prototype. */
function withProperties(
  binding: Binding,
  fn: FunctionNode,
  file: FileContext,
): { properties?: Record<string, NamedValue> } {
  const properties: Record<string, NamedValue> = Object.fromEntries(listAssigned(binding, file));
  if (ts.isFunctionDeclaration(fn) || ts.isFunctionExpression(fn)) {
    for (const [name, method] of classShape(fn, file).methods)
      properties[name] ??= { kind: 'function', fn: ordinalOf(method, file) };
  }
  return Object.keys(properties).length > 0 ? { properties } : {};
}

/** The functions that are written to members of a name. */
function listAssigned({ references }: Binding, file: FileContext): [string, NamedValue][] {
  return references.flatMap((reference): [string, NamedValue][] => {
    const access = reference.parent;
    const name = findMemberName(access);
    if (name === undefined || (access as ts.PropertyAccessExpression).expression !== reference) return [];
    if (!isAssignment(access.parent) || access.parent.left !== access) return [];
    const value = skipWrappers(access.parent.right);
    return isFunctionNode(value) ? [[name, { kind: 'function', fn: ordinalOf(value, file) }]] : [];
  });
}

/** What an expression at module level stands for. */
export function valueOfExpression(
  expression: ts.Expression,
  file: FileContext,
  classes: readonly ClassNode[],
  depth: number,
): NamedValue {
  const value = skipAwait(expression);
  if (isFunctionNode(value)) return { kind: 'function', fn: ordinalOf(value, file) };
  if (ts.isClassExpression(value)) return { kind: 'class', class: classes.indexOf(value) };
  if (ts.isNewExpression(value)) {
    const ref = refOf(value.expression, file, classes);
    // A constructor function of this file: its methods are with its name.
    const of: SymbolRef | undefined =
      ref?.kind === 'function' && ts.isIdentifier(value.expression)
        ? { kind: 'local', name: value.expression.text, members: [] }
        : ref;
    return of ? { kind: 'instance', of } : { kind: 'other' };
  }
  if (ts.isObjectLiteralExpression(value) && depth < 3) {
    const properties: Record<string, NamedValue> = {};
    const spread: NamedValue[] = [];
    for (const property of value.properties) {
      if (ts.isSpreadAssignment(property)) {
        const part = valueOfExpression(property.expression, file, classes, depth + 1);
        if (part.kind !== 'other') spread.push(part);
        continue;
      }
      const name = findPropertyName(property.name);
      if (name === undefined) continue;
      if (ts.isPropertyAssignment(property))
        properties[name] = valueOfExpression(property.initializer, file, classes, depth + 1);
      else if (ts.isShorthandPropertyAssignment(property))
        properties[name] = valueOfExpression(property.name, file, classes, depth + 1);
      else if (isFunctionNode(property) && property.body)
        properties[name] = { kind: 'function', fn: ordinalOf(property, file) };
    }
    return { kind: 'object', properties, ...(spread.length > 0 && { spread }) };
  }
  if (ts.isCallExpression(value)) {
    // A wrapper around one function: export const list = asyncHandler(async (req, res) => …).
    const inline = value.arguments.map((a): ts.Node => skipWrappers(a)).find(isFunctionNode);
    if (inline) return { kind: 'function', fn: ordinalOf(inline, file) };
    const wrapped = isLibraryMemo(value, file) ? refOf(value.arguments[0]!, file, classes) : undefined;
    if (wrapped?.kind === 'function') return wrapped;
    const module = requiredModule(value);
    if (module !== undefined && !isExternal(module))
      return { kind: 'alias', to: { kind: 'imported', module, name: '*', members: [] } };
    return aliasOf(refOfMade(findOrigin(value, file))) ?? { kind: 'other' };
  }
  if (ts.isIdentifier(value) || ts.isPropertyAccessExpression(value) || ts.isBinaryExpression(value)) {
    const ref = refOf(value, file, classes);
    if (ref?.kind === 'function') return ref;
    if (ref) return { kind: 'alias', to: ref };
  }
  return { kind: 'other' };
}

function aliasOf(ref: SymbolRef | undefined): NamedValue | undefined {
  return ref && { kind: 'alias', to: ref };
}

/** What a function gives back, where that has functions: what its last statement returns, or its type says. */
export function findReturned(
  fn: FunctionNode,
  file: FileContext,
  classes: readonly ClassNode[],
): NamedValue | undefined {
  const returned = fn.body && findLastReturn(fn.body);
  const isCall = returned && ts.isCallExpression(skipAwait(returned));
  const found = returned && !isCall ? prune(valueOfExpression(returned, file, classes, 0)) : undefined;
  if (found && found.kind !== 'alias') return found;
  return (fn.type && typeOf(fn.type, file)) ?? found;
}

function findLastReturn(body: ts.ConciseBody): ts.Expression | undefined {
  if (!ts.isBlock(body)) return body;
  const last = body.statements.at(-1);
  return last && ts.isReturnStatement(last) ? last.expression : undefined;
}

/** What the fields of a class hold, where that has functions. */
export function listFields(
  { fields, methods }: ClassShape,
  file: FileContext,
  classes: readonly ClassNode[],
): Record<string, NamedValue> | undefined {
  const found: Record<string, NamedValue> = {};
  for (const [name, { types, values }] of fields) {
    if (methods.has(name)) continue;
    const typed = types.map((type) => typeOf(type, file)).find((value) => value !== undefined);
    const [first] = values;
    const value = typed ?? (first && prune(valueOfExpression(first, file, classes, 0)));
    if (value) found[name] = value;
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

function typeOf(type: ts.TypeNode, file: FileContext): NamedValue | undefined {
  return aliasOf(refOfOrigin(traceType(type, file)));
}

/** What has functions, and of an object the properties that do. */
function prune(value: NamedValue): NamedValue | undefined {
  if (value.kind === 'other') return undefined;
  if (value.kind !== 'object') return value;
  const properties: Record<string, NamedValue> = {};
  for (const [name, property] of Object.entries(value.properties)) {
    const kept = prune(property);
    if (kept) properties[name] = kept;
  }
  const spread = value.spread?.flatMap((part) => prune(part) ?? []);
  if (Object.keys(properties).length === 0 && !spread?.length) return undefined;
  return { kind: 'object', properties, ...(spread?.length && { spread }) };
}
