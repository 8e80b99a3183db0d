import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';

/** The white space that the line of an offset begins with. */
export function indentationAt(offset: number, file: FileContext): string {
  const line = startOfLine(offset, file);
  return /^\uFEFF?([\t ]*)/.exec(file.text.slice(line, offset))![1]!;
}

/** The white space that a node's first line begins with. */
export function indentationOf(node: ts.Node, file: FileContext): string {
  return indentationAt(node.getStart(file.source), file);
}

export function startOfLine(offset: number, file: FileContext): number {
  return file.source.getLineStarts()[file.source.getLineAndCharacterOfPosition(offset).line]!;
}

/** Offset of the line break that ends the line of `offset`, or the end of the file. */
export function endOfLine(offset: number, file: FileContext): number {
  const at = file.text.slice(offset).search(/\r?\n|\r|[\u2028\u2029]/);
  return at < 0 ? file.text.length : offset + at;
}

/** One level of indentation as this file writes it: a tab, or a number of spaces. */
export function indentUnit(file: FileContext): string {
  return file.memo(findIndentUnit, file.source);
}

function findIndentUnit(source: ts.SourceFile, file: FileContext): string {
  const units = new Map<string, number>();
  for (const block of file.nodesOfKind(ts.SyntaxKind.Block) as readonly ts.Block[]) {
    const first = block.statements[0];
    const owner = startOfLine(block.getStart(source), file);
    if (!first || startOfLine(first.getStart(source), file) === owner) continue;
    const outer = /^\uFEFF?([\t ]*)/.exec(file.text.slice(owner))![1]!;
    const inner = indentationOf(first, file);
    const unit = inner.startsWith(outer) ? inner.slice(outer.length) : '';
    if (/^(?:\t| {1,8})$/.test(unit)) units.set(unit, (units.get(unit) ?? 0) + 1);
  }
  const [most] = [...units].sort((a, b) => b[1] - a[1]);
  return most?.[0] ?? (/^\t/m.test(file.text) ? '\t' : '  ');
}
