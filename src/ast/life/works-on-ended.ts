import type { FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  isAssignment,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listConditionsOn } from '../where/conditions.ts';
import { listNodesWithin } from '../within.ts';
import { asksForEnd, endName, findTimerRun, listEnds, withCallees } from './after-end.ts';
import type { Life } from './life-cycle.ts';

/**
 * Whether a timer that the end of its owner leaves running uses what that end has ended: `close() { this.db.close(); }`
 * and `setInterval(() => this.db.exec('…'), ms)`. It fails at each run, be there one owner only. Not where the run asks
 * for the end first.
 */
export function worksOnEnded(call: ts.CallExpression, life: Life, file: FileContext): boolean {
  const ends = listEnds(life).filter((fn) => endName.test(nameOfFunction(fn)));
  const ended = new Set(withCallees(ends, file).flatMap((fn) => [...listEnded(fn, file), ...listUnset(fn, file)]));
  if (ended.size === 0) return false;
  const { callback, called } = findTimerRun(call, file);
  const runs = withCallees([...(callback ? [callback] : []), ...called], file);
  return runs.some((run) => usesAny(run, ended, file)) && !asksForEnd(call, runs, life, file);
}

/** The fields that a function calls an end of: `db` of `this.db.close()`. */
function listEnded(fn: FunctionNode, file: FileContext): readonly string[] {
  return listNodesWithin('CallExpression', fn, file).flatMap((call) => {
    const target = findMethodCall(call);
    const path = target && endName.test(target.method) ? findMemberPath(target.receiver) : undefined;
    return path?.length === 2 && path[0] === 'this' ? [path[1]!] : [];
  });
}

function usesAny(run: FunctionNode, fields: ReadonlySet<string>, file: FileContext): boolean {
  return listNodesWithin('CallExpression', run, file).some((call) => {
    const target = findMethodCall(call);
    const path = target && findMemberPath(call.expression);
    if (path?.[0] !== 'this' || path.length < 3 || !fields.has(path[1]!)) return false;
    // `this.socket?.send(…)` asks, and a second end does no harm.
    return !ts.isOptionalChain(call) && !endName.test(target!.method);
  });
}

/**
 * Whether a timer's own callback throws once its owner has ended, which ends the process: `stop() { this.line = undefined; }`
 * and `if (this.line === undefined) throw new Error('no line')`.
 */
export function throwsWhenEnded(call: ts.CallExpression, life: Life, file: FileContext): boolean {
  const { callback } = findTimerRun(call, file);
  if (!callback) return false;
  const unset = new Set(withCallees(listEnds(life), file).flatMap((fn) => listUnset(fn, file)));
  return (file.nodesOfKind(ts.SyntaxKind.ThrowStatement) as readonly ts.ThrowStatement[]).some(
    (thrown) =>
      findEnclosingFunction(thrown) === callback &&
      listConditionsOn(thrown, callback, file).some((asked) => isOneAsked(asked, unset)),
  );
}

/** The fields that a function sets to nothing. */
function listUnset(fn: FunctionNode, file: FileContext): readonly string[] {
  return listNodesWithin('BinaryExpression', fn, file).flatMap((node) => {
    const path = isAssignment(node) ? findMemberPath(node.left) : undefined;
    const isNothing = /^(?:undefined|null)$/.test(node.right.getText(file.source));
    return isNothing && path?.length === 2 && path[0] === 'this' ? [path[1]!] : [];
  });
}

/** `!this.line`, `this.line === undefined`, `this.line == null`. */
function isOneAsked(condition: ts.Expression, fields: ReadonlySet<string>): boolean {
  const at = skipWrappers(condition);
  const asked = ts.isPrefixUnaryExpression(at) ? at.operand : ts.isBinaryExpression(at) ? at.left : at;
  const path = findMemberPath(skipWrappers(asked));
  return path?.length === 2 && path[0] === 'this' && fields.has(path[1]!);
}
