import { findMemberName, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** Whether a node stands inside the callback of a transaction (`$transaction(async (tx) => …)`, `sequelize.transaction(…)`). */
export function findTransactionAround(node: ts.Node): ts.CallExpression | undefined {
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) {
    if (!ts.isArrowFunction(at) && !ts.isFunctionExpression(at)) continue;
    const { parent } = at;
    if (!ts.isCallExpression(parent)) return undefined;
    const name =
      findMemberName(skipWrappers(parent.expression)) ??
      (ts.isIdentifier(parent.expression) ? parent.expression.text : '');
    if (/^(?:\$?transaction|withTransaction|transactional|inTransaction|runInTransaction|withTx)$/.test(name))
      return parent;
    // What other callees do with a function (after commit, later) is not known; iterations run it here.
    if (!/^(?:map|forEach|flatMap|filter|reduce|mapLimit)$/.test(name)) return undefined;
  }
  return undefined;
}
