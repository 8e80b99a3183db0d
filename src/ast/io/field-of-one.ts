import type { FileContext } from '../../model/file-context.ts';
import { type FunctionNode, findMemberPath, isWithin, rootOfMembers, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction } from '../where/conditions.ts';

/** The field of a type in a GraphQL schema: what its resolver calls the object that it is of. */
export interface ResolvedField {
  type: string;
  object: ts.Identifier;
}

/**
 * `if (account.id !== context.user.id) throw forbidden()` ahead of a call: the id of the object is the one that the whole
 * operation has, so that of any list the call is made for one at most.
 */
export function isForOneOfList(call: ts.Node, fn: FunctionNode, field: ResolvedField, file: FileContext): boolean {
  const isSame = (condition: ts.Expression, outcome: boolean): boolean =>
    comparesIds(condition, outcome, (id, other) => isOwnId(id, field) && isOfOperation(other, fn, field, file));
  for (let at = call; at !== fn && at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isBlock(parent) && parent.statements.some((one) => one.end <= at.pos && isLeft(one, isSame))) return true;
    if (ts.isIfStatement(parent) && at !== parent.expression)
      if (isSame(parent.expression, at === parent.thenStatement)) return true;
    if (ts.isConditionalExpression(parent) && at !== parent.condition)
      if (isSame(parent.condition, at === parent.whenTrue)) return true;
  }
  return false;
}

/** Whether a statement lets nobody past it but where two ids are the same. */
function isLeft(statement: ts.Statement, isSame: (condition: ts.Expression, outcome: boolean) => boolean): boolean {
  return ts.isIfStatement(statement) && leavesFunction(statement.thenStatement) && isSame(statement.expression, false);
}

/** Whether two ids are the same wherever a condition comes out so. */
function comparesIds(
  condition: ts.Expression,
  outcome: boolean,
  areIds: (one: ts.Expression, other: ts.Expression) => boolean,
): boolean {
  const at = skipWrappers(condition);
  if (ts.isPrefixUnaryExpression(at) && at.operator === ts.SyntaxKind.ExclamationToken)
    return comparesIds(at.operand, !outcome, areIds);
  if (!ts.isBinaryExpression(at)) return false;
  const { left, right } = at;
  switch (at.operatorToken.kind) {
    case ts.SyntaxKind.AmpersandAmpersandToken:
      return outcome && (comparesIds(left, true, areIds) || comparesIds(right, true, areIds));
    case ts.SyntaxKind.BarBarToken:
      return !outcome && (comparesIds(left, false, areIds) || comparesIds(right, false, areIds));
    case ts.SyntaxKind.EqualsEqualsEqualsToken:
    case ts.SyntaxKind.EqualsEqualsToken:
      return outcome && (areIds(left, right) || areIds(right, left));
    case ts.SyntaxKind.ExclamationEqualsEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsToken:
      return !outcome && (areIds(left, right) || areIds(right, left));
    default:
      return false;
  }
}

/** `user.id`, or `user.userId` of a `User`; not `order.userId`, which many orders have in common. */
function isOwnId(id: ts.Expression, { type, object }: ResolvedField): boolean {
  const [root, name, ...rest] = findMemberPath(id) ?? [];
  if (root !== object.text || name === undefined || rest.length > 0) return false;
  return /^_?(?:id|uuid)$/.test(name) || name.toLowerCase() === `${type}id`.toLowerCase();
}

/** What all objects of one operation have in common: a part of its context, of its arguments, or what is made of such. */
function isOfOperation(value: ts.Expression, fn: FunctionNode, field: ResolvedField, file: FileContext): boolean {
  const at = skipAwait(value);
  if (ts.isCallExpression(at))
    return at.arguments.length > 0 && at.arguments.every((argument) => isOfOperation(argument, fn, field, file));
  const root = rootOfMembers(at);
  const declaration = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  if (!declaration || !isWithin(declaration, fn)) return false;
  const parameter = fn.parameters.find((one) => isWithin(declaration, one));
  if (parameter) return parameter.name !== field.object;
  const made = ts.findAncestor(declaration, ts.isVariableDeclaration);
  return made?.initializer !== undefined && isOfOperation(made.initializer, fn, field, file);
}
