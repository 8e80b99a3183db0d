import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue } from '../names/functions.ts';
import { isAsync, isFunctionNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** What gives no promise, however it is awaited: `jwtService.verify(token)`, and a room that is joined in this very process. */
const givesNow = /(?:^|\.|_)jwt(?:Service)?\.(?:verify|sign|decode)$/i;
const joinsRoom = /(?:^|\.)(?:socket|client|ws)\.(?:join|leave)$/i;
const socketIo = /['"](?:socket\.io|@nestjs\/(?:websockets|platform-socket\.io))['"]/;

/**
 * Whether what is awaited is a call that gives no promise, or an `async` function of this file that waits for nothing itself,
 * and gives values that are there: nothing else comes in between.
 */
export function isOverAtOnce({ expression }: ts.AwaitExpression, file: FileContext): boolean {
  const call = skipWrappers(expression);
  if (ts.isCallExpression(call) && isNow(call, file)) return true;
  const fn = ts.isCallExpression(call) ? findFunctionValue(call.expression, file) : undefined;
  if (!fn?.body || !ts.isBlock(fn.body) || !isAsync(fn)) return false;
  const text = fn.body.getText(file.source);
  const goesOn = (node: ts.Node): boolean => {
    if (isFunctionNode(node)) return true;
    if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) return false;
    if (ts.isReturnStatement(node) && node.expression && !isThere(node.expression, text)) return false;
    return !ts.forEachChild(node, (child) => !goesOn(child) || undefined);
  };
  return goesOn(fn.body);
}

function isNow({ expression, arguments: given }: ts.CallExpression, file: FileContext): boolean {
  const name = expression.getText(file.source);
  if (givesNow.test(name)) return !given.some((one) => isFunctionNode(skipWrappers(one)));
  return joinsRoom.test(name) && socketIo.test(file.source.text);
}

/** No promise: a literal, or a name whose members the function reads. */
function isThere(given: ts.Expression, text: string): boolean {
  const value = skipWrappers(given);
  if (ts.isIdentifier(value) && value.text !== 'undefined')
    return text.includes(`${value.text}.`) && !/\.(?:then|catch|finally)\(/.test(text);
  return (
    ts.isIdentifier(value) ||
    ts.isLiteralExpression(value) ||
    ts.isObjectLiteralExpression(value) ||
    ts.isArrayLiteralExpression(value) ||
    /^(?:null|true|false)$/.test(value.getText())
  );
}
