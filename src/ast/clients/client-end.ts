import type { FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
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
import { findClientHome } from './client-home.ts';
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
  const isHeld = kind === 'pool' || kind === 'connection' || dialsAtOnce || modules.includes('@grpc/grpc-js');
  const isShared = !ts.isNewExpression(node) && (modules.includes('mongoose') || modules.includes('mssql'));
  if (!isHeld || isShared || ts.isConstructorDeclaration(fn)) return false;
  const binding = findClientHome(node, file)?.binding;
  if (!binding || !isWithin(binding.identifier, fn) || isCaptured(node, fn, file)) return false;
  const uses = binding.references.filter((use) => !binding.writes.includes(use));
  return (
    uses.length > 0 &&
    uses.every(({ parent }) => {
      const member = findMemberName(parent);
      return (
        member !== undefined &&
        !isGivenByItsMethod(parent) &&
        !/^(?:end|quit|close|destroy|disconnect|\$disconnect|terminate)$/.test(member)
      );
    })
  );
}

/** `return client.on('error', log)`: what such a method gives back is the client. */
function isGivenByItsMethod(access: ts.Node): boolean {
  const call = findMethodCall(access.parent);
  if (!call || !/^(?:on|once|addListener|prependListener|setMaxListeners)$/.test(call.method)) return false;
  const { parent } = getOutermostWrapped(call.call);
  if (ts.isPropertyAccessExpression(parent)) return isGivenByItsMethod(parent);
  return !ts.isExpressionStatement(parent) && !ts.isAwaitExpression(parent);
}

/** Used by a function that goes on to live when this one has returned: a method of what it gives, a closure. */
export function isCaptured(node: ts.NewExpression | ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  const { references = [] } = findClientHome(node, file)?.binding ?? {};
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

/** `keys = await client.getSigningKeys()`: what it gives goes into a memory that stays. */
export function fillsAnother(node: ts.NewExpression | ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  const { references = [] } = findClientHome(node, file)?.binding ?? {};
  return references.some((use) => {
    const call = findMethodCall(use.parent.parent);
    if (call?.receiver !== use) return false;
    let given = getOutermostWrapped(call.call);
    if (ts.isAwaitExpression(given.parent)) given = getOutermostWrapped(given.parent);
    if (!isAssignment(given.parent) || given.parent.right !== given) return false;
    const kept = rootOfMembers(skipWrappers(given.parent.left));
    const binding = ts.isIdentifier(kept) ? file.bindingOf(kept) : undefined;
    return kept.kind === ts.SyntaxKind.ThisKeyword || (binding !== undefined && !isWithin(binding.identifier, fn));
  });
}
