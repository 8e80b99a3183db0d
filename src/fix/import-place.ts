import { ts } from '../ast/ts.ts';
import { findRequire } from './file-style.ts';

/**
 * Where new imports go: behind the last import; for `require` behind the first run of them, as later code may run before
 * a later one. Without any: behind shebang, head comments and directives.
 */
export function importPlace(
  source: ts.SourceFile,
  modules: 'esm' | 'cjs',
  lines: string,
): { start: number; end: number; text: string } {
  const { statements, text } = source;
  let last: ts.Statement | undefined;
  let directive: ts.Statement | undefined;
  let isHead = true;
  for (const statement of statements) {
    if (isHead && isDirective(statement)) {
      directive = statement;
      continue;
    }
    const isImport = ts.isImportDeclaration(statement) || ts.isImportEqualsDeclaration(statement);
    const isRequire = findRequire(statement) !== undefined || isBareRequire(statement, text);
    if (isImport ? isHead || modules === 'esm' : isRequire && isHead) last = statement;
    if (!isImport && !isRequire) isHead = false;
  }
  const after = last ?? directive;
  if (after) {
    const end = endOfLine(after.end, text);
    // What follows on the same line stays behind the import.
    const at = /^[\t ]*(?:\/\/.*|\/\*(?:(?!\*\/).)*\*\/[\t ]*)?$/.test(text.slice(after.end, end)) ? end : after.end;
    return { start: at, end: at, text: `\n${last ? '' : '\n'}${lines}` };
  }
  const at = endOfHead(source);
  const rest = text.slice(at);
  const gap = rest.trim() === '' ? '' : '\n';
  return { start: at, end: at, text: `${lines}\n${gap}` };
}

/** `require('dotenv').config()` */
function isBareRequire(statement: ts.Statement, text: string): boolean {
  return (
    ts.isExpressionStatement(statement) && /^\s*require\s*\(/.test(text.slice(statement.expression.pos, statement.end))
  );
}

function isDirective(statement: ts.Statement): boolean {
  return ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression);
}

const pragma = /^\/\*!|@license|@ts-(?:no)?check|eslint-|biome-ignore-all|@jsx|@flow|<reference|plimsoll-ignore-file/;

/** Behind the comments that speak of the whole file: those with a blank line behind them, and pragmas. */
function endOfHead({ text }: ts.SourceFile): number {
  const bom = text.startsWith('\uFEFF') ? 1 : 0;
  const shebang = text.startsWith('#!', bom) ? nextLine(endOfLine(0, text), text) : bom;
  let head = shebang;
  for (const comment of ts.getLeadingCommentRanges(text, shebang === bom ? 0 : shebang) ?? []) {
    const end = endOfLine(comment.end, text);
    const isAlone = text.slice(comment.end, end).trim() === '';
    const hasGap = isAlone && /^\s*?\n[\t ]*\r?\n/.test(text.slice(comment.end));
    if (hasGap || (isAlone && pragma.test(text.slice(comment.pos, comment.end)))) head = nextLine(end, text);
  }
  while (head > bom && /^[\t ]*\r?\n/.test(text.slice(head))) head = nextLine(endOfLine(head, text), text);
  return head;
}

function endOfLine(from: number, text: string): number {
  const at = text.slice(from).search(/\r?\n/);
  return at < 0 ? text.length : from + at;
}

function nextLine(end: number, text: string): number {
  return text.startsWith('\r\n', end) ? end + 2 : Math.min(end + 1, text.length);
}
