import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { type FunctionNode, findEnclosingFunction, findMemberPath, nameOfFunction, skipAwait } from '../syntax.ts';
import { ts } from '../ts.ts';

/** The functions that a file waits for as the last thing before it ends the process: `await flush(); process.exit(code);`. */
export function listLastCalls(file: FileContext): readonly string[] {
  if (!/\bprocess\.exit\b/.test(file.text)) return [];
  return file.nodes('CallExpression').flatMap((call) => {
    const isExit = findMemberPath(call.expression)?.join('.') === 'process.exit';
    const { parent } = call;
    if (!isExit || !ts.isExpressionStatement(parent) || !ts.isBlock(parent.parent)) return [];
    const { statements } = parent.parent;
    const before = statements[statements.indexOf(parent) - 1];
    if (!before || !ts.isExpressionStatement(before) || !ts.isAwaitExpression(before.expression)) return [];
    const last = skipAwait(before.expression);
    return (ts.isCallExpression(last) && findMemberPath(last.expression)?.at(-1)) || [];
  });
}

/** "No file waits for the function around a place as the last thing before it ends the process." */
export function isNoLastCall(node: ts.Node): LinkCondition {
  let outer: FunctionNode | undefined;
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) outer = fn;
  const name = outer ? nameOfFunction(outer) : '';
  return { kind: 'not', of: { kind: 'project-states', fact: `last-call:${name}` } };
}
