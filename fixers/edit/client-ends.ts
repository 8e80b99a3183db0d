import { findClientHome } from '../../src/ast/clients/client-home.ts';
import {
  calleeName,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isWithin,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import type { Skip, TextEdit } from '../../src/model/fixer.ts';
import { removeFinally } from './remove-finally.ts';
import { removeStatement } from './remove-statement.ts';
import { isInList } from './statement-of.ts';

const endMethods = /^(?:end|close|quit|destroy|disconnect|\$disconnect|terminate)$/;

/** The statements that end the client, or why they cannot be taken out. */
export function listClientEnds(binding: Binding, file: FileContext): ts.ExpressionStatement[] | Skip {
  const ender = binding.references.map(findEnder).find((name) => name !== undefined);
  if (ender !== undefined) return { skip: `\`${ender}()\` ends it: leave that to the end of the process first` };
  if (binding.references.some(({ parent }) => ts.isVariableDeclaration(parent)))
    return { skip: 'it has another name too, by which it may be ended' };
  const ends: ts.ExpressionStatement[] = [];
  for (const call of file.nodes('CallExpression')) {
    const target = findMethodCall(call);
    if (!target || !endMethods.test(target.method) || !ts.isIdentifier(target.receiver)) continue;
    if (file.bindingOf(target.receiver) !== binding) continue;
    let outer = getOutermostWrapped(call);
    if (ts.isAwaitExpression(outer.parent)) outer = outer.parent;
    if (!ts.isExpressionStatement(outer.parent) || !isInList(outer.parent) || !findEnclosingFunction(call))
      return { skip: 'it is ended inside another expression' };
    ends.push(outer.parent);
  }
  return ends;
}

/** The end of a client that is kept elsewhere than in a const of its own: `client?.close()`. */
export function findOtherEnd(creation: ts.Node, fn: ts.Node, file: FileContext): string | undefined {
  const path = findClientHome(creation, file)?.path;
  const end = file.nodes('CallExpression').find((call) => {
    const target = isWithin(call, fn) ? findMethodCall(call) : undefined;
    return target && endMethods.test(target.method) && findMemberPath(target.receiver)?.join('.') === path;
  });
  return path === undefined ? undefined : end?.getText(file.source);
}

/** `closeQuietly` of `closeQuietly(client)`. */
function findEnder(reference: ts.Identifier): string | undefined {
  const outer = getOutermostWrapped(reference);
  const call = outer.parent;
  if (!ts.isCallExpression(call) || call.expression === outer) return undefined;
  const name = calleeName(call);
  return /^(?:close|destroy|disconnect|dispose|end|quit|shutdown|shutDown|stop|terminate|tearDown|teardown)(?![a-z])/.test(
    name,
  )
    ? name
    : undefined;
}

/** Whether a method ends a client. */
export function isEndMethod(method: string): boolean {
  return endMethods.test(method);
}

/** The statement goes; a `finally`, or a `try` with its `catch`, that held nothing else goes with it. */
export function removeEnd(end: ts.ExpressionStatement | ts.TryStatement, file: FileContext): TextEdit[] {
  const block = end.parent;
  const attempt = ts.isBlock(block) && block.statements.length === 1 ? block.parent : undefined;
  if (attempt && ts.isTryStatement(attempt) && attempt.tryBlock === block && !attempt.finallyBlock && isInList(attempt))
    return removeEnd(attempt, file);
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
