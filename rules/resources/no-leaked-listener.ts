import { emitterLifeOf } from '../../src/ast/emitter-lifetime.ts';
import { findDisposer, findMethodAround } from '../../src/ast/end-of-life.ts';
import { type Life, lifeOf } from '../../src/ast/life-cycle.ts';
import { findAdd, type ListenerCall, listAdds, listRemovals } from '../../src/ast/listener-calls.ts';
import { isGuardedByState } from '../../src/ast/overwritten.ts';
import { startsRepeatedly } from '../../src/ast/starts-repeatedly.ts';
import { type FunctionNode, findEnclosingFunction, getOutermostWrapped, isWithin } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { findRepetition, runsRepeatedly } from '../../src/ast/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { LinkCondition } from '../../src/model/link.ts';
import type { Match } from '../../src/model/rule.ts';

export interface LeakedListener {
  add: ListenerCall;
  life: Life;
  shape: 'process' | 'promise' | 'signal' | 'effect';
}

/** Their emitter ends with them. */
const lastEvents = /^(?:end|close|closed|finish|exit|error|data|destroy|disconnect|response|readable)$/;
/** Handled where a process is brought up, in whatever callback that ends. */
const processEnd = /^(?:SIG[A-Z0-9]+|signal|uncaughtException|unhandledRejection|exit|beforeExit)$/;

export const rule = defineRule<LeakedListener>({
  id: 'no-leaked-listener',
  category: 'resources',
  severity: 'high',
  confidence: 'possible',
  lifecycle: 'trial',
  message: 'This "{event}" listener on {target} is never removed: {what} leaves one more behind.',
  why: 'The emitter outlives the code that listens. Each listener keeps its closure alive and runs on every event, so memory and time per event grow with calls, requests, instances or mounts.',
  advice:
    'Remove the listener where the work or its owner ends, on every outcome; once() alone leaves the siblings that did not fire. A `{ signal }` removes several at a time.',
  limits: [
    'Emitters handed in by a caller are taken to end with the call, AbortSignals excepted.',
    'A removal of the same event anywhere in the file is taken to be the right one.',
  ],
  roles: ['product', 'ui'],
  mentions: ['.on(', '.once(', 'addListener', 'addEventListener'],
  visit: {
    CallExpression(call, file) {
      const add = findAdd(call, file);
      const fn = add && findEnclosingFunction(call);
      if (!add || !fn || add.target === undefined || isRemoved(add, file)) return undefined;
      return judge(add, fn, add.target, file);
    },
  },
});

function judge(
  add: ListenerCall,
  fn: FunctionNode,
  target: string,
  file: FileContext,
): Match<LeakedListener> | undefined {
  const life = lifeOf(add.call, file);
  if (life.kind === 'process' || isGuardedByState(add.call, fn, file)) return undefined;
  const match = (shape: LeakedListener['shape'], what: string, when?: LinkCondition): Match<LeakedListener> => ({
    at: add.call,
    values: { event: add.event, target, what },
    ...(when && { when }),
    data: { add, life, shape },
  });
  const promise = findPromiseAround(fn);
  const outermost = promise ? (findEnclosingFunction(promise) ?? fn) : fn;
  const emitter = emitterLifeOf(add.receiver, outermost, file);
  if (emitter === 'signal' && add.event === 'abort' && !add.method.startsWith('once')) {
    return hasOnce(add) || file.role === 'ui' || ('asteriskToken' in outermost && outermost.asteriskToken)
      ? undefined
      : match('signal', 'each call with the same signal');
  }
  if (emitter === 'process') {
    if (life.kind === 'effect') return match('effect', 'each run of the effect');
    if (life.kind === 'owner' && !life.isSingleton) return judgeOwner(add, life, match, file);
    if (life.kind === 'call' && file.role !== 'ui' && !promise && !processEnd.test(add.event)) {
      return match('process', 'each call', runsRepeatedly(outsideIteration(add.call), file));
    }
  }
  if (!promise || hasOnce(add)) return undefined;
  const isShared = emitter === 'process' || emitter === 'field' || emitter === 'self' || emitter === 'outer';
  if (!isShared || (lastEvents.test(add.event) && !isErrorOnShared(add, emitter))) return undefined;
  if (add.method === 'once' || add.method === 'prependOnceListener') {
    const siblings = listAdds(file).filter((other) => other.target === target && isWithin(other.call, promise));
    return siblings.length > 1 ? match('promise', 'each wait that another event ends') : undefined;
  }
  return match('promise', 'each call');
}

/** `.on('error', reject)` for each command on a client that many commands share. */
function isErrorOnShared(add: ListenerCall, emitter: string): boolean {
  return add.event === 'error' && add.method === 'on' && emitter === 'outer';
}

function judgeOwner(
  add: ListenerCall,
  life: Extract<Life, { kind: 'owner' }>,
  match: (shape: LeakedListener['shape'], what: string, when?: LinkCondition) => Match<LeakedListener>,
  file: FileContext,
): Match<LeakedListener> | undefined {
  const what = `each ${life.shape.name}`;
  const method = findMethodAround(add.call, life.shape);
  const isMade = method === undefined || method === life.shape.constructorNode;
  const canEnd = life.isComponent || findDisposer(life.shape.disposers, undefined) !== undefined;
  if (canEnd && (isMade || life.isComponent)) return match('process', what);
  return file.role === 'ui' ? undefined : match('process', what, startsRepeatedly(add.call, life, file));
}

/** `['SIGINT', 'SIGTERM'].forEach((signal) => process.on(signal, …))`: how often the loop runs counts. */
function outsideIteration(node: ts.Node): ts.Node {
  const repetition = findRepetition(node);
  return repetition ? outsideIteration(repetition.node) : node;
}

/** A removal of the same event, of all listeners, by a signal, or by a remover that the call gives. */
function isRemoved(add: ListenerCall, file: FileContext): boolean {
  const { parent } = getOutermostWrapped(add.call);
  const isChained = ts.isPropertyAccessExpression(parent);
  if (!ts.isExpressionStatement(parent) && !isChained) return true;
  if (add.options && /\bsignal\b/.test(add.options.getText(file.source))) return true;
  if (file.text.includes('removeAllListeners')) return true;
  const listener = add.listener?.getText(file.source);
  return listRemovals(file).some(
    (removal) =>
      (removal.event === add.event || !ts.isStringLiteralLike(removal.call.arguments[0]!)) &&
      (removal.target === add.target || removal.listener?.getText(file.source) === listener),
  );
}

function hasOnce(add: ListenerCall): boolean {
  return add.options !== undefined && /\bonce\s*:\s*true/.test(add.options.getText());
}

/** The `new Promise(…)` whose executor is `fn`. */
function findPromiseAround(fn: FunctionNode): ts.NewExpression | undefined {
  const { parent } = getOutermostWrapped(fn);
  const isPromise =
    ts.isNewExpression(parent) && ts.isIdentifier(parent.expression) && parent.expression.text === 'Promise';
  return isPromise ? parent : undefined;
}
