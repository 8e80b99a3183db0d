import type { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { indentationOf, indentUnit } from './indentation-of.ts';
import { listTemplateLines } from './template-lines.ts';

/** A part that takes the place of a node. */
export function partFor(node: ts.Node, text: string, file: FileContext): TextEdit {
  return { start: node.getStart(file.source), end: node.end, text };
}

/** The text of a node with some of its parts written anew, as code for `reindent`. */
export function rewriteParts(node: ts.Node, parts: readonly TextEdit[], file: FileContext): string {
  const start = node.getStart(file.source);
  let text = node.getText(file.source);
  for (const part of [...parts].sort((a, b) => b.start - a.start))
    text = text.slice(0, part.start - start) + part.text + text.slice(part.end - start);
  return toLevels(text, indentationOf(node, file), indentUnit(file));
}

/** Two spaces a level, whatever the file indents by; a comment keeps the one space before each `*`. */
function toLevels(text: string, indent: string, unit: string): string {
  const [first = '', ...others] = text.split(/\r?\n/);
  const kept = listTemplateLines(text);
  const lines = others.map((line, index) => {
    if (kept.has(index + 1)) return line;
    const rest = line.startsWith(indent) ? line.slice(indent.length) : line.trimStart();
    let levels = 0;
    while (rest.startsWith(unit, levels * unit.length)) levels++;
    const code = rest.trimStart();
    return '  '.repeat(levels) + (code.startsWith('*') ? ' ' : '') + code;
  });
  return [first, ...lines].join('\n');
}
