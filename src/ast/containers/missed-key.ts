import type { FileContext } from '../../model/file-context.ts';
import {
  findEnclosingBlock,
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findRepetition } from '../where/where.ts';

/**
 * The variable that a memo is asked for and filled under, where it is given another value in between: `memo.get(key)`,
 * `key = clean(key)`, `memo.set(key, made)`. What was made is never found again. Undefined where the memo is filled right.
 */
export function findMissedKey(made: ts.Expression, file: FileContext): string | undefined {
  const holder = getOutermostWrapped(made).parent;
  const name = isAssignment(holder) ? holder.left : ts.isVariableDeclaration(holder) ? holder.name : undefined;
  const fn = findEnclosingFunction(made);
  const kept = name && ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
  if (!kept || !fn || findRepetition(made)) return undefined;
  for (const call of file.nodes('CallExpression')) {
    const target = call.pos > made.end ? findMethodCall(call) : undefined;
    const [key, value] = target?.method === 'set' && findEnclosingFunction(call) === fn ? call.arguments : [];
    if (!target || !key || !value || !ts.isIdentifier(key) || !ts.isIdentifier(value)) continue;
    if (file.bindingOf(value) !== kept || !isWithin(call, findEnclosingBlock(made) ?? file.source)) continue;
    if (isChangedSince(target.receiver.getText(file.source), key, call, fn, file)) return key.text;
  }
  return undefined;
}

/** Asked for in the same function, and written to before the memo is filled. */
function isChangedSince(
  memo: string,
  key: ts.Identifier,
  filled: ts.CallExpression,
  fn: ts.Node,
  file: FileContext,
): boolean {
  const binding = file.bindingOf(key);
  const asked = binding?.references.find((use) => {
    const target = findMethodCall(use.parent);
    return (
      target?.method === 'get' &&
      skipWrappers(target.receiver).getText(file.source) === memo &&
      use.pos < filled.pos &&
      findEnclosingFunction(use) === fn
    );
  });
  if (!binding || !asked) return false;
  return binding.writes.some(
    (write) =>
      write.pos > asked.end &&
      write.end < filled.pos &&
      isAssignment(write.parent) &&
      findEnclosingFunction(write) === fn,
  );
}
