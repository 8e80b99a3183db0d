import type { FileContext } from '../model/file-context.ts';
import type { ListenerCall } from './listener-calls.ts';
import { type FunctionNode, findEnclosingFunction, isWithin, skipWrappers } from './syntax.ts';
import { ts } from './ts.ts';

/**
 * Whether what a listener is added to was made a moment ago: `let room = rooms.get(id); if (!room) { room = new Room();
 * room.on(…) }`, or the function has left where the collection held one.
 */
export function isFreshlyMade(add: ListenerCall, fn: FunctionNode, file: FileContext): boolean {
  let root = skipWrappers(add.receiver);
  while (ts.isPropertyAccessExpression(root)) root = skipWrappers(root.expression);
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  if (!binding) return false;
  const isMadeHere = binding.writes.some((write) => {
    if (write.pos > add.call.pos) return false;
    const branch = findBranch(write, fn);
    return branch === undefined || isWithin(add.call, branch);
  });
  if (isMadeHere) return true;
  return (file.nodesOfKind(ts.SyntaxKind.IfStatement) as readonly ts.IfStatement[]).some(
    (node) =>
      isWithin(node, fn) &&
      node.end <= add.call.pos &&
      findEnclosingFunction(node) === fn &&
      leaves(node.thenStatement) &&
      !isAbsence(node.expression) &&
      binding.references.some((reference) => isWithin(reference, node.expression)),
  );
}

/** The branch of an `if` that a node stands in; undefined outside any. */
function findBranch(node: ts.Node, fn: FunctionNode): ts.Node | undefined {
  for (let at = node; at !== fn && at.parent; at = at.parent) {
    if (ts.isIfStatement(at.parent) && at !== at.parent.expression) return at;
    if (ts.isConditionalExpression(at.parent) && at !== at.parent.condition) return at;
  }
  return undefined;
}

function leaves(statement: ts.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
  return (
    last !== undefined && (ts.isReturnStatement(last) || ts.isThrowStatement(last) || ts.isContinueStatement(last))
  );
}

/** `!room`, `room == null`, `room === undefined`. */
function isAbsence(condition: ts.Expression): boolean {
  const at = skipWrappers(condition);
  if (ts.isPrefixUnaryExpression(at)) return at.operator === ts.SyntaxKind.ExclamationToken;
  if (!ts.isBinaryExpression(at)) return false;
  const { kind } = at.operatorToken;
  if (kind === ts.SyntaxKind.BarBarToken) return isAbsence(at.left);
  if (kind === ts.SyntaxKind.AmpersandAmpersandToken) return isAbsence(at.left) || isAbsence(at.right);
  return kind === ts.SyntaxKind.EqualsEqualsToken || kind === ts.SyntaxKind.EqualsEqualsEqualsToken;
}
