import { getOutermostWrapped } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { addArgument } from './add-argument.ts';
import { indentLines } from './indent-lines.ts';
import { endOfLine, indentationAt, indentUnit, startOfLine } from './indentation-of.ts';
import { fitsLine } from './line-width.ts';
import { trailingComma, trailingCommaOfCall } from './trailing-comma.ts';

/**
 * Gives a call options as its last argument, in the lines that a formatter would break it into: `ahead` are the arguments
 * that are missing before them, `step` what will follow the call.
 */
export function addOptions(
  call: ts.CallExpression,
  ahead: readonly string[],
  property: string,
  step: string,
  file: FileContext,
): TextEdit[] {
  const flat = addArgument(call, [...ahead, `{ ${property} }`].join(', '), file);
  const last = call.arguments.at(-1);
  if (!last || flat.text.startsWith(',\n')) return [flat];
  const { text } = file;
  const line = startOfLine(last.getStart(file.source), file);
  const isInLines = startOfLine(last.end, file) !== line;
  const behind = codeBehind(call.end, file);
  if (!isInLines && fitsLine(`${text.slice(line, last.end)}${flat.text})${step}${behind}`, file)) return [flat];
  // Steps of a chain, and other calls around it, would have to move as well.
  if (/[^\s)\],;]/.test(behind) || isArgument(call) || hasComment(call, file)) return [flat];

  const outer = indentationAt(call.arguments.pos, file);
  const inner = outer + indentUnit(file);
  const head = `${text.slice(line, last.end)}${['', ...ahead, '{'].join(', ')}`;
  if (!isInLines && !ts.isObjectLiteralExpression(last) && fitsLine(head, file)) {
    const literal = `{\n${inner}${property}${trailingComma(file)}\n${outer}}`;
    return [{ start: last.end, end: call.end - 1, text: ['', ...ahead, literal].join(', ') }];
  }
  const added = [...ahead, `{ ${property} }`].map((one) => `,\n${inner}${one}`).join('');
  return [
    ...call.arguments.flatMap((argument, i) => {
      const start = argument.getStart(file.source);
      const from = call.arguments[i - 1]?.end ?? call.arguments.pos;
      return [
        { start: from, end: start, text: `${i === 0 ? '' : ','}\n${inner}` },
        ...indentLines(start, argument.end, file),
      ];
    }),
    { start: last.end, end: call.end - 1, text: `${added}${trailingCommaOfCall(file)}\n${outer}` },
  ];
}

function isArgument(call: ts.CallExpression): boolean {
  const { parent } = getOutermostWrapped(call);
  return ts.isCallExpression(ts.isAwaitExpression(parent) ? getOutermostWrapped(parent).parent : parent);
}

/** The rest of a line, without a comment. */
function codeBehind(offset: number, file: FileContext): string {
  return file.text.slice(offset, endOfLine(offset, file)).replace(/\s*\/[/*].*$/, '');
}

/** Whether more than commas stands around the arguments. */
function hasComment(call: ts.CallExpression, file: FileContext): boolean {
  const ends = [call.arguments.pos, ...call.arguments.map(({ end }) => end)];
  const starts = [...call.arguments.map((argument) => argument.getStart(file.source)), call.end - 1];
  return starts.some((start, i) => /[^\s,]/.test(file.text.slice(ends[i], start)));
}
