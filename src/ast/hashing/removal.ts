import type { Binding, FileContext } from '../../model/file-context.ts';
import { findMethodCall, getOutermostWrapped, isFunctionNode, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findOtherEffect } from './effects.ts';
import { findMember, findReplacement, listIdentifiers, type Part, type RingOwner, uses } from './parts.ts';
import { findMain, findNode, type RingChange } from './points.ts';

/** The points of a node taken out at a use of the points; undefined where nothing is, a text where it is not clear what. */
export function findPointRemoval(
  access: ts.Expression,
  owner: RingOwner,
  { state }: { state: readonly Part[] },
  file: FileContext,
): RingChange | string | undefined {
  const member = findMember(access, owner);
  const names = member ? listIdentifiers(member).flatMap((name) => findNode(name, file) ?? []) : [];
  for (const node of new Set(names)) {
    if (!isWithin(node.identifier, member!)) continue;
    const { main, isLooped } = findMain(access, node);
    if (!main || !uses(main, node) || !takesOut(main)) continue;
    const filter = isLooped ? undefined : findFilter(access);
    if (!isLooped && !filter) continue;
    if (filter && !isKept(filter, node, file)) return 'which points stay is decided by more than their node';
    if (!filter && !decides(main, node)) return 'which points go is decided by more than their node';
    const effect = findOtherEffect(main, state, file);
    return effect ?? { method: 'remove', main, node, member, access, sources: [] };
  }
  return undefined;
}

function takesOut(main: ts.Statement): boolean {
  return /\.(?:delete|splice|filter)\(|\bdelete /.test(main.getText());
}

/** The function of `points = points.filter(…)`. */
function findFilter(access: ts.Expression): ts.Expression | undefined {
  const write = findReplacement(access) ?? findWriteAround(access);
  const call = write && findMethodCall(skipWrappers(write.right));
  const test = call?.method === 'filter' ? call.call.arguments[0] : undefined;
  return test && ts.isExpressionStatement(write!.parent) ? skipWrappers(test) : undefined;
}

function findWriteAround(access: ts.Expression): ts.BinaryExpression | undefined {
  const call = getOutermostWrapped(access).parent.parent;
  const { parent } = call ? getOutermostWrapped(call) : access;
  return parent && ts.isBinaryExpression(parent) && parent.right.getText().startsWith(access.getText())
    ? parent
    : undefined;
}

/** `(point) => point.node !== node`. */
function isKept(test: ts.Expression, node: Binding, file: FileContext): boolean {
  if (!isFunctionNode(test) || !test.body) return false;
  const [only] = ts.isBlock(test.body) ? test.body.statements : [];
  const body = ts.isBlock(test.body)
    ? test.body.statements.length === 1 && only && ts.isReturnStatement(only)
      ? only.expression
      : undefined
    : (test.body as ts.Expression);
  const compared = body && skipWrappers(body);
  if (!compared || !ts.isBinaryExpression(compared) || !/^!==?$/.test(compared.operatorToken.getText())) return false;
  return [compared.left, compared.right].some((side) => {
    const value = skipWrappers(side);
    return ts.isIdentifier(value) && file.bindingOf(value) === node;
  });
}

/** What is taken out is compared with the node, or has it in the text that is hashed. */
function decides(main: ts.Statement, node: Binding): boolean {
  return node.references.some((reference) => {
    if (!isWithin(reference, main)) return false;
    const { parent } = getOutermostWrapped(reference);
    if (ts.isTemplateSpan(parent) || ts.isCallExpression(parent)) return true;
    return ts.isBinaryExpression(parent) && /^(?:\+|[!=]==?)$/.test(parent.operatorToken.getText());
  });
}
