import type { FileContext } from '../../src/model/file-context.ts';
import { indentUnit } from './indentation-of.ts';
import { listTemplateLines } from './template-lines.ts';

/**
 * Fits code to a place: written with `\n` and two spaces a level, it comes out in the file's own unit, every line but
 * the first behind `indent`; what is inside a template stays. Line breaks follow the file's when the edit is applied.
 */
export function reindent(code: string, indent: string, file: FileContext): string {
  const unit = indentUnit(file);
  const kept = listTemplateLines(code);
  return code
    .split('\n')
    .map((line, index) => {
      if (kept.has(index)) return line;
      const [, levels = '', rest = ''] = /^((?: {2})*)(.*)$/s.exec(line)!;
      if (rest.trim() === '') return '';
      return (index === 0 ? '' : indent) + unit.repeat(levels.length / 2) + rest;
    })
    .join('\n');
}
