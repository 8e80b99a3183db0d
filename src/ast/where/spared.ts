import { type FunctionNode, rootOfMembers, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/**
 * The place of the parameter that spares a call where something is handed in for it: `known ? known.user : load(id)`,
 * `user ?? load(id)`, `if (!user) user = load(id)`; undefined where the call is made whatever is handed in.
 */
export function findSparing(call: ts.Node, fn: FunctionNode): number | undefined {
  for (let at = call; at !== fn && at.parent; at = at.parent) {
    const missing = findMissing(at);
    const place = missing === undefined ? -1 : placeOf(missing, fn);
    if (place >= 0) return place;
  }
  return undefined;
}

/** What is not there where a node is reached. */
function findMissing(node: ts.Node): ts.Expression | undefined {
  const { parent } = node;
  if (ts.isConditionalExpression(parent)) {
    if (parent.whenFalse === node) return presentIn(parent.condition);
    return parent.whenTrue === node ? absentIn(parent.condition) : undefined;
  }
  if (ts.isIfStatement(parent)) {
    if (parent.elseStatement === node) return presentIn(parent.expression);
    return parent.thenStatement === node ? absentIn(parent.expression) : undefined;
  }
  const isFallback =
    ts.isBinaryExpression(parent) && parent.right === node && /^(?:\?\?|\|\|)=?$/.test(parent.operatorToken.getText());
  return isFallback ? parent.left : undefined;
}

/** What a condition asks to be there: `x` of `x` and of `x !== undefined`. */
export function presentIn(condition: ts.Expression): ts.Expression | undefined {
  const asked = skipWrappers(condition);
  return ts.isBinaryExpression(asked) ? comparedToNothing(asked, /^!==?$/) : asked;
}

/** What a condition asks to be missing: `x` of `!x` and of `x === undefined`. */
export function absentIn(condition: ts.Expression): ts.Expression | undefined {
  const asked = skipWrappers(condition);
  if (ts.isPrefixUnaryExpression(asked))
    return asked.operator === ts.SyntaxKind.ExclamationToken ? asked.operand : undefined;
  return ts.isBinaryExpression(asked) ? comparedToNothing(asked, /^===?$/) : undefined;
}

function comparedToNothing({ left, operatorToken, right }: ts.BinaryExpression, by: RegExp): ts.Expression | undefined {
  return by.test(operatorToken.getText()) && /^(?:undefined|null)$/.test(right.getText()) ? left : undefined;
}

function placeOf(value: ts.Expression, { parameters }: FunctionNode): number {
  const root = rootOfMembers(skipWrappers(value));
  return ts.isIdentifier(root)
    ? parameters.findIndex(({ name }) => ts.isIdentifier(name) && name.text === root.text)
    : -1;
}
