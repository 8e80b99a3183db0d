import type { FileContext } from '../../model/file-context.ts';
import { lifeOf } from '../life/life-cycle.ts';
import {
  calleeName,
  type FunctionNode,
  findCallOn,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isWithin,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findClientName, givesClient } from './client-home.ts';
import type { ClientCreation } from './libraries.ts';

/**
 * Only this function knows it, and does not end it: its connections stay, whoever it is that runs the function. What
 * connects later, or for all who ask, is left to its users.
 */
export function isNeverEnded(
  node: ts.NewExpression | ts.CallExpression,
  { kind, modules, dialsAtOnce }: ClientCreation,
  fn: FunctionNode,
  file: FileContext,
): boolean {
  const isHeld = kind === 'pool' || kind === 'connection' || dialsAtOnce || modules.some((name) => holding.test(name));
  const isShared = !ts.isNewExpression(node) && (modules.includes('mongoose') || modules.includes('mssql'));
  if (!isHeld || isShared || ts.isConstructorDeclaration(fn)) return false;
  if ((kind === 'pool' || kind === 'connection') && isUsedInPlace(node)) return true;
  const binding = findClientName(node, file);
  if (!binding || !isWithin(binding.identifier, fn) || isCaptured(node, fn, file)) return false;
  const uses = binding.references.filter((use) => use !== binding.identifier && !binding.writes.includes(use));
  return uses.length > 0 && uses.every((use) => isLeftBy(use.parent) && !isKeptInPart(use, fn, file));
}

/** Clients that are connected as soon as they are of use. */
const holding = /^(?:@grpc\/grpc-js|redis|nats)$/;
const ending = /^(?:end|quit|close|destroy|disconnect|\$disconnect|terminate)$/;

/** A use of a member that neither ends a client nor gives it to anybody, also of what its methods give back. */
function isLeftBy(access: ts.Node): boolean {
  const member = findMemberName(access);
  if (member === undefined || ending.test(member)) return false;
  const call = findMethodCall(access.parent);
  if (!call || !givesClient(call.method)) return true;
  // `return client.on('error', log)`: what such a method gives back is the client.
  const { parent } = getOutermostWrapped(call.call);
  return ts.isPropertyAccessExpression(parent)
    ? isLeftBy(parent)
    : ts.isExpressionStatement(parent) || ts.isAwaitExpression(parent);
}

/** `(await createConnection(settings)).query(text)`: nobody has a name for it by which to end it. */
function isUsedInPlace(creation: ts.Node): boolean {
  let at = getOutermostWrapped(creation);
  if (ts.isAwaitExpression(at.parent)) at = getOutermostWrapped(at.parent);
  const call = findCallOn(at);
  return call !== undefined && /^(?:query|execute)$/.test(findMethodCall(call)?.method ?? '');
}

/** Used by a function that goes on to live when this one has returned: a method of what it gives, a closure. */
export function isCaptured(node: ts.NewExpression | ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  const { references = [] } = findClientName(node, file) ?? {};
  return references.some((use) => {
    for (let at = findEnclosingFunction(use); at && at !== fn; at = findEnclosingFunction(at)) {
      const { parent } = getOutermostWrapped(at);
      const isInline =
        (ts.isCallExpression(parent) && !/^use[A-Z]/.test(parent.expression.getText())) || ts.isNewExpression(parent);
      if (!isInline) return true;
    }
    return false;
  });
}

/** `return { load, close: () => pool.end() }`: whoever keeps what its function gives keeps it, and ends it. */
export function isEndedByWhatIsGiven(
  node: ts.NewExpression | ts.CallExpression,
  fn: FunctionNode,
  file: FileContext,
): boolean {
  const life = lifeOf(node, file);
  if (life.kind !== 'factory' || life.fn !== fn) return false;
  const { references = [] } = findClientName(node, file) ?? {};
  return references.some(
    (use) => ending.test(findMemberName(use.parent) ?? '') && life.disposers.some((end) => isWithin(use, end)),
  );
}

/** `if (!check) { check = makeCheck(createKeys(url)); … }`: whoever asks again finds it. */
export function isMadeIfUnset(node: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  for (let at = node; at !== fn && at.parent; at = at.parent) {
    if (!ts.isIfStatement(at.parent) || at.parent.thenStatement !== at) continue;
    const name = /^!\s*([\w$.]+)$|^([\w$.]+)\s*===?\s*(?:null|undefined)$/.exec(
      at.parent.expression.getText(file.source),
    );
    const asked = (name?.[1] ?? name?.[2])?.replace(/[.$]/g, '\\$&');
    if (asked !== undefined && new RegExp(`(?<![\\w$.])${asked}\\s*=[^=]`).test(at.getText(file.source))) return true;
  }
  return false;
}

/** `orders = client.db('shop').collection('orders')`, `this.channel = await connection.createChannel()`: it is in use by that. */
function isKeptInPart(use: ts.Identifier, fn: FunctionNode, file: FileContext): boolean {
  let at: ts.Node = use;
  for (let call = findCallOn(at); call; call = findCallOn(at)) {
    if (at === use && !/^(?:db|collection|model|getRepository|create(?:Confirm)?Channel)$/.test(calleeName(call)))
      return false;
    at = getOutermostWrapped(call);
    if (ts.isAwaitExpression(at.parent)) at = getOutermostWrapped(at.parent);
  }
  return at !== use && isKeptOutside(at, fn, file);
}

/** Set as a field, or as a name of outside of the function. */
function isKeptOutside(value: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  if (!isAssignment(value.parent) || value.parent.right !== value) return false;
  const kept = rootOfMembers(skipWrappers(value.parent.left));
  const binding = ts.isIdentifier(kept) ? file.bindingOf(kept) : undefined;
  return kept.kind === ts.SyntaxKind.ThisKeyword || (binding !== undefined && !isWithin(binding.identifier, fn));
}

/** `keys = await client.getSigningKeys()`: what it gives goes into a memory that stays. */
export function fillsAnother(node: ts.NewExpression | ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  const { references = [] } = findClientName(node, file) ?? {};
  return references.some((use) => {
    const call = findMethodCall(use.parent.parent);
    if (call?.receiver !== use) return false;
    let given = getOutermostWrapped(call.call);
    if (ts.isAwaitExpression(given.parent)) given = getOutermostWrapped(given.parent);
    return isKeptOutside(given, fn, file);
  });
}
