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
import { listGivers } from './piped-answer.ts';
import { asksForHeld, findLeaks, type Leak } from './release-paths.ts';

/** What nobody reads on some way out. */
export interface UnreadBody {
  binding: Binding;
  fn: FunctionNode;
  leaks: readonly Leak[];
  /** The functions of which one must be found to give a stream of a file or of another service. */
  givenBy?: readonly string[];
}

/**
 * The returns that leave an object's body from S3 unread, or the stream in what a function of the project gives: its socket
 * or its file stays in use until the garbage collector comes. Undefined where it is read, handed on or destroyed on every way.
 */
export function findUnreadBody(call: ts.CallExpression, file: FileContext): UnreadBody | undefined {
  const awaited = getOutermostWrapped(call).parent;
  if (!ts.isAwaitExpression(awaited)) return undefined;
  const isObject = isGetObject(call, file);
  const givenBy = isObject ? [] : listGivers(call, file);
  if (!isObject && givenBy.length === 0) return undefined;
  const part = isObject ? /^Body$/ : /^(?:body|Body|stream)$/;
  const fn = findEnclosingFunction(call);
  if (!fn) return undefined;
  const { parent } = getOutermostWrapped(awaited);
  const name = ts.isVariableDeclaration(parent) ? parent.name : undefined;
  const binding = name && ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
  if (!binding) return undefined;
  const uses = binding.references.filter((reference) => isUse(reference, part));
  if (uses.length === 0 || uses.some((use) => findEnclosingFunction(use) !== fn)) return undefined;
  // Whoever only hands it on as a whole does not tell that there is a stream in it.
  if (!isObject && !uses.some((use) => part.test(findMemberName(use.parent) ?? ''))) return undefined;
  const leaks = findLeaks(
    fn,
    {
      acquire: awaited,
      isRelease: (node) => uses.includes(node as ts.Identifier),
      isGuard: (condition, isOfRelease) =>
        isObject
          ? /\.Body\b/.test(condition.getText(file.source))
          : asksForHeld(binding, condition, isOfRelease) ||
            /\.(?:body|Body|stream)\b/.test(condition.getText(file.source)),
      isAbsence: (condition) => /^\(*!(?!=)|===?\s*(?:undefined|null)\b/.test(condition.getText(file.source)),
      canThrow: () => false,
    },
    file,
  ).filter(({ outcome, at }) => outcome === 'return' && (isObject || !isOfFailure(at, file)));
  return leaks.length > 0 ? { binding, fn, leaks, ...(givenBy.length > 0 && { givenBy }) } : undefined;
}

/** `if (!answer.ok) return`: what answers a failure is small, and has been sent. */
function isOfFailure(at: ts.Node, file: FileContext): boolean {
  const branch = ts.isBlock(at.parent) ? at.parent.parent : at.parent;
  return ts.isIfStatement(branch) && /\.ok\b|\bstatus/i.test(branch.expression.getText(file.source));
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
function isUse(reference: ts.Identifier, part: RegExp): boolean {
  const access = reference.parent;
  const member = findMemberName(access);
  if (member !== undefined && !part.test(member)) return false;
  let at: ts.Node = reference;
  for (; at.parent && !ts.isStatement(at); at = at.parent) {
    if (ts.isPrefixUnaryExpression(at.parent)) return false;
  }
  return !(ts.isIfStatement(at) && isWithin(reference, at.expression));
}
