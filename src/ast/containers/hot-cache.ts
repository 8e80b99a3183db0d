import type { FileContext } from '../../model/file-context.ts';
import { type FunctionNode, findThisClass, isAssignment, nameOfFunction, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isSeldomAsked } from '../where/seldom.ts';
import { isKeptBehind, isOfOnePiece } from './shared-load.ts';

/** Two calls of one person seldom meet. */
const ofOnePerson = /user|member(?!ship)|customer|session|jwt|token|email|profile/i;

/**
 * Called a cache, by the name of the holder or of the key, and the dear part of what is loaded is not kept elsewhere: modules
 * that are loaded by `import()` are loaded once however often it is asked.
 */
export function isHotCache(
  holder: string,
  receiver: ts.Expression,
  key: ts.Expression,
  load: ts.AwaitExpression,
  file: FileContext,
): boolean {
  const names = `${holder} ${key.getText(file.source)}`;
  if (!/cache/i.test(names) || /\bimport\(/.test(file.text)) return false;
  return !isOfOnePiece(receiver, file) && !isKeptBehind(load, file) && !isSeldomAsked(file);
}

/** By the key, also where that was put together before, by the function, its parameters, its class or its file. */
export function isOfOnePerson(fn: FunctionNode, holder: string, key: ts.Expression, file: FileContext): boolean {
  const at = skipWrappers(key);
  const binding = ts.isIdentifier(at) ? file.bindingOf(at) : undefined;
  const made = binding && ts.isVariableDeclaration(binding.declaration) ? binding.declaration.initializer : undefined;
  const set = binding?.writes.map(({ parent }) => parent).filter(isAssignment) ?? [];
  const owner = findThisClass(fn)?.name?.text ?? '';
  const base = /[^/]*$/.exec(file.path)?.[0] ?? '';
  const texts = [key, ...(made ? [made] : []), ...set.map(({ right }) => right)].map((part) =>
    part.getText(file.source),
  );
  return ofOnePerson.test([...texts, holder, nameOfFunction(fn), owner, base].join(' '));
}
