import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue, listFunctionUses } from '../names/functions.ts';
import {
  type FunctionNode,
  findMemberPath,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isWithin,
} from '../syntax.ts';
import { findTimerFunction } from '../timers/timers.ts';
import { ts } from '../ts.ts';
import { isBringUp } from './event-kind.ts';

/** Events that come once in the life of what emits them; `socket` and `response` are those of a request. */
const onceEvent = /^(?:open|opened|close|closed|end|finish|exit|spawn|socket|response|secureConnect|lookup)$/i;
/** Events that take turns with another one, which comes in between. */
const turns: Readonly<Record<string, string>> = {
  mouseleave: 'mouseenter',
  mouseout: 'mouseover',
  mouseup: 'mousedown',
  pointerleave: 'pointerenter',
  pointerout: 'pointerover',
  pointerup: 'pointerdown',
  touchend: 'touchstart',
  dragleave: 'dragenter',
  blur: 'focus',
  focusout: 'focusin',
  keyup: 'keydown',
};
const eventCallback = /^(?:on|addListener|addEventListener|subscribe|createServer|setInterval|use|get|post)$/;

/**
 * The call that a function is handed to: `'event'` where that runs it many times, undefined where it is no callback. No
 * such event is one that takes turns with another whose listener clears a timer in one of `names`.
 */
export function findCallbackUse(
  fn: FunctionNode,
  names: ReadonlySet<string>,
  file: FileContext,
): ts.Node | 'event' | undefined {
  for (const use of listFunctionUses(fn, file)) {
    const outer = getOutermostWrapped(use);
    const { parent } = outer;
    if (!ts.isCallExpression(parent) && !ts.isNewExpression(parent)) continue;
    if (parent.expression === outer) {
      if (use === fn) return parent;
      continue;
    }
    const name = findMethodCall(parent)?.method ?? (ts.isIdentifier(parent.expression) ? parent.expression.text : '');
    const event = findStringValue(parent.arguments?.[0]) ?? '';
    if (eventCallback.test(name) && !onceEvent.test(event) && !isBringUp(event) && !isClearedInTurn(event, names, file))
      return 'event';
    if (use === fn) return parent;
  }
  return undefined;
}

/** Whether the event that comes before the next one of this kind clears: `mouseenter` what `mouseleave` starts. */
function isClearedInTurn(event: string, names: ReadonlySet<string>, file: FileContext): boolean {
  const before = turns[event];
  if (before === undefined) return false;
  return file.nodes('CallExpression').some((call) => {
    const [what, listener] = findMethodCall(call) ? call.arguments : [];
    const run = listener && findStringValue(what) === before ? findFunctionValue(listener, file) : undefined;
    return run !== undefined && clearsOneOf(names, run, file);
  });
}

function clearsOneOf(names: ReadonlySet<string>, fn: FunctionNode, file: FileContext): boolean {
  return file.nodes('CallExpression').some((call) => {
    if (!isWithin(call, fn) || !/^clear/.test(findTimerFunction(call, file) ?? '')) return false;
    const cleared = call.arguments[0] && findMemberPath(call.arguments[0])?.at(-1);
    return cleared !== undefined && names.has(cleared);
  });
}
