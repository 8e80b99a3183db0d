import { type FunctionNode, findMethodCall, getOutermostWrapped } from '../syntax.ts';
import { ts } from '../ts.ts';

/** What a callback gets: the rows of `query().then(rows => …)` and of `query(sql, (error, rows) => …)`. */
export function findAwaited(fn: FunctionNode, place: number): ts.Expression | undefined {
  const outer = getOutermostWrapped(fn);
  const target = findMethodCall(outer.parent);
  if (!target?.call.arguments.includes(outer as ts.Expression)) return undefined;
  if (target.method === 'then') return place === 0 && target.call.arguments[0] === outer ? target.receiver : undefined;
  const [first] = fn.parameters;
  const isCallback = place === 1 && first && ts.isIdentifier(first.name) && /^_?(?:e|err|error)$/.test(first.name.text);
  return isCallback ? target.call : undefined;
}
