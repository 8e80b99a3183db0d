import { findMemberPath, isWithin } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';

/** Names in a node that a round of the loop declares. */
export function listRoundNames(node: ts.Node, loop: ts.Node, file: FileContext): string[] {
  const names: string[] = [];
  const visit = (at: ts.Node): void => {
    const binding = ts.isIdentifier(at) ? file.bindingOf(at) : undefined;
    if (binding && isWithin(binding.identifier, loop) && !isWithin(binding.identifier, node)) names.push(binding.name);
    ts.forEachChild(at, visit);
  };
  visit(node);
  return names;
}

/** Whether a value is the loop's element, or a member of it. */
export function isPartOfItem(value: ts.Expression, item: string, loop: ts.Node, file: FileContext): boolean {
  return findMemberPath(value)?.[0] === item && listRoundNames(value, loop, file).every((name) => name === item);
}
