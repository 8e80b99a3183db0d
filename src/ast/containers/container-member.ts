import type { FileContext } from '../../model/file-context.ts';
import { type FunctionNode, getOutermostWrapped, isAssignment, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Draft } from './container-growth.ts';
import { judgeDelete } from './container-removal.ts';
import type { Container } from './containers.ts';

/** `entries.set(…)`, `log.push(…)`, `entries.size > 100`, `table.name = …`. */
export function classifyMember(
  access: ts.PropertyAccessExpression,
  container: Container,
  draft: Draft,
  fn: FunctionNode | undefined,
  file: FileContext,
): void {
  const name = access.name.text;
  draft.members.add(name);
  const outer = getOutermostWrapped(access);
  const { parent } = outer;
  const call = ts.isCallExpression(parent) && parent.expression === outer ? parent : undefined;
  if (name === 'size' || name === 'length') {
    if (isAssignment(parent) && parent.left === outer) {
      draft.removals.push({ node: parent, kind: 'evict', key: undefined, fn });
    } else if (ts.isPostfixUnaryExpression(parent) || ts.isPrefixUnaryExpression(parent)) {
      if (parent.operator === ts.SyntaxKind.MinusMinusToken)
        draft.removals.push({ node: parent, kind: 'evict', key: undefined, fn });
    } else if (isSizeCheck(outer, file)) draft.sizeChecks.push(parent);
    return;
  }
  if (!call) {
    if (container.kind === 'object') classifyNamed(access, outer, draft, fn);
    return;
  }
  const [first, second] = call.arguments;
  switch (name) {
    case 'set':
      if (container.kind === 'map') draft.adds.push({ node: call, key: first, value: second, fn });
      return;
    case 'add':
      if (container.kind === 'set') draft.adds.push({ node: call, key: first, value: undefined, fn });
      return;
    case 'push':
    case 'unshift':
      draft.adds.push({ node: call, key: undefined, value: first, fn });
      return;
    case 'get':
    case 'has':
    case 'hasOwnProperty':
    case 'includes':
    case 'indexOf':
      draft.reads.push({ node: call, key: first, fn });
      return;
    case 'delete':
      draft.removals.push(judgeDelete(call, first, container, fn, file));
      return;
    case 'clear':
      draft.removals.push({ node: call, kind: 'reset', key: undefined, fn });
      return;
    case 'splice':
      if (call.arguments.length > 2) draft.adds.push({ node: call, key: undefined, value: call.arguments[2], fn });
      if (second?.getText(file.source) !== '0') draft.removals.push({ node: call, kind: 'evict', key: undefined, fn });
      return;
    case 'shift':
    case 'pop':
      draft.removals.push({ node: call, kind: 'evict', key: undefined, fn });
      return;
    default:
  }
}

/** `registry.name = x` on an object: a constant key. */
function classifyNamed(
  access: ts.PropertyAccessExpression,
  outer: ts.Node,
  draft: Draft,
  fn: FunctionNode | undefined,
): void {
  const { parent } = outer;
  if (ts.isDeleteExpression(parent)) draft.removals.push({ node: parent, kind: 'keyed', key: undefined, fn });
  else if (!isAssignment(parent)) draft.reads.push({ node: access, key: undefined, fn });
}

/** `table[key]` read, written or deleted. */
export function classifyElement(
  access: ts.ElementAccessExpression,
  container: Container,
  draft: Draft,
  fn: FunctionNode | undefined,
  file: FileContext,
): void {
  const key = access.argumentExpression;
  const outer = getOutermostWrapped(access);
  const { parent } = outer;
  if (ts.isDeleteExpression(parent)) {
    draft.removals.push(judgeDelete(parent, key, container, fn, file));
    return;
  }
  if (container.kind === 'array') return;
  if (isAssignment(parent) && parent.left === outer) {
    const value = skipWrappers(parent.right);
    const isEmptied =
      value.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(value) && value.text === 'undefined');
    // A key whose value is taken off stays.
    if (!isEmptied) draft.adds.push({ node: parent, key, value: parent.right, fn });
    return;
  }
  if (isCounted(parent)) {
    draft.adds.push({ node: parent, key, value: undefined, fn });
    return;
  }
  draft.reads.push({ node: access, key, fn });
}

/** `counts[key]++`; `!table[key]` only asks. */
function isCounted(node: ts.Node): boolean {
  return (
    (ts.isPostfixUnaryExpression(node) || ts.isPrefixUnaryExpression(node)) &&
    (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken)
  );
}

/** `x.size > limit`, `x.length >= 100`; comparisons with nothing or one are questions of another kind. */
function isSizeCheck(size: ts.Node, file: FileContext): boolean {
  let at: ts.Node = size;
  while (ts.isBinaryExpression(at.parent) && /^[-+*/]$/.test(at.parent.operatorToken.getText(file.source)))
    at = at.parent;
  const { parent } = at;
  if (ts.isCallExpression(parent)) return false;
  if (!ts.isBinaryExpression(parent)) return false;
  const { kind } = parent.operatorToken;
  const isOrder = kind >= ts.SyntaxKind.LessThanToken && kind <= ts.SyntaxKind.GreaterThanEqualsToken;
  const isEqual = kind >= ts.SyntaxKind.EqualsEqualsToken && kind <= ts.SyntaxKind.ExclamationEqualsEqualsToken;
  if (!isOrder && !isEqual) return false;
  const other = parent.left === at ? parent.right : parent.left;
  if (/^[01]$/.test(other.getText(file.source))) return false;
  // `i < list.length` walks.
  return !(ts.isForStatement(parent.parent) && parent.parent.condition === parent);
}
