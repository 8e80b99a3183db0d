import type { FileContext } from '../model/file-context.ts';
import { findClassField, findThisOwner } from './class-shape.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  isWithin,
  skipAwait,
  skipWrappers,
} from './syntax.ts';
import { ts } from './ts.ts';

/** How long the thing that a listener is added to lives, seen from the function that adds it. */
export type EmitterLife =
  /** `process`, `window`, `document`, or what a module holds: as long as the process or page. */
  | 'process'
  /** A field of the owner: as long as the owner or longer. */
  | 'field'
  /** The owner itself. */
  | 'self'
  /** A variable of a function around this one. */
  | 'outer'
  /** An AbortSignal that the caller handed in. */
  | 'signal'
  /** Something else that the caller handed in. */
  | 'parameter'
  /** Made in this function, or reached in a way that does not tell. */
  | 'local';

const globals = /^(?:process|window|document|globalThis|self)$/;
/** Signals and emitters of one request or message end with it. */
const shortLived = /^(?:req|request|res|response|ctx|context|reply|event|message|socket|stream|conn)$/i;

export function emitterLifeOf(emitter: ts.Expression, fn: FunctionNode, file: FileContext): EmitterLife {
  const at = skipWrappers(emitter);
  const path = findMemberPath(at);
  if (!path) return 'local';
  if (path[0] === 'this') {
    if (path.length === 1) return 'self';
    return isMadeIn(path[1]!, at, fn, file) ? 'local' : 'field';
  }
  const root = rootOf(at);
  const binding = root && file.bindingOf(root);
  if (!binding) return globals.test(path[0]!) ? 'process' : 'local';
  if (binding.kind === 'import') return 'process';
  const home = findEnclosingFunction(binding.identifier);
  if (!home) return binding.kind === 'const' && path.length === 1 ? 'process' : 'local';
  const isSignal = /signal$/i.test(path.at(-1)!) && !path.some((name) => shortLived.test(name));
  const declaration = parameterAround(binding.declaration);
  if (declaration) {
    if (isSignal) return 'signal';
    return home === fn || isWithin(home, fn) ? 'parameter' : 'outer';
  }
  if (ts.isVariableDeclaration(binding.declaration) && binding.declaration.initializer) {
    const value = skipAwait(binding.declaration.initializer);
    const from = findMemberPath(value);
    // `const { stream } = this`, `const stream = this.x.stream`: the field under another name.
    if (home === fn && from?.[0] === 'this' && from.length > 1 && path.length === 1) return 'field';
    if (home === fn && value.kind === ts.SyntaxKind.ThisKeyword) return path.length === 1 ? 'self' : 'field';
  }
  return isWithin(fn, home) && home !== fn ? 'outer' : 'local';
}

function rootOf(expression: ts.Expression): ts.Identifier | undefined {
  let at = skipWrappers(expression);
  while (findMemberName(at) !== undefined) at = skipWrappers((at as ts.PropertyAccessExpression).expression);
  return ts.isIdentifier(at) ? at : undefined;
}

function parameterAround(declaration: ts.Node): ts.ParameterDeclaration | undefined {
  let at = declaration;
  while (ts.isBindingElement(at)) at = at.parent.parent;
  return ts.isParameter(at) ? at : undefined;
}

/** `this.socket = connect(); this.socket.on(…)`: a new one each time. */
function isMadeIn(name: string, at: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  const owner = findThisOwner(at, file);
  const field = owner && findClassField(owner, name, file);
  return field?.values.some((value) => isWithin(value, fn) && value.parent.pos >= fn.pos) ?? false;
}
