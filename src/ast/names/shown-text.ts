import type { FileContext } from '../../model/file-context.ts';
import type { ts } from '../ts.ts';

/** What a message shows of a node: its text on one line, cut to `max` characters. */
export function shownText(node: ts.Node, file: FileContext, max = 50): string {
  const text = node.getText(file.source).replace(/\s+/g, ' ');
  return text.length > max ? `${text.slice(0, max - 3)}…` : text;
}
