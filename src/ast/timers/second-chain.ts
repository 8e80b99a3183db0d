import type { FileContext } from '../../model/file-context.ts';
import { withCallees } from '../life/after-end.ts';
import type { Life } from '../life/life-cycle.ts';
import { findFunctionValue } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  getOutermostWrapped,
  isAssignment,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction, listConditionsOn } from '../where/conditions.ts';
import { listNodesWithin } from '../within.ts';
import type { ReArming } from './re-arming.ts';

/**
 * The function that begins a chain of timers which only a flag ends: `stop()` sets `this.running` to false, the run asks
 * for it. Begun again before the pending timer fires, the flag is true when it does, and both chains go on. Undefined
 * where the run sets the flag itself, or the end waits.
 */
export function findSecondBeginning(
  call: ts.CallExpression,
  { fn, via }: ReArming,
  life: Life,
  file: FileContext,
): FunctionNode | undefined {
  if (life.kind !== 'owner') return undefined;
  const runs = via ? [fn, via] : [fn];
  for (const name of listFlags(call, runs, file)) {
    const writes = life.shape.fields.get(name)?.accesses.flatMap((access) => {
      const { parent } = getOutermostWrapped(access);
      const by = findEnclosingFunction(access);
      if (!by || !isAssignment(parent) || skipWrappers(parent.left) !== access) return [];
      return [{ by, value: skipWrappers(parent.right).kind }];
    });
    if (!writes || writes.some(({ by }) => runs.includes(by))) continue;
    const ends = writes.filter(({ value }) => value === ts.SyntaxKind.FalseKeyword).map(({ by }) => by);
    const begins = writes.filter(({ value }) => value === ts.SyntaxKind.TrueKeyword).map(({ by }) => by);
    if (ends.length === 0 || ends.some((end) => waits(end, file))) continue;
    const start = begins.find((by) => by !== life.shape.constructorNode && leadsTo(by, fn, file));
    if (start) return start;
  }
  return undefined;
}

/** The fields of the owner that keep a chain going while they are set: `if (this.on) again()`, `if (!this.on) return`. */
function listFlags(call: ts.CallExpression, runs: readonly FunctionNode[], file: FileContext): readonly string[] {
  const around = runs
    .flatMap((run) => (isWithin(call, run) ? listConditionsOn(call, run, file) : []))
    .filter(({ parent }) => !ts.isIfStatement(parent) || isWithin(call, parent.thenStatement));
  const ahead = (file.nodesOfKind(ts.SyntaxKind.IfStatement) as readonly ts.IfStatement[]).flatMap((node) => {
    const at = skipWrappers(node.expression);
    if (!runs.some((run) => isWithin(node, run)) || !leavesFunction(node.thenStatement)) return [];
    return ts.isPrefixUnaryExpression(at) && at.operator === ts.SyntaxKind.ExclamationToken ? [at.operand] : [];
  });
  return [...around, ...ahead].flatMap((asked) => {
    const path = findMemberPath(skipWrappers(asked));
    return path?.length === 2 && path[0] === 'this' ? [path[1]!] : [];
  });
}

/** Whether an end may come back only when the last run is over. */
function waits(end: FunctionNode, file: FileContext): boolean {
  return (file.nodesOfKind(ts.SyntaxKind.AwaitExpression) as readonly ts.AwaitExpression[]).some((node) =>
    isWithin(node, end),
  );
}

/** Whether a function calls another, or hands it to a timer, itself or by what it calls. */
function leadsTo(from: FunctionNode, to: FunctionNode, file: FileContext): boolean {
  const all = withCallees([from], file);
  if (from === to) return false;
  return (
    all.includes(to) ||
    all.some((fn) =>
      listNodesWithin('CallExpression', fn, file).some((call) =>
        call.arguments.some((given) => findFunctionValue(given, file) === to),
      ),
    )
  );
}
