import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue } from '../names/functions.ts';
import { findNumber } from '../names/number-value.ts';
import { findMemberName, findMemberPath, findMethodCall, isWithin, skipWrappers } from '../syntax.ts';
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
    if (!isWithin(node, place) || !isOver(expression, path, place, file)) return false;
    if (endsSource(thenStatement, place, file)) return true;
    const then = thenStatement.getText(file.source);
    // A parser that has a whole message now goes on with the next.
    return (
      (stops.test(then) || callsStop(thenStatement, file)) && !/\bread(?:Big)?U?Int|\bsubarray\(|\bslice\(\w/.test(then)
    );
  });
}

function isOver(condition: ts.Expression, path: string | undefined, place: ts.Node, file: FileContext): boolean {
  const test = skipWrappers(condition);
  if (!ts.isBinaryExpression(test)) return false;
  const { kind } = test.operatorToken;
  if (kind === ts.SyntaxKind.BarBarToken)
    return isOver(test.left, path, place, file) || isOver(test.right, path, place, file);
  if (kind !== ts.SyntaxKind.GreaterThanToken && kind !== ts.SyntaxKind.GreaterThanEqualsToken) return false;
  const left = skipWrappers(test.left);
  const isLength = /^(?:byteL|l)ength$/.test(findMemberName(left) ?? '');
  const isOfTarget = isLength && findMemberPath((left as ts.PropertyAccessExpression).expression)?.join('.') === path;
  if (!isOfTarget && !countsBytes(left, place, file)) return false;
  const limit = findNumber(test.right, file);
  return limit !== undefined && limit > 0 && limit <= fewBytes;
}

/** `total` of `total += chunk.length`. */
function countsBytes(total: ts.Expression, place: ts.Node, file: FileContext): boolean {
  const path = findMemberPath(total)?.join('.');
  return (
    path !== undefined &&
    listNodesWithin('BinaryExpression', place, file).some(
      ({ left, right, operatorToken }) =>
        operatorToken.kind === ts.SyntaxKind.PlusEqualsToken &&
        findMemberPath(left)?.join('.') === path &&
        /^(?:byteL|l)ength$/.test(findMemberName(skipWrappers(right)) ?? ''),
    )
  );
}

/** `file.destroy();` in the listener of `file.on('data', …)`, whatever it read: it gets no more. */
function endsSource(then: ts.Statement, place: ts.Node, file: FileContext): boolean {
  const add = findMethodCall(place.parent);
  const source = add && /^(?:on|addListener)$/.test(add.method) ? add.receiver.getText(file.source) : undefined;
  if (source === undefined || !ts.isBlock(then)) return false;
  return then.statements.some((statement) => {
    const end = ts.isExpressionStatement(statement) ? findMethodCall(statement.expression) : undefined;
    return end?.method === 'destroy' && end.receiver.getText(file.source) === source;
  });
}

/** `if (head.length > maxHeader) settle(new Error('too long'))`, where `settle` of this file takes the listener off. */
function callsStop(then: ts.Statement, file: FileContext): boolean {
  return listNodesWithin('CallExpression', then, file).some((call) => {
    const stop = findFunctionValue(call.expression, file);
    return stop?.body !== undefined && stops.test(stop.body.getText(file.source));
  });
}
