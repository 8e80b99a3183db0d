import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { isPrivateName, type Life } from '../life/life-cycle.ts';
import { type FunctionNode, findMethodCall, isHiddenMethod, nameOfFunction } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { findTimerFunction } from './timers.ts';

/** `clearCancelTimer`, `_stopPingTimeout`: named after the one timer that it clears, not after the end of its owner. */
const clearsTimer =
  /^[_#]*(?:clear|cancel|stop|reset|remove|kill|end|abort|destroy)\w*(?:Timers?|Timeouts?|Intervals?|Deadlines?)(?:Id|Handle)?$/i;

/** Whether a method is named after a timer that it clears: {@link listForeignHelpers} asks who calls it from elsewhere. */
export function isClearName(name: string): boolean {
  return clearsTimer.test(name);
}

/**
 * Whether a method of an owner only clears a timer for its other methods: no end of the owner, though its name begins
 * like one. A method that nothing of the class calls, and that others can, is how they end it.
 */
export function isClearHelper(fn: FunctionNode, life: Life, file: FileContext): boolean {
  const name = nameOfFunction(fn);
  if (life.kind !== 'owner' || !isClearName(name) || life.shape.methods.get(name) !== fn) return false;
  if (!onlyClears(fn, file)) return false;
  return isInternal(fn, name, life) || (life.shape.fields.get(name)?.accesses.some(isCall) ?? false);
}

function isInternal(fn: FunctionNode, name: string, life: Extract<Life, { kind: 'owner' }>): boolean {
  return isHiddenMethod(fn) || isPrivateName(life.shape, name);
}

function isCall(access: ts.Node): boolean {
  return ts.isCallExpression(access.parent) && access.parent.expression === access;
}

/** Each call in it clears a timer, or writes a log. */
function onlyClears(fn: FunctionNode, file: FileContext): boolean {
  const calls = listNodesWithin('CallExpression', fn, file);
  return calls.every((call) => {
    if (findTimerFunction(call, file)?.startsWith('clear')) return true;
    return /^(?:debug|trace|log|info|silly|verbose)$/.test(findMethodCall(call)?.method ?? '');
  });
}

/** "No other file calls the helper that clears": nothing for private ones. */
export function listForeignHelpers(
  helpers: readonly FunctionNode[],
  life: Extract<Life, { kind: 'owner' }>,
): LinkCondition[] {
  return helpers
    .filter((fn) => !isInternal(fn, nameOfFunction(fn), life))
    .map((fn) => ({ kind: 'not', of: { kind: 'project-states', fact: `calls-helper:${nameOfFunction(fn)}` } }));
}
