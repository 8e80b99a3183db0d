import type { FileContext } from '../../model/file-context.ts';
import { findMemberName, findMemberPath, rootOfMembers, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** Up to here a limit is one, whatever the check does about more. */
const few = 200;

/**
 * Whether a list's length is checked: `if (users.length > maxUsers) throw …`,
 * `if (!body.ids || body.ids.length > limits.ids) return res.status(400)…`. What follows has a limit.
 */
export function isCapped(list: ts.Expression, file: FileContext): boolean {
  const root = rootOfMembers(list);
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  const path = findMemberPath(list)?.join('.');
  if (!binding || path === undefined) return false;
  return binding.references.some((reference) => {
    const length = findLengthOf(reference, path);
    const check = length?.parent;
    if (!length || !check || !ts.isBinaryExpression(check)) return false;
    const limit = findLimit(check, length);
    const guard = limit && findGuard(check);
    if (!limit || !guard) return false;
    const text = limit.getText(file.source);
    return (
      (Number(text) > 1 && Number(text) <= few) ||
      (/max|limit/i.test(text) && /throw|return/.test(guard.thenStatement.getText(file.source)))
    );
  });
}

/** `body.ids.length` around the `body` of `body.ids`. */
function findLengthOf(root: ts.Identifier, path: string): ts.Expression | undefined {
  let at: ts.Expression = root;
  while (findMemberName(at.parent) !== undefined && (at.parent as ts.PropertyAccessExpression).expression === at) {
    if (findMemberName(at.parent) === 'length' && findMemberPath(at)?.join('.') === path)
      return at.parent as ts.Expression;
    at = at.parent as ts.Expression;
  }
  return undefined;
}

/** The other side of `length > limit` and of `limit < length`. */
function findLimit(
  { left, operatorToken, right }: ts.BinaryExpression,
  length: ts.Expression,
): ts.Expression | undefined {
  switch (operatorToken.kind) {
    case ts.SyntaxKind.GreaterThanToken:
    case ts.SyntaxKind.GreaterThanEqualsToken:
      return left === length ? right : undefined;
    case ts.SyntaxKind.LessThanToken:
    case ts.SyntaxKind.LessThanEqualsToken:
      return right === length ? left : undefined;
    default:
      return undefined;
  }
}

/** The `if` that a comparison decides, alone or as one of several reasons. */
function findGuard(check: ts.Expression): ts.IfStatement | undefined {
  let at: ts.Node = check;
  while (
    ts.isParenthesizedExpression(at.parent) ||
    (ts.isBinaryExpression(at.parent) && at.parent.operatorToken.kind === ts.SyntaxKind.BarBarToken)
  )
    at = at.parent;
  const { parent } = at;
  return ts.isIfStatement(parent) && skipWrappers(parent.expression) === skipWrappers(at as ts.Expression)
    ? parent
    : undefined;
}
