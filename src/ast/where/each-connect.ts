import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { anyOf } from '../all-of.ts';
import { withCallees } from '../life/after-end.ts';
import { findMethodAround } from '../life/end-of-life.ts';
import type { Life } from '../life/life-cycle.ts';
import { isClearedAtLoss } from '../life/lost-connection.ts';
import { findListenerFunction, listAdds } from '../listeners/listener-calls.ts';
import { initializerOf } from '../names/initializer.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import { type FunctionNode, findEnclosingFunction, findMethodCall, isWithin, nameOfFunction } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

/** Clients that connect anew by themselves, and tell of it by the same event each time. */
const clients =
  'mongoose|redis|ioredis|mqtt|async-mqtt|socket\\.io-client|engine\\.io-client|reconnecting-websocket|amqp-connection-manager|nats|node-zookeeper-client';
const lasting = new RegExp(`^(?:${clients})$`);
/** They are named in quotes where they are loaded. */
const loaded = new RegExp(`['"](?:${clients})['"/]`);
const connectEvent = /^(?:connect|connected|ready|open|reconnect|reconnected)$/;

/** Callbacks that the clients of a file run each time that they have connected, be it anew. */
function listConnectHandlers(_: ts.SourceFile, file: FileContext): readonly FunctionNode[] {
  if (!loaded.test(file.text)) return [];
  return listAdds(file).flatMap(({ receiver, method, event, listener }) => {
    if (!listener || !connectEvent.test(event) || /once/i.test(method)) return [];
    const origin = findOrigin(receiver, file);
    const handler =
      origin && lasting.test(bareModule(origin.module)) ? findListenerFunction(listener, file) : undefined;
    return handler ? [handler] : [];
  });
}

/**
 * `Outbox.start` of `connection.on('connected', () => outbox.start())` where `outbox` is a `new Outbox()` of this file, and
 * `startJobs` where a function is called or handed over so: what runs each time that a client has connected.
 */
export function listRunAtEachConnect(file: FileContext): ReadonlySet<string> {
  const names = new Set<string>();
  if (!loaded.test(file.text)) return names;
  for (const handler of file.memo(listConnectHandlers, file.source)) {
    for (const call of listNodesWithin('CallExpression', handler, file)) {
      if (findEnclosingFunction(call) !== handler) continue;
      const target = findMethodCall(call);
      const made = target && initializerOf(target.receiver, file);
      if (target && made && ts.isNewExpression(made))
        names.add(`${made.expression.getText(file.source)}.${target.method}`);
      if (ts.isIdentifier(call.expression)) names.add(call.expression.text);
    }
  }
  for (const { receiver, method, event, listener } of listAdds(file)) {
    if (!listener || !ts.isIdentifier(listener) || !connectEvent.test(event) || /once/i.test(method)) continue;
    const origin = findOrigin(receiver, file);
    if (origin && lasting.test(bareModule(origin.module))) names.add(listener.text);
  }
  return names;
}

/**
 * "This timer is set each time that a client which connects anew by itself has connected": in this file, or by what another
 * one calls. Never where what hears that it is lost clears the timer.
 */
export function runsAtEachConnect(node: ts.CallExpression, life: Life, file: FileContext): LinkCondition {
  if (isClearedAtLoss(node, file)) return anyOf();
  const handlers = file.memo(listConnectHandlers, file.source);
  // A condition that always holds is one of none.
  if (handlers.some((handler) => withCallees([handler], file).some((fn) => isWithin(node, fn))))
    return { kind: 'all', of: [] };
  const method = life.kind === 'owner' ? findMethodAround(node, life.shape) : undefined;
  const fn = findEnclosingFunction(node);
  const name =
    method && life.kind === 'owner' ? `${life.shape.name}.${nameOfFunction(method)}` : fn && nameOfFunction(fn);
  return name ? { kind: 'project-states', fact: `at-each-connect:${name}` } : anyOf();
}
