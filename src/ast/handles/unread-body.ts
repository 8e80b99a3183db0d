import type { Binding, FileContext } from '../../model/file-context.ts';
import { findOrigin } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  findPropertyName,
  getOutermostWrapped,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findLeaks, type Leak } from './release-paths.ts';

/**
 * The returns that leave an object's body from S3 unread: its socket stays in use until the garbage collector comes.
 * Undefined where the body is read, handed on or destroyed on every way.
 */
export function findUnreadBody(
  call: ts.CallExpression,
  file: FileContext,
): { binding: Binding; fn: FunctionNode; leaks: readonly Leak[] } | undefined {
  const awaited = getOutermostWrapped(call).parent;
  if (!ts.isAwaitExpression(awaited) || !isGetObject(call, file)) return undefined;
  const fn = findEnclosingFunction(call);
  if (!fn) return undefined;
  const { parent } = getOutermostWrapped(awaited);
  const name = ts.isVariableDeclaration(parent) ? parent.name : undefined;
  const binding = name && ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
  if (!binding) return undefined;
  const uses = binding.references.filter((reference) => isUse(reference));
  if (uses.length === 0 || uses.some((use) => findEnclosingFunction(use) !== fn)) return undefined;
  const leaks = findLeaks(
    fn,
    {
      acquire: awaited,
      isRelease: (node) => uses.includes(node as ts.Identifier),
      isGuard: (condition) => /\.Body\b/.test(condition.getText(file.source)),
      isAbsence: (condition) => /^\(*!(?!=)|===?\s*(?:undefined|null)\b/.test(condition.getText(file.source)),
      canThrow: () => false,
    },
    file,
  ).filter(({ outcome }) => outcome === 'return');
  return leaks.length > 0 ? { binding, fn, leaks } : undefined;
}

/** `client.send(new GetObjectCommand(…))` and `s3.getObject({ Bucket, Key })`. */
function isGetObject(call: ts.CallExpression, file: FileContext): boolean {
  const target = findMethodCall(call);
  const argument = call.arguments[0] && skipWrappers(call.arguments[0]);
  if (!target || !argument) return false;
  if (target.method === 'send') {
    return ts.isNewExpression(argument) && findOrigin(argument.expression, file)?.path.at(-1) === 'GetObjectCommand';
  }
  if (target.method !== 'getObject' || !ts.isObjectLiteralExpression(argument)) return false;
  const names = argument.properties.map((property) => findPropertyName(property.name));
  return names.includes('Bucket') && names.includes('Key');
}

/** `object.Body` other than in a condition, or the whole object. */
function isUse(reference: ts.Identifier): boolean {
  const access = reference.parent;
  const member = findMemberName(access);
  if (member !== undefined && member !== 'Body') return false;
  let at: ts.Node = reference;
  for (; at.parent && !ts.isStatement(at); at = at.parent) {
    if (ts.isPrefixUnaryExpression(at.parent)) return false;
  }
  return !(ts.isIfStatement(at) && isWithin(reference, at.expression));
}
