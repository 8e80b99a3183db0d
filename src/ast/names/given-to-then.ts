import type { Binding, FileContext } from '../../model/file-context.ts';
import { findCallOn, findMethodCall, isFunctionNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** `h` of `open(…).then((h) => …)`. */
export function findGivenToThen(creation: ts.Node, file: FileContext): Binding | undefined {
  const next = findCallOn(creation);
  return next && findMethodCall(next)?.method === 'then' ? findParameterName(next.arguments[0], 0, file) : undefined;
}

/** What a callback that is written in place calls one of the things that it is handed. */
export function findParameterName(
  callback: ts.Expression | undefined,
  index: number,
  file: FileContext,
): Binding | undefined {
  const fn = callback && skipWrappers(callback);
  const name = fn && isFunctionNode(fn) ? fn.parameters[index]?.name : undefined;
  return name && ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
}
