import type { FileContext } from '../model/file-context.ts';
import { findFunctionValue } from './functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  nameOfFunction,
} from './syntax.ts';
import { ts } from './ts.ts';

/** Whether a place stands in the callback of a timer that starts itself again, or of an interval: it repeats by itself. */
export function repeatsItself(node: ts.Node, file: FileContext): boolean {
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    const call = getOutermostWrapped(fn).parent;
    if (!ts.isCallExpression(call) || !isFunctionNode(fn)) continue;
    const name = call.expression.getText(file.source).replace(/^(?:global|globalThis|window)\./, '');
    if (name === 'setInterval') return true;
    if (name !== 'setTimeout' && name !== 'setImmediate') continue;
    const starter = findEnclosingFunction(fn);
    const callback = fn;
    if (!starter) continue;
    const again = file
      .nodes('CallExpression')
      .some((c) => isWithin(c, callback) && findFunctionValue(c.expression, file) === starter);
    if (again) return true;
  }
  return false;
}

/** What the language itself calls, as often as values are printed or put together. */
export function isImplicit(fn: FunctionNode | undefined): boolean {
  return fn !== undefined && /^(?:toString|toJSON|valueOf|Symbol\.toPrimitive)$/.test(nameOfFunction(fn));
}
