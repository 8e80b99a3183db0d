import type { NaiveRetry } from '../rules/database/no-naive-retry.ts';
import { findProperty, isLoop } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { addArgument } from './edit/add-argument.ts';
import { addProperties } from './edit/add-property.ts';
import { addOptionsBehind } from './edit/rewrite-call.ts';
import { isInList } from './edit/statement-of.ts';

export const fixer: Fixer<NaiveRetry> = {
  rule: 'no-naive-retry',
  safety: 'review',
  changes:
    'lets `retry` repeat the attempt, a few times, with pauses that grow and vary; turns the jitter of a library on',
  fix({ data }, file): Fix | Skip {
    const { fault, loop, attempt } = data;
    if (fault === 'jitter') return addJitter(loop as ts.CallExpression, file);
    if (!loop || !isLoop(loop) || !attempt)
      return { skip: 'the function calls itself: its rounds have to become a loop first' };
    if (fault === 'timed') return { skip: 'only time ends it: how many tries it has room for is not written' };
    if (fault === 'fixed') return { skip: 'it pauses already: how long to wait is for someone who knows the service' };
    const work = findWork(attempt);
    if (!work || !isAlone(attempt, loop)) return { skip: 'more than one awaited result is made in a round' };
    if (asksForRound(work, loop)) return { skip: 'what is tried asks which attempt it is' };
    const retries = findRetries(loop, file);
    if (retries === undefined) return { skip: 'how often it may be repeated is not written in the loop' };
    const log = findLog(attempt.catchClause!, file);
    if (log === undefined) return { skip: 'the catch does more than to write a log' };
    const options = [`retries: ${retries}`, ...(log === '' ? [] : [log])].join(', ');
    const comments = file.text.slice(loop.getStart(file.source), loop.end).match(/(?<=\s)\/\/ .*$/gm) ?? [];
    const code = `return await retry(async () => ${work.getText(file.source)}, { ${options} });${comments.map((comment) => ` ${comment}`).join('')}`;
    const last = findDeadThrow(loop) ?? loop;
    return {
      edits: [{ start: loop.getStart(file.source), end: last.end, text: code }],
      needs: ['retry'],
      note:
        fault === 'endless'
          ? 'it used to go on for ever: after ten retries the last error is now thrown'
          : 'programming errors and aborts are not retried, and it is the last error that is thrown',
    };
  },
};

/** `throw new Error('gave up')` behind a counted loop: nothing comes there any more. */
function findDeadThrow(loop: ts.IterationStatement): ts.Statement | undefined {
  const { parent } = loop;
  if (!ts.isBlock(parent)) return undefined;
  const next = parent.statements[parent.statements.indexOf(loop) + 1];
  return next && ts.isThrowStatement(next) ? next : undefined;
}

/** `try { return await work(); }`: what is awaited. */
function findWork({ tryBlock }: ts.TryStatement): ts.Expression | undefined {
  const [only, ...rest] = tryBlock.statements;
  if (
    !only ||
    rest.length > 0 ||
    !ts.isReturnStatement(only) ||
    !only.expression ||
    !ts.isAwaitExpression(only.expression)
  )
    return undefined;
  return only.expression.expression;
}

function isAlone(attempt: ts.TryStatement, loop: ts.IterationStatement): boolean {
  const { statement } = loop;
  const isOnly = attempt.parent === statement && ts.isBlock(statement) && statement.statements.length === 1;
  return isInList(loop) && isOnly && !attempt.finallyBlock;
}

/** `task(attempt)`: behind the fix nothing counts the attempts. */
function asksForRound(work: ts.Expression, loop: ts.IterationStatement): boolean {
  const counter = ts.isForStatement(loop) && /^\w+ (\w+)/.exec(loop.initializer?.getText() ?? '')?.[1];
  return !!counter && new RegExp(`\\b${counter}\\b`).test(work.getText());
}

/** Rounds but the first: of `attempt < max` with a start of 0, or of `attempt <= max` with a start of 1. */
function findRetries(loop: ts.IterationStatement, file: FileContext): string | undefined {
  if (!ts.isForStatement(loop)) return '10';
  if (!loop.condition) return '10';
  if (!ts.isBinaryExpression(loop.condition) || !loop.initializer || !ts.isVariableDeclarationList(loop.initializer))
    return undefined;
  const start = loop.initializer.declarations[0]?.initializer?.getText(file.source);
  const isUpTo = loop.condition.operatorToken.kind === ts.SyntaxKind.LessThanEqualsToken;
  if (!isUpTo && loop.condition.operatorToken.kind !== ts.SyntaxKind.LessThanToken) return undefined;
  const end = loop.condition.right.getText(file.source);
  if (start === '0' && isUpTo) return end;
  if ((start === '0' && !isUpTo) || (start === '1' && isUpTo))
    return /^\d+$/.test(end) ? String(Number(end) - 1) : `${end} - 1`;
  return undefined;
}

/** Statements that only tell of the error, as `onFailedAttempt`; `''` when there are none. */
function findLog(clause: ts.CatchClause, file: FileContext): string | undefined {
  const { statements } = clause.block;
  if (/\/[/*]/.test(clause.block.getText(file.source).replace(/\/\/ plimsoll-expect/, ''))) return undefined;
  if (statements.length === 0) return '';
  const [only] = statements;
  const isLog =
    statements.length === 1 &&
    only &&
    ts.isExpressionStatement(only) &&
    ts.isCallExpression(only.expression) &&
    /^(?:console|(?:this\.)?log(?:ger)?)\.\w+$/i.test(only.expression.expression.getText(file.source));
  if (!isLog) return undefined;
  const name = clause.variableDeclaration?.name.getText(file.source);
  const parameter = name === undefined || name === 'error' ? '({ error })' : `({ error: ${name} })`;
  return `onFailedAttempt: ${name === undefined ? '()' : parameter} => ${only.expression.getText(file.source)}`;
}

function addJitter(call: ts.CallExpression, file: FileContext): Fix | Skip {
  const isBackoff = /backOff/.test(call.expression.getText(file.source));
  const property = isBackoff ? "jitter: 'full'" : 'randomize: true';
  const [work, options] = call.arguments;
  const shorter = isBackoff ? undefined : halvePauses(options);
  // `retry` multiplies each pause by 1 to 2; full jitter only shortens them.
  const note = isBackoff
    ? {}
    : shorter
      ? { note: 'each pause now takes between half as long as before and as long' }
      : { note: 'each pause may take up to twice as long: a caller with a limit of time needs room for it' };
  if (!work) return { skip: 'nothing is retried' };
  if (!options) return { edits: addOptions(call, work, property, file), ...note };
  return ts.isObjectLiteralExpression(options)
    ? { edits: [...(shorter ?? []), ...addProperties(options, [property], file)], ...note }
    : { skip: 'its options are not written out' };
}

/** Half of the `minTimeout` that is written out as a number: what chance adds makes no pause longer than it was. */
function halvePauses(options: ts.Expression | undefined): [TextEdit] | undefined {
  const first = findProperty(options, 'minTimeout');
  const half = first && ts.isNumericLiteral(first) ? Number(first.text) / 2 : 0;
  if (!first || half < 1) return undefined;
  const digits = String(Math.floor(half));
  const text = first.getText().includes('_') ? digits.replace(/(?<=\d)(?=(?:\d{3})+$)/g, '_') : digits;
  return [{ start: first.getStart(), end: first.end, text }];
}

function addOptions(call: ts.CallExpression, work: ts.Expression, property: string, file: FileContext): Fix['edits'] {
  const isHeld = (ts.isArrowFunction(work) || ts.isFunctionExpression(work)) && isOnLineOf(call, work, file);
  return isHeld ? addOptionsBehind(call, work, property, file) : [addArgument(call, `{ ${property} }`, file)];
}

/** Whether a call and an argument of it begin in one line, with no comment between them. */
function isOnLineOf(call: ts.CallExpression, argument: ts.Expression, file: FileContext): boolean {
  return /^\S*$/.test(file.text.slice(call.arguments.pos, argument.getStart(file.source)));
}
