import { getOutermostWrapped } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';

/** The longest path of members that begins with a value: `order.items[0].price` for `order`. */
export function getPathFrom(value: ts.Node): ts.Node {
  const at = getOutermostWrapped(value);
  const { parent } = at;
  const isMember = ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent);
  return isMember && parent.expression === at ? getPathFrom(parent) : at;
}
