import { calleeName, isFunctionNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

const waiting =
  /^_?(?:once|wait(?:For|Until|ing)?(?:[A-Z]\w*)?|await[A-Z]\w*|next(?:Event|Message|Frame|Packet|Tick|Change)?|receive(?:[A-Z]\w*)?|recv\w*|blpop|brpop|poll(?:[A-Z]\w*)?)$/;

/** Whether all that a block waits for are events, which come when they come: to wait again asks nobody for anything. */
export function waitsForEvents(block: ts.Node): boolean {
  const waits: boolean[] = [];
  const visit = (at: ts.Node): void => {
    if (isFunctionNode(at)) return;
    if (ts.isAwaitExpression(at)) waits.push(isEvent(skipWrappers(at.expression)));
    ts.forEachChild(at, visit);
  };
  visit(block);
  return waits.length > 0 && waits.every(Boolean);
}

function isEvent(value: ts.Expression): boolean {
  if (!ts.isCallExpression(value)) return false;
  return waiting.test(calleeName(value));
}
