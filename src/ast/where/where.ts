import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { never } from '../all-of.ts';
import { isExported, listCallsOf, ordinalOf } from '../names/functions.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findEnclosingLoop,
  findMethodCall,
  getOutermostWrapped,
  isCalledInPlace,
  isClassNode,
  isWithin,
  type LoopNode,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isChore } from './chore.ts';
import { findEntryPoint } from './entry-points.ts';

const iterationMethod =
  /^(?:map|forEach|filter|flatMap|reduce|reduceRight|some|every|find|findIndex|findLast|sort|each|forOwn|forIn|eachSeries|eachLimit|mapSeries|mapLimit|mapValues|times|(?:forEach|map|each|filter)Async|async(?:ForEach|Map|Each|Filter))$/;
/** Functions that are imported by name and call what they are handed for each item of their first argument: of p-map, async, lodash. */
const iterationFunction =
  /^(?:map|forEach|flatMap|p(?:Map(?:Series|Skip)?|Each(?:Series)?|Filter|Reduce)|(?:map|forEach|each|filter)(?:Series|Limit|Async)|eachOf(?:Series|Limit)?|async(?:ForEach|Map|Each|Filter))$/;
/** Operators of RxJS that wait for what they are handed for each value. */
const piped = /^(?:concatMap|mergeMap)$/;
/** What calls the function that it is handed once, where it stands: limits, retries, spans, the next step of a promise. */
const runner =
  /^(?:then|finally|limit|\w+Limit|\w*[lL]imiter|throttle|pRetry|retry|withRetry|runExclusive|schedule|startActiveSpan|startSpan|withSpan|promise|tryPromise)$/;
const startupName =
  /^(?:main|bootstrap|start(?:up|Server|App)?|init(?:ialize|ialise)?(?:App|Server)?|setup|run|serve|register|configure|createApp|createServer|buildApp|buildServer|listen|boot|on(?:Server|App(?:lication)?|Module)(?:Start(?:ed|up)?|Boot(?:strap(?:ped)?|ed)?|Init(?:iali[sz]ed?)?|Ready))$/;

/** How often a place runs, as far as its own file tells. */
export type Frequency =
  /** Module level, or a function that only module level calls: once a process. */
  | 'once'
  /** A constructor or field initialiser: once an instance. */
  | 'instance'
  /** Any other function: as often as it is called. */
  | 'call';

/** See {@link Frequency}. Static members and IIFEs at module level count as module level. */
export function frequencyOf(node: ts.Node, file: FileContext): Frequency {
  return frequency(node, file, 0);
}

function frequency(node: ts.Node, file: FileContext, depth: number): Frequency {
  const fn = findEnclosingFunction(node);
  const field = findFieldAround(node, fn);
  if (field) return field.modifiers?.some((m) => m.kind === ts.SyntaxKind.StaticKeyword) ? 'once' : 'instance';
  if (!fn) return 'once';
  if (ts.isConstructorDeclaration(fn)) return 'instance';
  if (isCalledInPlace(fn)) return frequency(getOutermostWrapped(fn), file, depth);
  if (findEntryPoint(fn, file)) return 'call';
  if (depth > 4 || ts.isMethodDeclaration(fn) || isExported(fn, file)) return 'call';
  const calls = listCallsOf(fn, file);
  const isOnlyCalled = calls.length > 0 && countNameUses(fn, file) === calls.length;
  if (!isOnlyCalled || calls.length > 1) return 'call';
  const call = calls[0]!;
  return findEnclosingLoop(call) || isWithin(call, fn) ? 'call' : frequency(call, file, depth + 1);
}

function findFieldAround(node: ts.Node, within: FunctionNode | undefined): ts.PropertyDeclaration | undefined {
  for (let at: ts.Node | undefined = node; at && at !== within; at = at.parent) {
    if (ts.isPropertyDeclaration(at) && isClassNode(at.parent)) return at;
  }
  return undefined;
}

function countNameUses(fn: FunctionNode, file: FileContext): number {
  const parent = getOutermostWrapped(fn).parent;
  const name = 'name' in fn && fn.name ? fn.name : ts.isVariableDeclaration(parent) ? parent.name : undefined;
  if (!name || !ts.isIdentifier(name)) return -1;
  return file.bindingOf(name)?.references.length ?? -1;
}

/** Whether a function's name says that it brings a process or an application up: it runs once, unless load comes in by it. */
export function isStartup(fn: FunctionNode, file: FileContext): boolean {
  if (!startupName.test(nameOfFunction(fn))) return false;
  const entry = findEntryPoint(fn, file);
  return entry === undefined || entry.kind === 'startup';
}

/** Whether a function's name says that it runs once for an installation, or for each of its versions. */
export function isSetUp(fn: FunctionNode, file: FileContext): boolean {
  return (
    isStartup(fn, file) || /^(?:un)?install$|^(?:upgrade|migrate|seed|provision)(?:[A-Z]\w*)?$/.test(nameOfFunction(fn))
  );
}

/** What repeats a place inside its function: a loop, or a callback of `map`, `forEach`, … */
export interface Repetition {
  node: LoopNode | ts.CallExpression;
  /** What is iterated: the array of `for…of`, of `array.map` or of `_.map(array)`; undefined for `while` and counted loops. */
  over: ts.Expression | undefined;
}

/** `['SIGINT', 'SIGTERM'].forEach((signal) => process.on(signal, …))`: what stands around all loops of a place. */
export function outsideIteration(node: ts.Node): ts.Node {
  const repetition = findRepetition(node);
  return repetition ? outsideIteration(repetition.node) : node;
}

/** The innermost repetition around a node; stops at functions that are not callbacks of an iteration. */
export function findRepetition(node: ts.Node): Repetition | undefined {
  for (let at: ts.Node = node; at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isForOfStatement(parent) || ts.isForInStatement(parent)) {
      if (at === parent.statement) return { node: parent, over: parent.expression };
    } else if (ts.isForStatement(parent)) {
      if (at === parent.statement || at === parent.incrementor || at === parent.condition)
        return { node: parent, over: undefined };
    } else if (ts.isWhileStatement(parent) || ts.isDoStatement(parent)) {
      return { node: parent, over: undefined };
    } else if (ts.isArrowFunction(at) || ts.isFunctionExpression(at)) {
      const fn = getOutermostWrapped(at) as ts.Expression;
      const call = fn.parent;
      if (!ts.isCallExpression(call) || !call.arguments.includes(fn)) return undefined;
      const iteration = findIteration(call, fn);
      if (iteration) return iteration;
      if (!runner.test(calleeName(call))) return undefined;
    } else if (ts.isFunctionLike(at)) {
      return undefined;
    }
  }
  return undefined;
}

/** `list.map(fn)`, `_.map(list, fn)`, `async.each(list, fn)`, `pMap(list, fn)`, `Array.from(list, fn)`. */
function findIteration(call: ts.CallExpression, fn: ts.Expression): Repetition | undefined {
  const [first] = call.arguments;
  const target = findMethodCall(call);
  if (!target && piped.test(calleeName(call))) return findPiped(call);
  if (!target)
    return first && first !== fn && !ts.isStringLiteralLike(first) && iterationFunction.test(calleeName(call))
      ? { node: call, over: first }
      : undefined;
  if (/^from(?:Async)?$/.test(target.method) && first !== fn && target.receiver.getText() === 'Array')
    return { node: call, over: first };
  if (!iterationMethod.test(target.method)) return undefined;
  return { node: call, over: first === fn ? target.receiver : first };
}

/** `concatMap(fn)` of `from(list).pipe(concatMap(fn))`. */
function findPiped(operator: ts.CallExpression): Repetition | undefined {
  const pipe = findMethodCall(operator.parent);
  const source = pipe?.method === 'pipe' ? pipe.receiver : undefined;
  if (!source || !ts.isCallExpression(source) || calleeName(source) !== 'from') return undefined;
  return source.arguments[0] && { node: operator, over: source.arguments[0] };
}

/** "A request handler reaches this place"; decided by the linker. At module level it never holds. */
export function onRequestPath(node: ts.Node, file: FileContext): LinkCondition {
  return { kind: 'on-request-path', fn: functionOrdinal(node, file) };
}

/** "A request waits for this place": a handler reaches it by calls that are waited for; decided by the linker. */
export function whileRequestWaits(node: ts.Node, file: FileContext): LinkCondition {
  return { kind: 'on-request-path', fn: functionOrdinal(node, file), awaited: true };
}

/**
 * "A request handler reaches this place", one that answers users: no background job, no administrator, nothing that is
 * tried by hand, or changes one thing; never in a file that is a chore by its name.
 */
export function onAskedPath(node: ts.Node, file: FileContext): LinkCondition {
  if (isChore(file.path)) return never;
  return { kind: 'on-request-path', fn: functionOrdinal(node, file), by: 'users' };
}

/**
 * As {@link whileRequestWaits}, but not of what somebody tries by hand or an administrator asks for, nor of what its
 * platform ends; only on request of jobs that nobody waits for.
 */
export function whileHeld(node: ts.Node, file: FileContext, withJobs = true): LinkCondition {
  const by = withJobs ? 'waiting' : 'waiting-users';
  return { kind: 'on-request-path', fn: functionOrdinal(node, file), awaited: true, by };
}

/** As {@link onAskedPath}, or of whoever asks, but only where others share the process: in one of its own, nobody else is kept. */
export function whereOthersWait(node: ts.Node, file: FileContext, isOfUsers: boolean): LinkCondition {
  if (isOfUsers && isChore(file.path)) return never;
  const by = isOfUsers ? 'sharing-users' : 'sharing';
  return { kind: 'on-request-path', fn: functionOrdinal(node, file), by };
}

/**
 * As {@link onAskedPath}, but not by what somebody does now and then (approves, invites, removes): a page is loaded by all
 * who open it.
 */
export function onReadPath(node: ts.Node, file: FileContext): LinkCondition {
  if (isChore(file.path)) return never;
  return { kind: 'on-request-path', fn: functionOrdinal(node, file), by: 'readers' };
}

/** "A request handler reaches this place by no more than `within` calls". */
export function closeToRequests(node: ts.Node, within: number, file: FileContext): LinkCondition {
  return { kind: 'on-request-path', fn: functionOrdinal(node, file), within };
}

/** "This place runs again and again": request path, event listener, timer or loop; decided by the linker. */
export function runsRepeatedly(node: ts.Node, file: FileContext): LinkCondition {
  return { kind: 'runs-repeatedly', fn: functionOrdinal(node, file) };
}

/** As {@link runsRepeatedly}, but a loop is not enough: it may run as the process starts, or in a tool, and end. */
export function runsAsItLives(node: ts.Node, file: FileContext): LinkCondition {
  return { kind: 'runs-repeatedly', fn: functionOrdinal(node, file), asItLives: true };
}

/** As {@link runsAsItLives}, by what comes from outside: not by the process's own clock, its jobs or its administrators. */
export function runsFromOutside(node: ts.Node, file: FileContext): LinkCondition {
  return { kind: 'runs-repeatedly', fn: functionOrdinal(node, file), asItLives: true, fromOutside: true };
}

/** "Users of a published package can run this as often as they like"; decided by the linker. */
export function openToUsers(node: ts.Node, file: FileContext): Extract<LinkCondition, { kind: 'open-to-users' }> {
  return { kind: 'open-to-users', fn: functionOrdinal(node, file) };
}

/** "Requests reach this place, or users of a published package do": what it costs is paid under load. */
export function onUsersPath(node: ts.Node, file: FileContext): LinkCondition {
  return { kind: 'any', of: [onRequestPath(node, file), openToUsers(node, file)] };
}

/** "This place runs all the time that the process lives, or as often as users of a published package like". */
export function runsForUsers(node: ts.Node, file: FileContext): LinkCondition {
  return { kind: 'any', of: [runsAsItLives(node, file), openToUsers(node, file)] };
}

/** As {@link onUsersPath}, and for what runs again and again for another reason. */
export function runsUnderLoad(node: ts.Node, file: FileContext): LinkCondition {
  return { kind: 'any', of: [runsRepeatedly(node, file), openToUsers(node, file)] };
}

function functionOrdinal(node: ts.Node, file: FileContext): number {
  const fn = findEnclosingFunction(node);
  return fn ? ordinalOf(fn, file) : -1;
}
