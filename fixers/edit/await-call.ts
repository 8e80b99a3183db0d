import { isAssignment, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { findStatement } from './statement-of.ts';

/**
 * Awaits a call under another callee: `(await callee(…))` where something is read off what it gives.
 *
 * @param part what is wanted of the value: `.stdout`
 */
export function awaitCall(
  call: ts.CallExpression,
  callee: string,
  file: FileContext,
  part = '',
): [TextEdit, ...TextEdit[]] {
  const [before, ...behind] = bracketAwait(call, file, part);
  const old = skipWrappers(call.expression);
  return [before, { start: old.getStart(file.source), end: old.end, text: callee }, ...behind];
}

/** `await` before a call, and what it takes so that it holds for the call alone. */
export function bracketAwait(call: ts.CallExpression, file: FileContext, part = ''): [TextEdit, ...TextEdit[]] {
  const start = call.getStart(file.source);
  if (part === '' && !isOperand(call)) return [{ start, end: start, text: 'await ' }];
  return [
    { start, end: start, text: `${continuesStatement(call, file) ? ';' : ''}(await ` },
    { start: call.end, end: call.end, text: `)${part}` },
  ];
}

/** Whether a member of the value is read, it is called, or an operator takes it (`find()!` too: the promise is there anyway). */
function isOperand(at: ts.CallExpression): boolean {
  const { parent } = at;
  if (ts.isNonNullExpression(parent)) return true;
  if (ts.isBinaryExpression(parent)) return !isAssignment(parent);
  const isRead =
    ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent) || ts.isCallExpression(parent);
  return isRead && parent.expression === at;
}

/** Whether a bracket at the start of the call would go on with the statement before, which has no semicolon. */
function continuesStatement(call: ts.CallExpression, file: FileContext): boolean {
  const statement = findStatement(call);
  if (!statement || statement.getStart(file.source) !== call.getStart(file.source)) return false;
  const { parent } = statement;
  if (!ts.isBlock(parent) && !ts.isCaseOrDefaultClause(parent)) return false;
  const before = parent.statements[parent.statements.indexOf(statement) - 1];
  if (!before || !(ts.isVariableStatement(before) || ts.isExpressionStatement(before))) return false;
  return file.text[before.end - 1] !== ';';
}
