import type { TextEdit } from '../model/fixer.ts';
import { parse, syntaxErrorsOf } from './parse.ts';
import { ts } from './ts.ts';

/** Whether most of the statements that may end in a semicolon do: the imports, where there are some. */
export function usesSemicolons({ statements, text }: ts.SourceFile): boolean {
  const imports = statements.filter(ts.isImportDeclaration);
  const ended = (imports.length > 0 ? imports : statements).filter(
    (s) =>
      ts.isImportDeclaration(s) || ts.isVariableStatement(s) || ts.isExpressionStatement(s) || ts.isExportAssignment(s),
  );
  if (ended.length === 0) return !/\S/.test(text) || /;[\t ]*(?:\/\/.*)?$/m.test(text) || !/\n/.test(text.trim());
  return ended.filter((s) => text[s.end - 1] === ';').length * 2 >= ended.length;
}

/**
 * Edits without the semicolons that they would bring to a file that writes none: those that end a line, where the next
 * one does not go on with the statement. Of a file that writes them, and where the result cannot be parsed, as they are.
 *
 * @param edits in order, none over another
 */
export function withoutSemicolons(edits: readonly TextEdit[], source: ts.SourceFile): readonly TextEdit[] {
  if (!edits.some(({ text }) => text.includes(';')) || usesSemicolons(source)) return edits;
  const { text } = source;
  let result = '';
  let from = 0;
  const starts = edits.map((edit) => {
    result += text.slice(from, edit.start);
    const start = result.length;
    result += edit.text;
    from = edit.end;
    return start;
  });
  const fixed = parse(source.fileName, result + text.slice(from));
  if (syntaxErrorsOf(fixed).length > syntaxErrorsOf(source).length) return edits;
  const spare = listSpare(fixed);
  return edits.map((edit, i) => ({
    ...edit,
    text: [...edit.text.matchAll(/[^;]+|;/g)]
      .filter(({ 0: part, index }) => part !== ';' || !spare.has(starts[i]! + index))
      .map(([part]) => part)
      .join(''),
  }));
}

/** Offsets of the semicolons that end a statement together with its line, and that it can do without. */
function listSpare(source: ts.SourceFile): ReadonlySet<number> {
  const spare = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (mayEndOpen(node) && source.text[node.end - 1] === ';' && isClosedBelow(source.text, node.end))
      spare.add(node.end - 1);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return spare;
}

function mayEndOpen(node: ts.Node): boolean {
  return (
    ts.isVariableStatement(node) ||
    ts.isExpressionStatement(node) ||
    ts.isReturnStatement(node) ||
    ts.isThrowStatement(node) ||
    ts.isBreakOrContinueStatement(node) ||
    ts.isImportDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    (ts.isPropertyDeclaration(node) && node.initializer !== undefined)
  );
}

/** Whether what comes next closes the block, or is of another line that cannot go on with the one above. */
function isClosedBelow(text: string, end: number): boolean {
  const [between] = /^(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*/.exec(text.slice(end))!;
  const next = text.slice(end + between.length, end + between.length + 12);
  if (next === '' || next.startsWith('}')) return true;
  return between.includes('\n') && !/^(?:[([`/+\-*.,?:=<>&|^%;]|(?:in|instanceof|as|satisfies)\b)/.test(next);
}
