import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { indentUnit } from './indentation-of.ts';

/** Moves the lines that begin behind `start` and before `end` one level in; lines inside templates and strings stay. */
export function indentLines(start: number, end: number, file: FileContext): TextEdit[] {
  const unit = indentUnit(file);
  const literals = file.memo(listLinedLiterals, file.source);
  const edits: TextEdit[] = [];
  for (const line of file.source.getLineStarts()) {
    if (line <= start || line >= end) continue;
    if (/^\s*$/.test(/^[^\r\n\u2028\u2029]*/.exec(file.text.slice(line, line + 400))![0])) continue;
    if (literals.some((literal) => literal.getStart(file.source) < line && line < literal.end)) continue;
    edits.push({ start: line, end: line, text: unit });
  }
  return edits;
}

/** Literals that go over several lines, whose white space is part of their value. */
function listLinedLiterals(source: ts.SourceFile, file: FileContext): readonly ts.Node[] {
  const kinds = [
    ts.SyntaxKind.StringLiteral,
    ts.SyntaxKind.NoSubstitutionTemplateLiteral,
    ts.SyntaxKind.TemplateHead,
    ts.SyntaxKind.TemplateMiddle,
    ts.SyntaxKind.TemplateTail,
  ];
  return kinds.flatMap((kind) =>
    file.nodesOfKind(kind).filter((node) => file.text.slice(node.getStart(source), node.end).includes('\n')),
  );
}
