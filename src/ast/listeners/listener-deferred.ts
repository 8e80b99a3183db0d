import { findEnclosingFunction, findMemberPath, isWithin } from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction } from '../where/conditions.ts';
import { runsForUsers } from '../where/where.ts';
import { listNodesWithin } from '../within.ts';
import { eventKindOf } from './event-kind.ts';
import { findListenerFunction } from './listener-calls.ts';
import { hasOnce, isRegistering, type ListenerLeak, type ListenerPlace, listOwnCaptures } from './listener-place.ts';

/**
 * `if (ready) send(packet); else client.on('ready', () => send(packet));`: work of one call that is put off until an
 * emitter has come up, by a listener that stays. It comes to run once more with each time that the emitter comes up.
 */
export function findDeferredForGood(place: ListenerPlace): ListenerLeak | undefined {
  const { add, fn, outermost, promise, emitter, file } = place;
  if (promise || /once/i.test(add.method) || hasOnce(add) || eventKindOf(add.event) !== 'first') return undefined;
  if (file.role === 'ui' || /^(?:local|process|pooled)$/.test(emitter) || isRegistering(fn)) return undefined;
  const listener = add.listener && findListenerFunction(add.listener, file);
  if (!listener || listOwnCaptures(add, outermost, file).length === 0) return undefined;
  const late = new Set(listNodesWithin('CallExpression', listener, file).map((call) => call.getText(file.source)));
  const isDoneAtOnce = (file.nodesOfKind(ts.SyntaxKind.IfStatement) as readonly ts.IfStatement[]).some((node) => {
    if (findEnclosingFunction(node) !== fn) return false;
    const isOther =
      (node.elseStatement !== undefined && isWithin(add.call, node.elseStatement)) ||
      (node.end <= add.call.pos && leavesFunction(node.thenStatement));
    return isOther && listCallsIn(node.thenStatement).some((call) => late.has(call.getText(file.source)));
  });
  if (!isDoneAtOnce) return undefined;
  return { shape: 'call', what: 'each call', confidence: 'likely', sureWhen: runsForUsers(add.call, file) };

  function listCallsIn(branch: ts.Statement): readonly ts.CallExpression[] {
    return file
      .nodes('CallExpression')
      .filter((call) => isWithin(call, branch) && call.arguments.length > 0 && findMemberPath(call.expression));
  }
}
