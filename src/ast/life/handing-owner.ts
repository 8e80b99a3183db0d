import type { FileContext } from '../../model/file-context.ts';
import { isThisAlias } from '../handles/handle-escape.ts';
import { listCallsOf } from '../names/functions.ts';
import { isWithin, skipWrappers } from '../syntax.ts';
import { findReArming } from '../timers/re-arming.ts';
import { ts } from '../ts.ts';
import { type Life, lifeOf } from './life-cycle.ts';

/**
 * The owner that hands itself to a plain function which starts itself again: `poll(this)`, and in there
 * `setTimeout(() => poll(client), ms)`. The chain is the owner's, whose end has to end it.
 */
export function findHandingOwner(call: ts.CallExpression, file: FileContext): Life | undefined {
  const fn = findReArming(call, file)?.fn;
  const calls = fn ? listCallsOf(fn, file).filter((at) => !isWithin(at, fn)) : [];
  const index = calls[0]?.arguments.findIndex((given) => isOwner(given, file)) ?? -1;
  if (index < 0 || !calls.every((at) => at.arguments[index] && isOwner(at.arguments[index], file))) return undefined;
  const life = lifeOf(calls[0]!, file);
  return life.kind === 'owner' ? life : undefined;
}

/** `this`, and `self` of `const self = this`. */
function isOwner(given: ts.Expression, file: FileContext): boolean {
  const at = skipWrappers(given);
  return at.kind === ts.SyntaxKind.ThisKeyword || isThisAlias(at, file);
}
