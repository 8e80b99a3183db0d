import type { FileContext } from '../../model/file-context.ts';
import type { ClassShape } from '../names/class-shape.ts';
import { calleeName, type FunctionNode, findMemberName, isWithin } from '../syntax.ts';
import { findReArming } from '../timers/re-arming.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { queuesWaiters } from './waiter-queue.ts';

/** A class that lends what it keeps. */
export interface HandPool {
  shape: ClassShape;
  /** The method that lends. */
  acquire: FunctionNode;
  /** That method, and those of the class that it calls. */
  reachable: readonly FunctionNode[];
  /** The method that takes back, and those of the class that it calls. */
  releasing: readonly FunctionNode[];
  /** The field that holds what is lent. */
  store: string;
}

const busyFlag =
  /^(?:_*(?:is)?(?:in|_in|In)_?Use|busy|isBusy|inuse|used|isUsed|locked|free|isFree|available|isAvailable|idle|isIdle|active|leased|borrowed)$/;

/** What a hand-written pool does to those who ask it for something, in words: nothing where that does no harm. */
export function listPoolFaults(pool: HandPool, file: FileContext): string[] {
  const { shape, acquire, reachable, store } = pool;
  const faults: string[] = [];
  const isInside = (node: ts.Node): boolean => reachable.some((fn) => isWithin(node, fn));
  if (scansForFree(shape, store, isInside)) faults.push('searches all its connections for a free one');
  if (!hasMaximum(reachable, store, file)) faults.push('has no maximum');
  // A timer beside a queue is there for something else: a heartbeat, the limit of a wait.
  const polls = !queuesWaiters(pool, file) && pollsFor(reachable, file);
  if (polls) faults.push('polls instead of queueing those who wait');
  if (faults.length > 0 && !hasTimeout(shape, reachable, file)) faults.push('lets them wait without a timeout');
  // Searching a handful of connections costs nothing by itself.
  return faults.length > 1 || polls || !isInside(acquire) ? faults : [];
}

function scansForFree(shape: ClassShape, store: string, isInside: (node: ts.Node) => boolean): boolean {
  return (shape.fields.get(store)?.accesses ?? []).some((access) => {
    if (!isInside(access)) return false;
    const member = findMemberName(access.parent);
    const scanned = ts.isForOfStatement(access.parent)
      ? access.parent.statement
      : /^(?:find|findIndex|filter|some)$/.test(member ?? '')
        ? access.parent.parent
        : undefined;
    return scanned !== undefined && mentionsFlag(scanned);
  });
}

function mentionsFlag(node: ts.Node): boolean {
  let found = false;
  const visit = (at: ts.Node): void => {
    const name = findMemberName(at);
    if (name !== undefined && busyFlag.test(name)) found = true;
    if (!found) ts.forEachChild(at, visit);
  };
  visit(node);
  return found;
}

/** A comparison of the store's size (or of a counter) with something, on the way to a creation. */
function hasMaximum(reachable: readonly FunctionNode[], store: string, file: FileContext): boolean {
  return reachable
    .flatMap((fn) => listNodesWithin('BinaryExpression', fn, file))
    .some((node) => {
      const { kind } = node.operatorToken;
      const isComparison = kind >= ts.SyntaxKind.LessThanToken && kind <= ts.SyntaxKind.GreaterThanEqualsToken;
      if (!isComparison) return false;
      const text = node.getText(file.source);
      return text.includes(store) || /max|limit|size|count|total|capacity/i.test(text);
    });
}

/** A timer or sleep inside a loop, or a timer that runs the method again. */
function pollsFor(reachable: readonly FunctionNode[], file: FileContext): boolean {
  return file.nodes('CallExpression').some((call) => {
    const fn = reachable.find((candidate) => isWithin(call, candidate));
    if (!fn) return false;
    const name = calleeName(call);
    if (/^(?:sleep|delay|wait|pause|setTimeout|setImmediate|setInterval)$/.test(name)) {
      return isInLoop(call, fn) || name === 'setInterval' || findReArming(call, file) !== undefined;
    }
    return false;
  });
}

function isInLoop(node: ts.Node, fn: FunctionNode): boolean {
  for (let at = node.parent; at && at !== fn; at = at.parent) {
    if (ts.isWhileStatement(at) || ts.isDoStatement(at) || ts.isForStatement(at)) return true;
  }
  return false;
}

function hasTimeout(shape: ClassShape, reachable: readonly FunctionNode[], file: FileContext): boolean {
  const text = reachable.map((fn) => fn.getText(file.source)).join('\n');
  return (
    /timeout|deadline|maxWait|signal/i.test(text.replaceAll('setTimeout', '')) ||
    [...shape.methods.keys()].some((name) => /timeout/i.test(name))
  );
}
