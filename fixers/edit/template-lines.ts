import { parse } from '../../src/ast/parse.ts';
import { ts } from '../../src/ast/ts.ts';

/**
 * The lines of a piece of code, counted from 0, that begin inside a text which goes over several lines: a template, where
 * white space is part of the value. Whatever the piece is, its templates are read as they are.
 */
export function listTemplateLines(code: string): ReadonlySet<number> {
  const lines = new Set<number>();
  if (!/`[^`]*\n/.test(code)) return lines;
  const source = parse('piece.ts', code);
  const visit = (node: ts.Node): void => {
    if (ts.isTemplateLiteralToken(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      const last = source.getLineAndCharacterOfPosition(node.end).line;
      for (let within = line + 1; within <= last; within++) lines.add(within);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return lines;
}
