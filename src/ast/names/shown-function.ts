import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  getOutermostWrapped,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** Calls that run what they are handed as a part of the function that they stand in. */
const ofItsFunction = /^(?:then|catch|finally|map|flatMap|forEach|filter|some|every|find|reduce|sort|Promise)$/;

/**
 * How a message speaks of a function: `` `load` `` by its name, else by what it is handed to, `the function handed to
 * `router.post``; a callback of `then()` or `map()` by the function that it is a part of.
 */
export function shownFunction(fn: FunctionNode): string {
  const name = nameOfFunction(fn);
  if (name !== '<anonymous>') return `\`${name}\``;
  const { parent } = getOutermostWrapped(fn);
  const outer = findEnclosingFunction(parent);
  if (!(ts.isCallExpression(parent) || ts.isNewExpression(parent))) return outer ? shownFunction(outer) : 'a function';
  const callee = findMemberPath(parent.expression);
  const last = callee?.at(-1) ?? (ts.isPropertyAccessExpression(parent.expression) ? parent.expression.name.text : '');
  if (outer && ofItsFunction.test(last)) return shownFunction(outer);
  return last === '' ? 'a function' : `the function handed to \`${(callee ?? [last]).slice(-2).join('.')}\``;
}
