import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { indentUnit } from './indentation-of.ts';

/** Moves the lines that begin behind `start` and before `end` one level in; lines inside templates and strings stay. */
export function indentLines(start: number, end: number, file: FileContext): TextEdit[] {
  return moveLines(start, end, '', indentUnit(file), file);
}

/** Lets such lines begin with `to` where they began with `from`; what stands further out stays there. */
export function moveLines(start: number, end: number, from: string, to: string, file: FileContext): TextEdit[] {
  if (from === to) return [];
  return file.source.getLineStarts().flatMap((line) => {
    if (line <= start || line >= end || !file.text.startsWith(from, line)) return [];
    if (/^\s*$/.test(/^[^\r\n\u2028\u2029]*/.exec(file.text.slice(line, line + 400))![0])) return [];
    return isInLiteral(line, file) ? [] : [{ start: line, end: line + from.length, text: to }];
  });
}

/** Whether an offset stands inside a text, where white space is part of the value. */
export function isInLiteral(offset: number, file: FileContext): boolean {
  const literals = file.memo(listLinedLiterals, file.source);
  return literals.some((literal) => literal.getStart(file.source) < offset && offset < literal.end);
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
