import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Fix, TextEdit } from '../../src/model/fixer.ts';
import { moveLines } from './indent-lines.ts';
import { endOfLine, indentationOf, indentUnit, startOfLine } from './indentation-of.ts';
import { fitsLine } from './line-width.ts';
import { trailingComma, trailingCommaOfCall } from './trailing-comma.ts';

/** A call that is to become `name(first, …others, fn)`; `first` and `fn` are parts of it, in this order. */
export interface RewrittenCall {
  call: ts.CallExpression;
  name: string;
  first: ts.Expression;
  others: readonly string[];
  fn: ts.ArrowFunction | ts.FunctionExpression;
}

/** Rewrites a call that ends with a function, in the lines that a formatter would break it into. */
export function rewriteCall({ call, name, first, others, fn }: RewrittenCall, file: FileContext): Fix['edits'] {
  const { text, source } = file;
  const outer = indentationOf(call, file);
  const inner = outer + indentUnit(file);
  const start = call.getStart(source);
  const comma = trailingCommaOfCall(file);
  const flat = writeFlat(fn, file);
  const head = `${name}(${[first.getText(source), ...others, ''].join(', ')}`;
  const line = text.slice(startOfLine(start, file), start);
  const isFlat =
    isNoLonger(`${head}${flat})`, call, file) || fitsLine(`${line}${head}${flat})${restOfLine(call, file)}`, file);
  // The other arguments stay in the first line where the function can begin there.
  const isHeld = isFlat || fitsLine(line + head + openingOf(fn, file), file);
  const isBelow = !isFlat && !(isHeld && isBracketed(fn, file));
  const given = first.getStart(source);
  return [
    { start, end: given, text: `${name}(${isHeld ? '' : `\n${inner}`}` },
    ...(isHeld ? [] : moveLines(given, first.end, indentationOf(first, file), inner, file)),
    { start: first.end, end: fn.getStart(source), text: ['', ...others, ''].join(isHeld ? ', ' : `,\n${inner}`) },
    ...layOut(fn, isHeld ? outer : inner, isFlat || (!isHeld && fitsLine(inner + flat + comma, file)), file),
    { start: fn.end, end: call.end, text: isBelow ? `${comma}\n${outer})` : ')' },
  ];
}

/** Adds options behind the one argument of a call, a function, in such lines. */
export function addOptionsBehind(
  call: ts.CallExpression,
  fn: RewrittenCall['fn'],
  property: string,
  file: FileContext,
): Fix['edits'] {
  const { text, source } = file;
  const outer = indentationOf(call, file);
  const inner = outer + indentUnit(file);
  const open = fn.getStart(source);
  const line = `${text.slice(startOfLine(open, file), open)}${fn.getText(source)}, {`;
  if (fitsLine(`${line} ${property} })${restOfLine(call, file)}`, file))
    return [{ start: fn.end, end: call.end, text: `, { ${property} })` }];
  if (fitsLine(line, file)) {
    const lines = `\n${inner}${property}${trailingComma(file)}\n${outer}`;
    return [{ start: fn.end, end: call.end, text: `, {${lines}})` }];
  }
  const last = `\n${inner}{ ${property} }${trailingCommaOfCall(file)}\n${outer}`;
  return [
    { start: call.arguments.pos, end: open, text: `\n${inner}` },
    ...layOut(fn, inner, fitsLine(`${inner}${writeFlat(fn, file)},`, file), file),
    { start: fn.end, end: call.end, text: `,${last})` },
  ];
}

/** What takes the place of a line that is there, and is no longer, may be a line. */
function isNoLonger(code: string, call: ts.CallExpression, file: FileContext): boolean {
  const old = call.getText(file.source);
  return code.length <= old.length && !`${code}${old}`.includes('\n');
}

/** The code behind a node on its last line: a comment may be longer than the line. */
function restOfLine({ end }: ts.Node, file: FileContext): string {
  return file.text.slice(end, endOfLine(end, file)).replace(/\s*\/\/.*$/, '');
}

/** Puts a function behind an indentation, and a body that has no brackets into its line or below it. */
function layOut(fn: RewrittenCall['fn'], indent: string, isFlat: boolean, file: FileContext): TextEdit[] {
  const start = fn.getStart(file.source);
  if (isBracketed(fn, file)) return moveLines(start, fn.end, indentationOf(fn, file), indent, file);
  const arrow = (fn as ts.ArrowFunction).equalsGreaterThanToken.end;
  const body = fn.body.getStart(file.source);
  const inner = indent + indentUnit(file);
  return [
    ...moveLines(start, arrow, indentationOf(fn, file), indent, file),
    { start: arrow, end: body, text: isFlat ? ' ' : `\n${inner}` },
    ...(isFlat ? [] : moveLines(body, fn.end, indentationOf(fn.body, file), inner, file)),
  ];
}

/** Whether the body begins in the line of the arrow, however long it is: with a bracket of its own, or behind a comment. */
function isBracketed(fn: RewrittenCall['fn'], file: FileContext): boolean {
  const { body } = fn;
  if (!ts.isArrowFunction(fn) || ts.isBlock(body) || ts.isArrayLiteralExpression(body) || ts.isTemplateLiteral(body))
    return true;
  if (ts.isParenthesizedExpression(body) && ts.isObjectLiteralExpression(body.expression)) return true;
  return file.text.slice(fn.equalsGreaterThanToken.end, body.getStart(file.source)).trim() !== '';
}

/** What of a function has to stand in the line that it begins in. */
function openingOf(fn: RewrittenCall['fn'], file: FileContext): string {
  if (isBracketed(fn, file)) return fn.getText(file.source).split('\n', 1)[0]!.trimEnd();
  return file.text.slice(fn.getStart(file.source), (fn as ts.ArrowFunction).equalsGreaterThanToken.end);
}

/** A function with its body in the line of its arrow. */
function writeFlat(fn: RewrittenCall['fn'], file: FileContext): string {
  if (isBracketed(fn, file)) return fn.getText(file.source);
  return `${openingOf(fn, file)} ${fn.body.getText(file.source)}`;
}
