import type { FileContext } from '../../model/file-context.ts';
import { nameOfHolder } from '../handles/handle-escape.ts';
import { findFunctionValue } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  isAssignment,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listMethodCalls, listNodesWithin } from '../within.ts';

const failing = /^(?:reject|cb|callback|done|fail|onError|errback)$/;

/**
 * `pending.set(id, call); setTimeout(() => { pending.delete(id); call.reject(late); }, ms)`: a timer that takes out what the
 * function around has put into a table, and fails it, where another function takes it out when the answer comes.
 */
export function findAnswer(
  run: FunctionNode,
  timer: ts.CallExpression,
  file: FileContext,
): { kind: 'answer'; taken: ts.Node } | undefined {
  const fn = findEnclosingFunction(timer);
  if (!fn || !failsSomething(run, file)) return undefined;
  for (const { table, key } of listTakings(run, file)) {
    if (!listPuttings(fn, file).some((put) => put.table === table && put.key === key && !isWithin(put.at, run)))
      continue;
    const taken = listTakings(undefined, file).find(
      ({ table: other, at }) => other === table && !isWithin(at, run) && !isWithin(at, outermostOf(fn)),
    );
    if (taken) return { kind: 'answer', taken: taken.at };
  }
  return undefined;
}

/** The executor's own function. */
function outermostOf(fn: FunctionNode): FunctionNode {
  const outer = findEnclosingFunction(fn);
  return outer && ts.isNewExpression(fn.parent) ? outer : fn;
}

/** Calls `reject`, `callback` or a member of this name. */
function failsSomething(run: FunctionNode, file: FileContext): boolean {
  return listNodesWithin('CallExpression', run, file).some(({ expression }) => {
    const callee = skipWrappers(expression);
    const name = ts.isIdentifier(callee) ? callee.text : findMemberName(callee);
    return name !== undefined && failing.test(name) && findFunctionValue(callee, file) === undefined;
  });
}

interface OfTable {
  table: string;
  key: string;
  at: ts.Node;
}

/** `table.delete(key)`, `delete table[key]`. */
function listTakings(within: FunctionNode | undefined, file: FileContext): readonly OfTable[] {
  const isIn = (at: ts.Node): boolean => within === undefined || isWithin(at, within);
  const called = listMethodCalls('delete', file).flatMap((call): OfTable[] => {
    const [key] = call.arguments;
    const table = nameOfHolder(findMethodCall(call)!.receiver);
    return key && table !== '' && isIn(call) ? [{ table, key: key.getText(file.source), at: call }] : [];
  });
  const deletes = file.nodesOfKind(ts.SyntaxKind.DeleteExpression) as readonly ts.DeleteExpression[];
  const deleted = deletes.flatMap((node): OfTable[] => {
    const entry = skipWrappers(node.expression);
    if (!ts.isElementAccessExpression(entry) || !isIn(node)) return [];
    const table = nameOfHolder(entry.expression);
    return table === '' ? [] : [{ table, key: entry.argumentExpression.getText(file.source), at: node }];
  });
  return [...called, ...deleted];
}

/** `table.set(key, …)`, `table[key] = …`. */
function listPuttings(fn: FunctionNode, file: FileContext): readonly OfTable[] {
  const called = listMethodCalls('set', file).flatMap((call): OfTable[] => {
    const [key] = call.arguments;
    return key && isWithin(call, fn)
      ? [{ table: nameOfHolder(findMethodCall(call)!.receiver), key: key.getText(file.source), at: call }]
      : [];
  });
  const assigned = listNodesWithin('BinaryExpression', fn, file).flatMap((node): OfTable[] => {
    const left = isAssignment(node) ? skipWrappers(node.left) : undefined;
    return left && ts.isElementAccessExpression(left)
      ? [
          {
            table: nameOfHolder(left.expression),
            key: left.argumentExpression.getText(file.source),
            at: node,
          },
        ]
      : [];
  });
  return [...called, ...assigned];
}
