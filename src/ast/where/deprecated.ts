import type { FileContext } from '../../model/file-context.ts';
import { isClassNode, isFunctionNode } from '../syntax.ts';
import { ts } from '../ts.ts';

/** Whether a place stands in a function or class that its own authors mark as `@deprecated`: it is to go, not to be mended. */
export function isDeprecated(node: ts.Node, { source, text }: FileContext): boolean {
  if (!text.includes('@deprecated')) return false;
  for (let at = node; at !== source && at.parent; at = at.parent) {
    if (!isFunctionNode(at) && !isClassNode(at)) continue;
    const declared = declarationOf(at);
    const comments = ts.getLeadingCommentRanges(text, declared.pos) ?? [];
    // What stands nearest is said of it; a head of the file may be there too.
    const last = comments.at(-1);
    if (last && isMarked(text.slice(last.pos, last.end))) return true;
  }
  return false;
}

/** A tag begins its line; what a sentence says of others is none. */
function isMarked(comment: string): boolean {
  return (
    comment.startsWith('/**') && comment.split('\n').some((line) => /^\s*(?:\/\*\*|\*)?\s*@deprecated\b/.test(line))
  );
}

/** `const load = async () => …`, `load: async () => …`: the comment stands ahead of the whole. */
function declarationOf(node: ts.Node): ts.Node {
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) && ts.isVariableStatement(parent.parent.parent)) return parent.parent.parent;
  return ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent) ? parent : node;
}
