import type { FileContext } from '../../model/file-context.ts';
import type { ListenerCall } from '../listeners/listener-calls.ts';
import { ending } from '../listeners/listener-place.ts';
import { type FunctionNode, findEnclosingFunction, findMethodCall, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findRepetition } from '../where/where.ts';
import { listNodesWithin } from '../within.ts';

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

const endOf = new RegExp(`^(?:${ending})$`);

/**
 * `const win = windows[i]; win.on(…); … windows[i].close()`, or `for (const each of windows) each.close()`: the function
 * that adds to what a collection holds ends all that it holds.
 */
export function isEndedByHolder(add: ListenerCall, fn: FunctionNode, file: FileContext): boolean {
  const root = skipWrappers(add.receiver);
  const declaration = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  const value = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  const holder = value && holderOf(value);
  if (!holder) return false;
  const text = holder.getText(file.source);
  return listNodesWithin('CallExpression', fn, file).some((call) => {
    const target = call.pos > add.call.pos ? findMethodCall(call) : undefined;
    if (!target || !endOf.test(target.method)) return false;
    const from = holderOf(target.receiver) ?? findLoopOver(target.receiver, file);
    return from?.getText(file.source) === text && findRepetition(call) !== undefined;
  });
}

/** `windows` of `windows[i]` and `windows.get(id)`. */
function holderOf(value: ts.Expression): ts.Expression | undefined {
  const at = skipWrappers(value);
  if (ts.isElementAccessExpression(at)) return at.expression;
  const call = findMethodCall(at);
  return call?.method === 'get' ? call.receiver : undefined;
}

/** `windows` of `for (const each of windows)` and `windows.forEach((each) => …)`, where `each` is what is asked for. */
function findLoopOver(name: ts.Expression, file: FileContext): ts.Expression | undefined {
  const at = skipWrappers(name);
  const binding = ts.isIdentifier(at) ? file.bindingOf(at) : undefined;
  const loop = binding && findRepetition(at);
  return loop && isWithin(binding.identifier, loop.node) ? loop.over : undefined;
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
