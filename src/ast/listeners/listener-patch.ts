import type { FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

const adding = /^(?:on|addListener|addEventListener)$/;
const removal = /\b(?:off|removeListener|removeEventListener)\b/;

/** A method that adds listeners, put in the place of another one. */
export interface ListenerPatch {
  /** What the original method is handed instead of the listener. */
  wrapper: ts.Expression;
  method: string;
}

/**
 * `wrap(emitter, 'on', (original) => function (event, listener) { return original.call(this, event, bind(listener)); })`:
 * the emitter is handed another function than the caller has, who asks to have that one removed, where nothing in the file
 * patches the removal.
 */
export function findPatchWithoutRemoval(call: ts.CallExpression, file: FileContext): ListenerPatch | undefined {
  const handed = listHanded(call);
  const [event, wrapper] = handed ?? [];
  const fn = findEnclosingFunction(call);
  if (!event || !wrapper || !fn || removal.test(file.text)) return undefined;
  // The first one may only tell the compiler what `this` is.
  const [first, second] = fn.parameters.filter(({ name }) => name.getText(file.source) !== 'this');
  if (!first || !second || !isParameter(event, first, file) || !wraps(wrapper, second, fn, file)) return undefined;
  const method = findPatched(fn, file);
  return method === undefined ? undefined : { wrapper, method };
}

/** The arguments that `original.call(this, …)`, `original.apply(this, […])` hand on. */
function listHanded(call: ts.CallExpression): readonly ts.Expression[] | undefined {
  const found = findMethodCall(call);
  if (found?.method === 'call') return call.arguments.slice(1);
  const list = found?.method === 'apply' && call.arguments[1] ? skipWrappers(call.arguments[1]) : undefined;
  return list && ts.isArrayLiteralExpression(list) ? list.elements : undefined;
}

function isParameter(value: ts.Expression, { name }: ts.ParameterDeclaration, file: FileContext): boolean {
  const at = skipWrappers(value);
  return ts.isIdentifier(at) && ts.isIdentifier(name) && file.bindingOf(at) === file.bindingOf(name);
}

/** A function made on the spot that calls the listener, or what some other function makes of it. */
function wraps(value: ts.Expression, listener: ts.ParameterDeclaration, fn: FunctionNode, file: FileContext): boolean {
  const binding = ts.isIdentifier(listener.name) ? file.bindingOf(listener.name) : undefined;
  const at = skipWrappers(value);
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  const isOwn = declaration && ts.isVariableDeclaration(declaration) && isWithin(declaration, fn);
  const made = isOwn && declaration.initializer ? skipWrappers(declaration.initializer) : at;
  if (!isFunctionNode(made) && !ts.isCallExpression(made)) return false;
  return binding?.references.some((use) => isWithin(use, made)) ?? false;
}

/** The adding method that a function takes the place of. */
function findPatched(fn: FunctionNode, file: FileContext): string | undefined {
  const { parent } = getOutermostWrapped(fn);
  if (isAssignment(parent)) return asAdding(findMemberName(skipWrappers(parent.left)));
  const named = /^_*(?:patched|wrapped|instrumented)?_?(addEventListener|addListener)/i.exec(nameOfFunction(fn))?.[1];
  const maker =
    ts.isReturnStatement(parent) || parent === findEnclosingFunction(fn) ? findEnclosingFunction(fn) : undefined;
  const wrapping = maker && getOutermostWrapped(maker).parent;
  if (!wrapping || !ts.isCallExpression(wrapping) || !/wrap|patch/i.test(wrapping.expression.getText(file.source)))
    return named;
  return wrapping.arguments.flatMap((argument) => listNames(argument, file)).find((name) => adding.test(name)) ?? named;
}

function asAdding(name: string | undefined): string | undefined {
  return name !== undefined && adding.test(name) ? name : undefined;
}

/** `'on'`, and `const methods = ['on', 'addListener']`. */
function listNames(argument: ts.Expression, file: FileContext): string[] {
  const at = skipWrappers(argument);
  const text = findStringValue(at);
  if (text !== undefined) return [text];
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  const value = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : at;
  if (!value || !ts.isArrayLiteralExpression(skipWrappers(value))) return [];
  return (skipWrappers(value) as ts.ArrayLiteralExpression).elements.flatMap(
    (element) => findStringValue(element) ?? [],
  );
}
