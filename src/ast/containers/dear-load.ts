import type { FileContext } from '../../model/file-context.ts';
import {
  findEnclosingFunction,
  findMethodCall,
  findPropertyName,
  isWithin,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

const bodyReading = /^(?:json|text|arrayBuffer|blob|buffer|formData|bytes|catch|then|set\w*|get|put|del|expire|emit)$/;
const manyRows = 10_000;
const dear =
  /analytic|statistic|stats|metric|aggregate|report|summar|(?<!ac|dis)count(?!ry)|search|render|generate|build|comput|calculat|decrypt|group_?by|join\(|leaderboard|ranking|trending|popular|recommend|feed|embedding|completion|screenshot|thumbnail/i;

/**
 * Whether what is loaded between a miss and the write to the cache costs enough that to do it twice is felt: it takes
 * several loads one after the other, whatever a caller hands in, or work that its name calls a sum over much.
 */
export function isDearLoad(get: ts.Node, set: ts.Node, load: ts.AwaitExpression, file: FileContext): boolean {
  const fn = findEnclosingFunction(set);
  const loads = file.nodes('AwaitExpression').filter((node) => {
    if (node.pos < get.end || node.end > set.end || isWithin(set, node) || findEnclosingFunction(node) !== fn)
      return false;
    const call = skipAwait(node.expression);
    return ts.isCallExpression(call) && !bodyReading.test(findMethodCall(call)?.method ?? '');
  });
  if (loads.some((one, i) => loads.slice(i + 1).some((other) => !areAlternatives(one, other)))) return true;
  const call = skipAwait(load.expression);
  if (!ts.isCallExpression(call)) return false;
  return (
    isHandedIn(call.expression, file) ||
    dear.test(call.expression.getText(file.source)) ||
    asksForMany(call) ||
    gathersRows(call)
  );
}

/** SQL that works its rows out of many: groups, sums, joined tables. */
function gathersRows(call: ts.CallExpression): boolean {
  return call.arguments.some((given) => {
    const value = skipWrappers(given);
    if (!ts.isStringLiteralLike(value) && !ts.isTemplateExpression(value)) return false;
    return /\bgroup\s+by\b|\bjoin\b|\b(?:count|sum|avg)\s*\(|\bpartition\s+by\b/i.test(value.getText());
  });
}

/** `request('listtransactions', ['*', 100500, 0, true])`, `list({ limit: 20_000 })`. */
function asksForMany(call: ts.CallExpression): boolean {
  return call.arguments.some(function isMuch(given): boolean {
    const value = skipWrappers(given);
    if (ts.isNumericLiteral(value)) return Number(value.text.replaceAll('_', '')) >= manyRows;
    if (ts.isArrayLiteralExpression(value)) return value.elements.some(isMuch);
    if (!ts.isObjectLiteralExpression(value)) return false;
    return value.properties.some(
      (property) =>
        ts.isPropertyAssignment(property) &&
        /^(?:limit|take|first|count|size|per_?page|page_?size)$/i.test(findPropertyName(property.name) ?? '') &&
        isMuch(property.initializer),
    );
  });
}

/** Two branches of one question, of which only one is loaded. */
function areAlternatives(one: ts.Node, other: ts.Node): boolean {
  for (let at = one; at.parent; at = at.parent) {
    const { parent } = at;
    const branches = ts.isConditionalExpression(parent)
      ? [parent.whenTrue, parent.whenFalse]
      : ts.isIfStatement(parent)
        ? [parent.thenStatement, parent.elseStatement]
        : [];
    if (branches.includes(at as never) && branches.some((branch) => branch && branch !== at && isWithin(other, branch)))
      return true;
  }
  return false;
}

/** `loader()`, where `loader` is a parameter: the helper stands before every dear thing of the project. */
function isHandedIn(callee: ts.Expression, file: FileContext): boolean {
  return ts.isIdentifier(callee) && file.bindingOf(callee)?.kind === 'parameter';
}
