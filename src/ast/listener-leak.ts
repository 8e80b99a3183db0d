import type { FileContext } from '../model/file-context.ts';
import type { LinkCondition } from '../model/link.ts';
import type { Confidence } from '../model/rule.ts';
import { listCaptures } from './captures.ts';
import { type EmitterLife, emitterLifeOf } from './emitter-lifetime.ts';
import { findDisposer, findMethodAround } from './end-of-life.ts';
import { eventKindOf } from './event-kind.ts';
import { findGivenArgument } from './lent-arguments.ts';
import { type Life, lifeOf } from './life-cycle.ts';
import { findListenerFunction, type ListenerCall } from './listener-calls.ts';
import {
  findStayingInWait,
  findStayingOnOneOutcome,
  isRemovedOnEveryOutcome,
  isRemovedOutside,
  listEndsOf,
  listGroup,
} from './listener-group.ts';
import { isFreshlyMade } from './looked-up.ts';
import { isGuardedByState } from './overwritten.ts';
import { runsAgainWithin } from './runs-again.ts';
import { settlesBeforeAbort } from './signal-wait.ts';
import { isMadeOften } from './starts-repeatedly.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from './syntax.ts';
import { ts } from './ts.ts';
import { findRepetition, runsRepeatedly, runsUnderLoad } from './where.ts';

/** Why a listener outlives what it listens for. */
export interface ListenerLeak {
  shape: 'wait' | 'outcome' | 'signal' | 'effect' | 'owner' | 'call' | 'lent' | 'pooled' | 'kept';
  /** What leaves one more behind: "each call". */
  what: string;
  /** The sibling that ends the wait without taking this one away. */
  fired?: ListenerCall;
  confidence?: Confidence;
  when?: LinkCondition;
}

/** Handled where a process is brought up, in whatever callback that ends. */
const processEnd = /^(?:SIG[A-Z0-9]+|signal|uncaughtException|unhandledRejection|exit|beforeExit|warning)$/;
/** What runs a process handles its signals. */
const runner = /(?:Runner|Server|App|Application|Daemon|Cli|CLI|Process|Controller|Launcher|Supervisor|Master)$/;
/** A function of such a name adds what its caller hands it, or is called once for what it sets up. */
const registering =
  /^_*(?:on|once|add|subscribe|watch|listen|observe|register|bind|attach|forward|pipe|proxy|relay|hook|track|instrument|setup|set|init|install|enable|start|connect|open|run|boot|bootstrap|configure|create|build|make|load|use|wire|mount|extend|expose|inject|apply|ensure|setUp|initiali[sz]e)(?:[A-Z_]\w*)?$/;

/** Judges one adding call; undefined where the listener ends with its emitter, is taken away, or the file does not tell. */
export function findListenerLeak(add: ListenerCall, file: FileContext): ListenerLeak | undefined {
  const leak = judge(add, file);
  const earlier = leak && !leak.fired ? listGroup(add, file).filter(({ call }) => call.end < add.call.end) : [];
  // Several listeners of one emitter and function are one defect: it is shown at the first.
  return earlier.some((other) => judge(other, file)?.shape === leak?.shape) ? undefined : leak;
}

function judge(add: ListenerCall, file: FileContext): ListenerLeak | undefined {
  const fn = findEnclosingFunction(add.call);
  const listener = add.listener && skipWrappers(add.listener);
  if (!fn || !listener || !isLeftAlone(add.call) || !canListen(listener) || isBoundToSignal(add)) return undefined;
  const life = lifeOf(add.call, file);
  if (life.kind === 'process') return undefined;
  const promise = findPromiseAround(fn);
  // What waits for the end of the process waits once.
  if (promise && processEnd.test(add.event)) return undefined;
  const outermost = promise ? (findEnclosingFunction(promise) ?? fn) : fn;
  const place: Place = {
    add,
    fn,
    outermost,
    promise,
    life,
    emitter: emitterLifeOf(add.receiver, outermost, file),
    file,
  };
  if (place.emitter === 'local') return undefined;
  if (place.emitter !== 'kept' && isGuardedByState(add.call, fn, file)) return undefined;
  const outcome = findOnOneOutcome(place);
  if (outcome) return outcome;
  if (promise) {
    const wait = findInWait(place, promise);
    if (wait) return wait;
  }
  if (listEndsOf(add, file).length > 0 || isForwarded(listener, fn, file)) return undefined;
  switch (place.emitter) {
    case 'process':
      return onProcess(place);
    case 'signal':
      return onSignal(place);
    case 'pooled':
      return onPooled(place);
    case 'kept':
      return onKept(place);
    default:
      return onField(place) ?? onLent(place);
  }
}

interface Place {
  add: ListenerCall;
  /** The function that adds, and the one around the promise that it may be the executor of. */
  fn: FunctionNode;
  outermost: FunctionNode;
  promise: ts.NewExpression | undefined;
  life: Life;
  emitter: EmitterLife;
  file: FileContext;
}

function findOnOneOutcome({ add, emitter, file }: Place): ListenerLeak | undefined {
  const group = listGroup(add, file);
  const staying = group.length > 1 ? findStayingOnOneOutcome(group, emitter, file) : undefined;
  if (staying?.add.call !== add.call || isRemovedOnEveryOutcome(add, file)) return undefined;
  return { shape: 'outcome', what: 'each time', fired: staying.fired };
}

function findInWait({ add, outermost, emitter, file }: Place, promise: ts.NewExpression): ListenerLeak | undefined {
  if (hasOnce(add) || !isShared(add, outermost, emitter, file)) return undefined;
  if (/once/i.test(add.method)) {
    const group = listGroup(add, file).filter((other) => isWithin(other.call, promise));
    const staying = findStayingInWait(group, file);
    if (staying?.add.call !== add.call || isRemovedOutside(add, listenersOf(group, file), file)) return undefined;
    return { shape: 'wait', what: 'each wait', fired: staying.fired };
  }
  const kind = eventKindOf(add.event);
  // `.on('error', reject)` for each command on a client that many commands share.
  const isErrorOfClient = add.event === 'error' && emitter === 'outer' && listGroup(add, file).length === 1;
  if (goesWithItsEmitter(add, file)) return undefined;
  if ((kind !== 'recurring' && !isErrorOfClient) || listEndsOf(add, file).length > 0) return undefined;
  return { shape: 'wait', what: 'each call' };
}

/** `on('data')` beside `on('end')`: what is listened to is read to its end. */
function goesWithItsEmitter(add: ListenerCall, file: FileContext): boolean {
  return listGroup(add, file).some(({ event }) => event !== 'error' && eventKindOf(event) === 'last');
}

/** Whether many waits listen to one emitter. */
function isShared(add: ListenerCall, outermost: FunctionNode, emitter: EmitterLife, file: FileContext): boolean {
  if (emitter === 'outer') {
    const home = findHome(add.receiver, file);
    return home !== undefined && runsAgainWithin(outermost, home, file);
  }
  // In a constructor it waits once an instance.
  if (ts.isConstructorDeclaration(outermost) || registering.test(nameOfFunction(outermost))) return false;
  return /^(?:process|field|self|kept)$/.test(emitter);
}

function onProcess(place: Place): ListenerLeak | undefined {
  const { add, life, promise, file } = place;
  if (life.kind === 'effect') return onEffect(life.effect);
  if (life.kind === 'owner' && !life.isSingleton) return onOwner(place, life);
  // What listens once is gone with the next event, if there is one.
  const goesItself = (/once/i.test(add.method) || hasOnce(add)) && eventKindOf(add.event) === 'recurring';
  if (promise || goesItself || file.role === 'ui' || processEnd.test(add.event)) return undefined;
  return { shape: 'call', what: 'each call', when: runsRepeatedly(outsideIteration(add.call), file) };
}

/** An effect of a component may run once for the whole page; one of a hook runs for each user of it. */
function onEffect(effect: FunctionNode): ListenerLeak {
  const call = getOutermostWrapped(effect).parent;
  const list = ts.isCallExpression(call) ? call.arguments[1] : undefined;
  const isOnce = list !== undefined && ts.isArrayLiteralExpression(list) && list.elements.length === 0;
  const user = findEnclosingFunction(effect);
  const isHook = user !== undefined && /^use[A-Z]/.test(nameOfFunction(user));
  return {
    shape: 'effect',
    what: 'each run of the effect',
    ...(isOnce && !isHook && { confidence: 'possible' as const }),
  };
}

function onOwner({ add, file }: Place, life: Extract<Life, { kind: 'owner' }>): ListenerLeak | undefined {
  const what = `each ${life.shape.name}`;
  const canEnd = life.isComponent || findDisposer(life.shape.disposers, undefined) !== undefined;
  // A process has one standard input; whoever reads it is made once.
  if (/^process\.std/.test(add.target ?? '')) return undefined;
  if (processEnd.test(add.event) && runner.test(life.shape.name)) return undefined;
  // A component may stand on its page once, for as long as the page.
  if (life.isComponent && canEnd) return { shape: 'owner', what, confidence: 'possible' };
  if (file.role === 'ui') return undefined;
  // Without an end of its own it is a part of a process more often than not.
  return { shape: 'owner', what, when: canEnd ? isMadeOften(add.call, life, file) : runsRepeatedly(add.call, file) };
}

function onSignal({ add, outermost, promise, fn, file }: Place): ListenerLeak | undefined {
  if (add.event !== 'abort' || /once/i.test(add.method) || hasOnce(add) || isOfBrowser(file)) return undefined;
  if (!settlesBeforeAbort(add, fn, promise, file)) return undefined;
  return { shape: 'signal', what: 'each call with the same signal', when: runsUnderLoad(outermost.body!, file) };
}

function onPooled({ add, file }: Place): ListenerLeak | undefined {
  const isUnpooled = /\bagent\s*:\s*false\b|\bkeepAlive\s*:\s*false\b/.test(file.text);
  // A socket that is upgraded does not come back.
  const isAsked = /\.(?:connecting|reusedSocket)\b|\.on(?:ce)?\(\s*['"]upgrade['"]/.test(file.text);
  if (isUnpooled || isAsked) return undefined;
  return { shape: 'pooled', what: `each request that the ${add.target} serves` };
}

function onKept({ add, outermost, file }: Place): ListenerLeak | undefined {
  if (registering.test(nameOfFunction(outermost)) || isFreshlyMade(add, outermost, file)) return undefined;
  if (!holdsOn(add, outermost, file)) return undefined;
  return { shape: 'kept', what: 'each call for the same key' };
}

/** A page's signals are as short as what it shows. */
function isOfBrowser(file: FileContext): boolean {
  return file.role === 'ui' || /(?:^|\/)(?:frontend|front-end|browser)\//.test(file.path);
}

/** Handed to an owner that is made again and again, by one that keeps it. */
function onLent({ add, life, promise, file }: Place): ListenerLeak | undefined {
  if (life.kind !== 'owner' || promise || file.role === 'ui') return undefined;
  const index = findGivenArgument(add.receiver, life.shape, file);
  if (index === undefined || isEnded(add, file)) return undefined;
  return {
    shape: 'lent',
    what: `each ${life.shape.name}`,
    when: { kind: 'project-states', fact: `lent-${index}:${life.shape.name}` },
  };
}

/** A method that adds, for each call, a listener which serves that call only. */
function onField({ add, outermost, promise, life, emitter, file }: Place): ListenerLeak | undefined {
  if (life.kind !== 'owner' || promise || !/^(?:field|self)$/.test(emitter) || file.role === 'ui') return undefined;
  const method = findMethodAround(add.call, life.shape);
  if (!method || method === life.shape.constructorNode || registering.test(nameOfFunction(method))) return undefined;
  if (eventKindOf(add.event) !== 'recurring' || !holdsOn(add, method, file)) return undefined;
  if (isEnded(add, file) || goesWithItsEmitter(add, file)) return undefined;
  return { shape: 'call', what: 'each call', when: runsUnderLoad(outermost.body ?? outermost, file) };
}

/** Whether a listener refers to what only this run of `fn` knows. */
function holdsOn(add: ListenerCall, fn: FunctionNode, file: FileContext): boolean {
  const listener = add.listener && findListenerFunction(add.listener, file);
  if (!listener) return false;
  const root = add.target?.split('.')[0];
  return listCaptures(listener, fn, file).some(({ name, declaration }) => {
    const isSelf = ts.isVariableDeclaration(declaration) && declaration.initializer?.kind === ts.SyntaxKind.ThisKeyword;
    return name !== root && !isSelf;
  });
}

const ending = 'close|end|destroy|disconnect|terminate|kill|abort|release|stop|dispose|quit|shutdown';

/** Whether the file ends the emitter itself, and its listeners with it. */
function isEnded(add: ListenerCall, file: FileContext): boolean {
  const name = (add.target ?? '').replace(/^this\./, '(?:this|self|that|_this)\\.').replace(/\$/g, '\\$');
  return new RegExp(`(?<![\\w$.])${name}[?!]?\\.(?:${ending})\\b`).test(file.text);
}

/** The result is not kept: it may be what takes the listener away. */
function isLeftAlone(call: ts.CallExpression): boolean {
  const { parent } = getOutermostWrapped(call);
  return ts.isExpressionStatement(parent) || ts.isPropertyAccessExpression(parent);
}

/** `knex.on('a.id', 'b.id')` adds no listener. */
function canListen(listener: ts.Expression): boolean {
  return (
    isFunctionNode(listener) ||
    ts.isIdentifier(listener) ||
    ts.isCallExpression(listener) ||
    ts.isPropertyAccessExpression(listener)
  );
}

function isBoundToSignal({ options }: ListenerCall): boolean {
  return options !== undefined && /\bsignal\b/.test(options.getText());
}

function hasOnce({ options }: ListenerCall): boolean {
  return options !== undefined && /\bonce\s*:\s*true/.test(options.getText());
}

/** What a caller hands over to be added is the caller's to remove. */
function isForwarded(listener: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  if (!ts.isIdentifier(listener)) return false;
  const binding = file.bindingOf(listener);
  return binding?.kind === 'parameter' && isWithin(binding.identifier, fn);
}

function listenersOf(group: readonly ListenerCall[], file: FileContext): FunctionNode[] {
  return group.flatMap(({ listener }) => (listener && findListenerFunction(listener, file)) ?? []);
}

/** The function whose variable an emitter is. */
function findHome(emitter: ts.Expression, file: FileContext): FunctionNode | undefined {
  let at = skipWrappers(emitter);
  while (ts.isPropertyAccessExpression(at)) at = skipWrappers(at.expression);
  const binding = ts.isIdentifier(at) ? file.bindingOf(at) : undefined;
  return binding && findEnclosingFunction(binding.identifier);
}

/** `['SIGINT', 'SIGTERM'].forEach((signal) => process.on(signal, …))`: how often the loop runs counts. */
function outsideIteration(node: ts.Node): ts.Node {
  const repetition = findRepetition(node);
  return repetition ? outsideIteration(repetition.node) : node;
}

/** The `new Promise(…)` whose executor is `fn`. */
function findPromiseAround(fn: FunctionNode): ts.NewExpression | undefined {
  const { parent } = getOutermostWrapped(fn);
  const isPromise =
    ts.isNewExpression(parent) && ts.isIdentifier(parent.expression) && parent.expression.text === 'Promise';
  return isPromise ? parent : undefined;
}
