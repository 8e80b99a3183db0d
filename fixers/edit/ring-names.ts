import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';

/** What new code calls the ring: the runtime's class, and the part that holds it. */
export interface RingNames {
  type: string;
  part: string;
}

/** `this.ring` where `this.points` was. */
export function ringAt(access: ts.Expression, { part }: RingNames): string {
  return ts.isPropertyAccessExpression(access) || ts.isElementAccessExpression(access)
    ? `${access.expression.getText()}.${part}`
    : part;
}

/** The comments between two nodes' ends, each on a line of its own. */
export function commentsIn(first: ts.Node, last: ts.Node, file: FileContext): string {
  const { text, source } = file;
  const found = new Map<number, string>();
  const visit = (node: ts.Node): void => {
    const ranges = [
      ...(ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.end) ?? []),
    ];
    for (const { pos, end } of ranges) {
      if (pos >= first.getStart(source) && end <= last.end) found.set(pos, text.slice(pos, end));
    }
    for (const child of node.getChildren(source)) visit(child);
  };
  visit(first === last ? first : first.parent);
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([, comment]) => `${comment}\n`)
    .join('');
}
