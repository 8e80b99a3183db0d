import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { findSend } from '../io/network-send.ts';
import { findCallee } from '../names/symbol-ref.ts';
import { findEnclosingFunction, findPropertyName, isWithin, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

const manyRows = 10_000;
/** What takes the processor or a service that is paid for by the call, by its name. */
const dear = /render|decrypt|embedding|completion|screenshot|thumbnail/i;

/**
 * Whether what is loaded between a miss and the write to the cache is shown to cost so much that to do it twice is felt: tens of
 * thousands of rows, an answer of another host, what is drawn or unlocked. A few queries more at an expiry are not, whatever they
 * count or search.
 */
export function isDearLoad(get: ts.Node, set: ts.Node, file: FileContext): boolean {
  const fn = findEnclosingFunction(set);
  return file.nodes('AwaitExpression').some((node) => {
    if (node.pos < get.end || node.end > set.end || isWithin(set, node) || findEnclosingFunction(node) !== fn)
      return false;
    const call = skipAwait(node.expression);
    if (!ts.isCallExpression(call)) return false;
    return dear.test(call.expression.getText(file.source)) || asksForMany(call) || findSend(call, file) !== undefined;
  });
}

/** "What is loaded by a function of another file goes over the network". */
export function asksElsewhere(load: ts.AwaitExpression, file: FileContext): LinkCondition | undefined {
  const call = skipAwait(load.expression);
  const to = ts.isCallExpression(call) ? findCallee(call, file) : undefined;
  return to && { kind: 'callee-does', to, deeds: ['sends'] };
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
