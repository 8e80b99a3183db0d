import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { insertAfterStatement } from './insert-after-statement.ts';
import { insertBefore } from './insert-before.ts';
import { listImportsOf } from './name-export.ts';
import { getTopLevelStatement } from './statement-of.ts';

/**
 * Puts a declaration behind the imports of the file, and behind those like it that stand there already.
 *
 * @param code without a semicolon: it gets one where the file writes them
 * @param modules what the declaration needs: it stands behind a later `require` of them as well
 * @param isLike whether a statement is a declaration of the same sort
 */
export function insertAfterImports(
  code: string,
  modules: readonly string[],
  isLike: (statement: ts.Statement) => boolean,
  file: FileContext,
): readonly TextEdit[] {
  const { statements } = file.source;
  const needed = modules
    .flatMap((module) => listImportsOf(module, file))
    .map(({ declaration }) => statements.indexOf(getTopLevelStatement(declaration)));
  let behind = Math.max(lastImport(statements, file), ...needed);
  if (behind < 0) {
    const first = statements.find((statement) => !isDirective(statement));
    return first ? insertBefore(first, `${code};\n`, file) : [];
  }
  while (statements[behind + 1] && (isImport(statements[behind + 1]!, file) || isLike(statements[behind + 1]!)))
    behind++;
  const last = statements[behind]!;
  const next = statements[behind + 1];
  // A semicolon in front of the next line (`;[a, b].forEach(…)`) stays there.
  const [apart] = /\s*\n\s*;$/.exec(file.text.slice(last.pos, last.end)) ?? [];
  if (apart !== undefined) {
    const end = last.end - apart.length;
    return [{ start: end, end, text: `${isLike(last) ? '' : '\n'}\n${code}` }];
  }
  const isEnded = file.text[last.end - 1] === ';' || (next && /^[([`/+-]/.test(next.getText(file.source)));
  return insertAfterStatement(last, `${isLike(last) ? '' : '\n'}${code}${isEnded ? ';' : ''}`, file);
}

/** The index of the last import; of `require` those count that nothing else stands before. */
function lastImport(statements: readonly ts.Statement[], file: FileContext): number {
  const head = statements.findIndex((statement) => !isDirective(statement) && !isImport(statement, file));
  const isLast = (statement: ts.Statement, index: number): boolean =>
    ts.isImportDeclaration(statement) || (isImport(statement, file) && (head < 0 || index < head));
  return statements.findLastIndex(isLast);
}

function isImport(statement: ts.Statement, file: FileContext): boolean {
  if (ts.isImportDeclaration(statement) || ts.isImportEqualsDeclaration(statement)) return true;
  const value = ts.isVariableStatement(statement)
    ? statement.declarationList.declarations[0]?.initializer
    : ts.isExpressionStatement(statement)
      ? statement.expression
      : undefined;
  return value !== undefined && /^require\s*\(/.test(value.getText(file.source));
}

function isDirective(statement: ts.Statement): boolean {
  return ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression);
}
