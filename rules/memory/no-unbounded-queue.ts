import { type Add, type Growth, growthOf } from '../../src/ast/containers/container-growth.ts';
import {
  type Container,
  containerOfField,
  containerOfVariable,
  shownName,
} from '../../src/ast/containers/containers.ts';
import { isOfOneOwner, lifetimeOf } from '../../src/ast/life/lifetime.ts';
import { listLiveRemovals } from '../../src/ast/life/trimming.ts';
import { emptyArrays, together } from '../../src/ast/mention-words.ts';
import {
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  nameOfFunction,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { leavesFunction } from '../../src/ast/where/conditions.ts';
import { hasTooling, mayBeOfPage } from '../../src/ast/where/tooling.ts';
import { listNodesWithin } from '../../src/ast/within.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export interface UnboundedQueue {
  container: Container;
  growth: Growth;
}

const queueName =
  /queue|pending|buffer|backlog|outbox|unsent|offline|messages|packets|outgoing|commands|spool|waiting|deferred|parked/i;
const state =
  /connected|isConnected|connecting|isOpen|\bopen\b|readyState|online|offline|writable|isReady|\bready\b|reconnect|isAlive|available/i;
const comesBack =
  /^(?:connect|connected|open|ready|online|resume|drain|reconnect|reconnected|secureConnect|registered|login|authenticated)$/;

export const rule = defineRule<UnboundedQueue>({
  id: 'no-unbounded-queue',
  category: 'memory',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 30,
  message:
    '`{name}` takes in everything while {state} does not hold, without a limit, and is drained only when it does again.',
  why: 'While the other side is away the queue grows with every message; a long outage ends in a heap that is full, and then all is lost at once.',
  advice: 'Give the queue a limit and say what happens beyond it: drop the oldest, refuse, or hold the producer back.',
  limits: [
    'What one page of a browser keeps while it is not connected is `possible`.',
    'The state is told by the name of what the condition asks, or is whether there is a link that is sent over in the other branch.',
  ],
  mentions: together(['.push(', '.unshift('], emptyArrays),
  visit: {
    VariableDeclaration(node, file) {
      if (!node.initializer || hasTooling(file)) return undefined;
      const container = containerOfVariable(node, file);
      return container && judge(container, file);
    },
    PropertyDeclaration(node, file) {
      if (!node.initializer || hasTooling(file)) return undefined;
      const container = containerOfField(node, file);
      return container && judge(container, file);
    },
    BinaryExpression(node, file) {
      if (node.operatorToken.kind !== ts.SyntaxKind.EqualsToken || hasTooling(file)) return undefined;
      const container = containerOfField(node, file);
      return container && judge(container, file);
    },
  },
});

function judge(container: Container, file: FileContext): Match<UnboundedQueue> | undefined {
  if (container.kind !== 'array' || !queueName.test(container.name)) return undefined;
  const growth = growthOf(container, file);
  if (growth.sizeChecks.length > 0 || growth.escapes.some(({ kind }) => kind === 'stored')) return undefined;
  const held = growth.adds.map((add) => ({ add, condition: findAbsence(add, file) }));
  const first = held.find(({ condition }) => condition !== undefined);
  // Also added to where the other side is there: then it is a queue like any other.
  if (!first || held.some(({ condition, add }) => condition === undefined && add.fn !== undefined)) return undefined;
  const removals = listLiveRemovals(growth, file);
  if (removals.length === 0 || !removals.every(({ fn }) => isWhenBack(fn))) return undefined;
  const lifetime = lifetimeOf(container, growth.adds, file);
  if (lifetime === 'short' && container.home.kind !== 'field') return undefined;
  const oneOwner = lifetime === 'unknown' ? isOfOneOwner(container) : undefined;
  return {
    at: container.at,
    related: [{ at: first.add.node, note: 'a message is kept here' }],
    values: {
      name: shownName(container),
      state: `\`${first.condition}\``,
    },
    ...(oneOwner && { sureWhen: oneOwner }),
    ...(((lifetime === 'unknown' && !oneOwner) || mayBeOfPage(file)) && { confidence: 'possible' as const }),
    data: { container, growth },
  };
}

/** `if (!this.connected) queue.push(x)`, or the `else` of `if (this.connected)`: what must hold for it to be sent at once. */
function findAbsence(add: Add, file: FileContext): string | undefined {
  for (let at: ts.Node = add.node; at.parent && at !== add.fn; at = at.parent) {
    for (const { condition, isElse } of listDecisions(at)) {
      const text = condition.getText(file.source);
      const isNegative = /^!|!==|!=/.test(text) || /offline|connecting|reconnect/i.test(text);
      const isState = state.test(text) || isSentOver(condition, add, file);
      if (isState && (isElse ? !isNegative : isNegative)) return text.replace(/^!\(?|\)$/g, '').slice(0, 40);
    }
  }
  return undefined;
}

/** What decides whether a node runs: the condition that it is a branch of, and those ahead of it whose branch leaves the function. */
function listDecisions(node: ts.Node): { condition: ts.Expression; isElse: boolean }[] {
  const { parent } = node;
  if (ts.isIfStatement(parent))
    return parent.expression === node ? [] : [{ condition: parent.expression, isElse: parent.elseStatement === node }];
  if (!ts.isBlock(parent)) return [];
  return parent.statements.flatMap((ahead) =>
    ts.isIfStatement(ahead) && ahead.end <= node.pos && leavesFunction(ahead.thenStatement)
      ? [{ condition: ahead.expression, isElse: true }]
      : [],
  );
}

const sending = /^(?:send|publish|write|emit|post|postMessage|produce|sendToQueue|sendMessage|push|request)$/;

/** `if (this.channel) this.channel.publish(x); else queue.push(x)`: it is sent over what the condition asks for. */
function isSentOver(condition: ts.Expression, { fn }: Add, file: FileContext): boolean {
  const link = findMemberPath(ts.isPrefixUnaryExpression(condition) ? condition.operand : condition)?.join('.');
  if (!fn || link === undefined) return false;
  return listNodesWithin('CallExpression', fn, file).some((call) => {
    const target = findMethodCall(call);
    return target && sending.test(target.method) && findMemberPath(target.receiver)?.join('.') === link;
  });
}

/** In a handler of the event that the other side is back, or in a flush function that such a handler calls. */
function isWhenBack(fn: ts.Node | undefined): boolean {
  for (let at = fn as ReturnType<typeof findEnclosingFunction>; at; at = findEnclosingFunction(at)) {
    const { parent } = getOutermostWrapped(at);
    const event = ts.isCallExpression(parent) ? findStringValue(parent.arguments[0]) : undefined;
    if (event !== undefined && comesBack.test(event)) return true;
    if (
      /^_*(?:on|handle)?_?(?:connect(?:ed)?|open(?:ed)?|ready|online|resume|reconnect(?:ed)?|flush|drain|sendPending|sendQueued|replay|processQueue|flushQueue|flushPending|flushBuffer)(?:[A-Z]\w*)?$/i.test(
        nameOfFunction(at).replace(/^#/, ''),
      )
    )
      return true;
  }
  return false;
}
