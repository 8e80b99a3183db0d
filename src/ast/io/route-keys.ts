import type { FileContext } from '../../model/file-context.ts';
import { findMemberPath, findMethodCall, isFunctionNode, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { RouteScan } from './route-scan.ts';

/** What decides for a route: its pattern, and before it the method where the scan compares one. */
export interface RouteKeys {
  pattern: string;
  method: { member: string; asked: string } | undefined;
}

/** `route.pattern.test(path)`, alone or behind `route.method === method`. */
export function findRouteKeys({ scan, test, pattern }: RouteScan, file: FileContext): RouteKeys | undefined {
  const path = pattern && findMemberPath(pattern);
  const member = path?.at(-1);
  if (member === undefined || path!.length > 2) return undefined;
  if (ts.isForOfStatement(scan)) return isPlainLoop(scan, test) ? { pattern: member, method: undefined } : undefined;
  if (!ts.isCallExpression(scan) || findMethodCall(scan)?.method !== 'find') return undefined;
  const callback = scan.arguments[0] && skipWrappers(scan.arguments[0]);
  if (!callback || !isFunctionNode(callback) || !callback.body || ts.isBlock(callback.body)) return undefined;
  const body = skipWrappers(callback.body);
  if (body === test) return { pattern: member, method: undefined };
  if (!ts.isBinaryExpression(body) || body.operatorToken.kind !== ts.SyntaxKind.AmpersandAmpersandToken)
    return undefined;
  const compared = skipWrappers(body.left);
  if (skipWrappers(body.right) !== test || !ts.isBinaryExpression(compared)) return undefined;
  const sides = [findMemberPath(compared.left), findMemberPath(compared.right)];
  const asked = sides[1]?.join('.');
  if (!/^===?$/.test(compared.operatorToken.getText(file.source)) || asked === undefined) return undefined;
  const isOfRoute = sides[0]?.[0] === path![0] && sides[0]?.length === path!.length;
  return isOfRoute ? { pattern: member, method: { member: sides[0]!.at(-1)!, asked } } : undefined;
}

/** `const match = route.pattern.exec(path); if (match) { …; return; }`, and nothing else. */
function isPlainLoop(loop: ts.ForOfStatement, test: ts.CallExpression): boolean {
  if (!ts.isBlock(loop.statement) || !ts.isVariableDeclarationList(loop.initializer)) return false;
  const { statements } = loop.statement;
  const last = statements.at(-1);
  if (!last || statements.length > 2 || !ts.isIfStatement(last) || last.elseStatement) return false;
  const first = statements.length === 2 ? statements[0]! : last.expression;
  const ends = ts.isBlock(last.thenStatement) ? last.thenStatement.statements.at(-1) : last.thenStatement;
  const asked = statements.length === 2 ? ts.isIdentifier(last.expression) : last.expression === test;
  return asked && isWithin(test, first) && ends !== undefined && ts.isReturnStatement(ends) && !leavesLoop(last);
}

function leavesLoop(node: ts.Node): boolean {
  return ts.isBreakOrContinueStatement(node) || (ts.forEachChild(node, leavesLoop) ?? false);
}
