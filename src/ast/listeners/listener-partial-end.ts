import type { FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  isAssignment,
  isWithin,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { type ListenerCall, listAdds, listRemovals } from './listener-calls.ts';
import { listClearings } from './listener-clearings.ts';
import type { ListenerLeak, ListenerPlace } from './listener-place.ts';

/**
 * A listener on one of two emitters that an owner has two ends for: one end takes away what was added to both, the other
 * what was added to the first only, though it ends the owner just as well.
 */
export function findLeftByOneEnd({ add, fn, life, file }: ListenerPlace): ListenerLeak | undefined {
  if (life.kind !== 'owner' || !add.isEventKnown) return undefined;
  const twins = listAdds(file).filter(
    (one) => one.event === add.event && one.target !== add.target && findEnclosingFunction(one.call) === fn,
  );
  const own = listFunctionsThatEnd(add, file);
  if (twins.length === 0 || own.length === 0) return undefined;
  for (const twin of twins) {
    const ends = listFunctionsThatEnd(twin, file);
    const both = ends.find(({ by }) => own.some((end) => end.by === by));
    const forgetful = both && ends.find(({ by }) => isOtherEnd(by, both.by));
    if (!forgetful) continue;
    return { shape: 'sibling', what: 'each instance', sibling: forgetful.call, confidence: 'likely' };
  }
  return undefined;

  /** Marks the owner as ended as the whole end does, and leaves it to no function that takes the listener away. */
  function isOtherEnd(by: FunctionNode, whole: FunctionNode): boolean {
    if (by === whole || own.some((end) => isWithin(end.call, by))) return false;
    const marks = marksOf(whole, file);
    if (![...marksOf(by, file)].some((mark) => marks.has(mark))) return false;
    const names = own.map((end) => nameOfFunction(end.by));
    return !listNodesWithin('CallExpression', by, file).some(({ expression }) =>
      names.includes(findMemberPath(expression)?.at(-1) ?? ''),
    );
  }
}

interface End {
  call: ts.CallExpression;
  by: FunctionNode;
}

/** The functions that take all listeners of the event off this very emitter, or this one. */
function listFunctionsThatEnd({ target, event }: ListenerCall, file: FileContext): readonly End[] {
  const removals = listRemovals(file).filter((one) => one.target === target && one.event === event);
  const clearings = listClearings(file).filter((one) => one.target === target && one.event === event);
  return [...removals, ...clearings].flatMap(({ call }) => {
    const by = findEnclosingFunction(call);
    return by ? [{ call, by }] : [];
  });
}

/** `this.closed = true`: what a function says of its owner once and for all. */
function marksOf(fn: FunctionNode, file: FileContext): ReadonlySet<string> {
  const marks = listNodesWithin('BinaryExpression', fn, file).filter(
    (node) => isAssignment(node) && node.right.kind === ts.SyntaxKind.TrueKeyword,
  );
  return new Set(marks.map(({ left }) => left.getText(file.source)));
}
