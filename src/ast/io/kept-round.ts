import type { FileContext } from '../../model/file-context.ts';
import { findMemberPath, findMethodCall, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { absentIn } from '../where/spared.ts';
import { listNodesWithin } from '../within.ts';

/**
 * Whether what a round asks for is kept for the rounds that ask for the same: `if (!types.has(key)) { types.set(key, await
 * load(key)) }`, `names[key] ??= await load(key)`. Then it is asked once for each key, of which rows mostly share a few.
 */
export function isKeptForRounds(call: ts.Node, loop: ts.Node, file: FileContext): boolean {
  for (let at = call; at !== loop && at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isIfStatement(parent) && parent.thenStatement === at) {
      const asked = absentIn(parent.expression);
      const table = asked && tableOf(skipWrappers(asked));
      if (table !== undefined && keepsIn(at, table, file)) return true;
    }
    if (
      ts.isBinaryExpression(parent) &&
      parent.right === at &&
      /^(?:\?\?|\|\|)=$/.test(parent.operatorToken.getText()) &&
      ts.isElementAccessExpression(parent.left)
    )
      return true;
  }
  return false;
}

/** `types` of what is asked to be missing: `types.has(key)`, `key in types`, `types[key]`, `types.get(key)`. */
function tableOf(asked: ts.Expression): string | undefined {
  const call = findMethodCall(asked);
  if (call) return /^(?:has|get)$/.test(call.method) ? pathOf(call.receiver) : undefined;
  if (ts.isElementAccessExpression(asked)) return pathOf(asked.expression);
  const isIn = ts.isBinaryExpression(asked) && asked.operatorToken.kind === ts.SyntaxKind.InKeyword;
  return isIn ? pathOf(asked.right) : undefined;
}

function keepsIn(branch: ts.Node, table: string, file: FileContext): boolean {
  return (
    listNodesWithin('CallExpression', branch, file).some((node) => {
      const call = findMethodCall(node);
      return call?.method === 'set' && pathOf(call.receiver) === table;
    }) ||
    listNodesWithin('BinaryExpression', branch, file).some(
      ({ left, operatorToken }) =>
        operatorToken.kind === ts.SyntaxKind.EqualsToken &&
        ts.isElementAccessExpression(left) &&
        pathOf(left.expression) === table,
    )
  );
}

function pathOf(node: ts.Expression): string | undefined {
  return findMemberPath(skipWrappers(node))?.join('.');
}
