import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue } from '../names/functions.ts';
import { findNumber } from '../names/number-value.ts';
import { findMemberName, findMemberPath, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

/** So few bytes are copied again in no time. */
const fewBytes = 64 * 1024;
const stops =
  /\b(?:destroy|removeListener|removeAllListeners|off|resolve|reject|break|unsubscribe|cancel|abort|detach|cleanup)\b/;

/** Whether what gathers bytes stops at a constant limit: `if (head.length >= 4100) stream.destroy()`. */
export function stopsAtLimit(target: ts.Expression, place: ts.Node, file: FileContext): boolean {
  const path = findMemberPath(target)?.join('.');
  return file.nodesOfKind(ts.SyntaxKind.IfStatement).some((node) => {
    const { expression, thenStatement } = node as ts.IfStatement;
    if (!isWithin(node, place) || !isOver(expression, path, file)) return false;
    const then = thenStatement.getText(file.source);
    // A parser that has a whole message now goes on with the next.
    return (
      (stops.test(then) || callsStop(thenStatement, file)) && !/\bread(?:Big)?U?Int|\bsubarray\(|\bslice\(\w/.test(then)
    );
  });
}

function isOver(condition: ts.Expression, path: string | undefined, file: FileContext): boolean {
  const test = skipWrappers(condition);
  if (!ts.isBinaryExpression(test)) return false;
  const { kind } = test.operatorToken;
  if (kind === ts.SyntaxKind.BarBarToken) return isOver(test.left, path, file) || isOver(test.right, path, file);
  if (kind !== ts.SyntaxKind.GreaterThanToken && kind !== ts.SyntaxKind.GreaterThanEqualsToken) return false;
  const left = skipWrappers(test.left);
  if (!/^(?:byteL|l)ength$/.test(findMemberName(left) ?? '')) return false;
  if (findMemberPath((left as ts.PropertyAccessExpression).expression)?.join('.') !== path) return false;
  const limit = findNumber(test.right, file);
  return limit !== undefined && limit > 0 && limit <= fewBytes;
}

/** `if (head.length > maxHeader) settle(new Error('too long'))`, where `settle` of this file takes the listener off. */
function callsStop(then: ts.Statement, file: FileContext): boolean {
  return listNodesWithin('CallExpression', then, file).some((call) => {
    const stop = findFunctionValue(call.expression, file);
    return stop?.body !== undefined && stops.test(stop.body.getText(file.source));
  });
}
