import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue } from '../names/functions.ts';
import { findMemberPath, findMethodCall, isFunctionNode, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

const ending =
  /^_*(?:close|stop|shutdown|disconnect|destroy|flush|end|dispose|terminate|quit|save|cleanup|exit)|(?:Close|Stop|Shutdown|Disconnect|Destroy|Flush|End|Dispose|Terminate|Quit|Exit)(?![a-z])/;
const askedToEnd = /shut_?down|stop|exit|quit|term|kill|close|end\b|destroy|disconnect/i;

/**
 * `parentPort.on('message', async () => { await work(); process.exit(0); })`, also in a branch for the message that starts
 * it: a thread or a child that does one job and ends. Whoever only closes something first has served many.
 */
export function isOneJob(call: ts.CallExpression, receiver: ts.Expression): boolean {
  const path = findMemberPath(receiver)?.join('.') ?? '';
  const listener = call.arguments[1] && skipWrappers(call.arguments[1]);
  if (!/(?:^|\.)parentPort$|^process$/.test(path) || !listener || !isFunctionNode(listener)) return false;
  return listener.body !== undefined && ts.isBlock(listener.body) && endsAfterWork(listener.body);
}

/**
 * Whether a file is a program that does one job and ends the process: `await work(); process.exit(0);` at its own level, or in
 * a function that it calls there.
 */
export function isOneJobProgram(source: ts.SourceFile, file: FileContext): boolean {
  if (!/\bprocess\.exit\b/.test(file.text)) return false;
  if (endsAfterWork(source)) return true;
  return source.statements.some((statement) => {
    const call = ts.isExpressionStatement(statement) ? skipAwait(statement.expression) : undefined;
    const main = call && ts.isCallExpression(call) ? findFunctionValue(call.expression, file) : undefined;
    return main?.body !== undefined && ts.isBlock(main.body) && endsAfterWork(main.body);
  });
}

/** A block waits for work and ends the process as its last deed, or one within it does. */
function endsAfterWork({ statements }: Pick<ts.Block, 'statements'>): boolean {
  const exit = statements.findIndex(isExit);
  if (exit > 0 && statements.slice(0, exit).some(waitsForWork)) return true;
  return statements.some((statement) => {
    if (ts.isTryStatement(statement)) {
      const endsAtLast = statement.finallyBlock?.statements.some(isExit) ?? false;
      return endsAfterWork(statement.tryBlock) || (endsAtLast && statement.tryBlock.statements.some(waitsForWork));
    }
    if (ts.isIfStatement(statement)) {
      const { thenStatement, expression } = statement;
      return ts.isBlock(thenStatement) && !askedToEnd.test(expression.getText()) && endsAfterWork(thenStatement);
    }
    if (!ts.isSwitchStatement(statement)) return false;
    return statement.caseBlock.clauses.some(
      (clause) => !(ts.isCaseClause(clause) && askedToEnd.test(clause.expression.getText())) && endsAfterWork(clause),
    );
  });
}

function isExit(statement: ts.Statement): boolean {
  return (
    ts.isExpressionStatement(statement) &&
    ts.isCallExpression(statement.expression) &&
    findMemberPath(statement.expression.expression)?.join('.') === 'process.exit'
  );
}

/** `await run(message)`, `const result = await run(message)`. */
function waitsForWork(statement: ts.Statement): boolean {
  const values = ts.isVariableStatement(statement)
    ? statement.declarationList.declarations.map(({ initializer }) => initializer)
    : ts.isExpressionStatement(statement)
      ? [statement.expression]
      : [];
  return values.some((value) => {
    if (!value || !ts.isAwaitExpression(skipWrappers(value))) return false;
    const call = skipAwait(value);
    if (!ts.isCallExpression(call)) return true;
    const name = findMethodCall(call)?.method ?? call.expression.getText();
    return !ending.test(name);
  });
}
