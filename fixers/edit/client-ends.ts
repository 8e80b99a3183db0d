import { findEnclosingFunction, findMethodCall, getOutermostWrapped } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { removeFinally } from './remove-finally.ts';
import { removeStatement } from './remove-statement.ts';
import { isInList } from './statement-of.ts';

const endMethods = /^(?:end|close|quit|destroy|disconnect|\$disconnect|terminate)$/;

/** The statements that end the client; undefined when one of them is more than a statement. */
export function listEnds(binding: Binding, file: FileContext): ts.ExpressionStatement[] | undefined {
  const ends: ts.ExpressionStatement[] = [];
  for (const call of file.nodes('CallExpression')) {
    const target = findMethodCall(call);
    if (!target || !endMethods.test(target.method) || !ts.isIdentifier(target.receiver)) continue;
    if (file.bindingOf(target.receiver) !== binding) continue;
    let outer = getOutermostWrapped(call);
    if (ts.isAwaitExpression(outer.parent)) outer = outer.parent;
    if (!ts.isExpressionStatement(outer.parent) || !isInList(outer.parent) || !findEnclosingFunction(call))
      return undefined;
    ends.push(outer.parent);
  }
  return ends;
}

/** The statement goes; a `finally` that held nothing else goes with it. */
export function removeEnd(end: ts.ExpressionStatement, file: FileContext): TextEdit[] {
  const block = end.parent;
  if (
    ts.isBlock(block) &&
    ts.isTryStatement(block.parent) &&
    block.parent.finallyBlock === block &&
    block.statements.length === 1
  ) {
    return removeFinally(block.parent, file);
  }
  return [removeStatement(end, file)];
}
