import type { FileContext } from '../../model/file-context.ts';
import { findEnclosingBlock, findMemberPath, isAssignment, isWithin, rootOfMembers, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { ListenerCall } from './listener-calls.ts';

/**
 * Whether a condition holds wherever a listener was added: it asks whether its emitter, or the listener itself, is there
 * (`if (signal && onAbort) signal.removeEventListener('abort', onAbort)`), by names that keep their value from then on.
 */
export function holdsOnceAdded(add: ListenerCall, condition: ts.Expression, file: FileContext): boolean {
  const at = skipWrappers(condition);
  if (ts.isBinaryExpression(at) && at.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken)
    return holdsOnceAdded(add, at.left, file) && holdsOnceAdded(add, at.right, file);
  const asked = findAskedFor(at, file);
  const path = findMemberPath(asked)?.join('.');
  return path !== undefined && isNeeded(path, add) && keepsValue(asked, add, file);
}

/** The emitter, what that is a member of, or the listener. */
function isNeeded(path: string, { receiver, listener }: ListenerCall): boolean {
  const emitter = findMemberPath(skipWrappers(receiver))?.join('.');
  const added = listener && findMemberPath(skipWrappers(listener))?.join('.');
  return added === path || emitter === path || (emitter?.startsWith(`${path}.`) ?? false);
}

/** A variable that is given its value for good, or beside the add, ahead of it. */
function keepsValue(asked: ts.Expression, { call }: ListenerCall, file: FileContext): boolean {
  const root = skipWrappers(rootOfMembers(asked));
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  const beside = findEnclosingBlock(call);
  const isAhead = (write: ts.Node): boolean =>
    isAssignment(write.parent) && beside !== undefined && isWithin(write, beside) && write.end <= call.pos;
  return binding?.writes.every(isAhead) ?? false;
}

/** `x` of `x`, `x !== undefined` and `x != null`. */
function findAskedFor(at: ts.Expression, file: FileContext): ts.Expression {
  if (!ts.isBinaryExpression(at)) return at;
  const { kind } = at.operatorToken;
  const isUnequal =
    kind === ts.SyntaxKind.ExclamationEqualsToken || kind === ts.SyntaxKind.ExclamationEqualsEqualsToken;
  return isUnequal && /^(?:null|undefined)$/.test(at.right.getText(file.source)) ? skipWrappers(at.left) : at;
}
