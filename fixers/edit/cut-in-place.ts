import type { Add } from '../../src/ast/containers/container-growth.ts';
import type { Container } from '../../src/ast/containers/containers.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Fix, Skip, TextEdit } from '../../src/model/fixer.ts';
import { insertAfterStatement } from './insert-after-statement.ts';
import { findStatement } from './statement-of.ts';

/** `log.push(x);` → and then `if (log.length > limit) log.shift();`. */
export function cutInPlace(adds: readonly Add[], container: Container, limit: string, file: FileContext): Fix | Skip {
  const edits: TextEdit[] = [];
  for (const { node, fn } of adds) {
    if (!fn) continue;
    const statement = findStatement(node);
    if (!ts.isCallExpression(node) || !isPushed(node) || !statement || !ts.isExpressionStatement(statement)) {
      return { skip: 'the array is not added to by statements of their own' };
    }
    const array = (node.expression as ts.PropertyAccessExpression).expression.getText(file.source);
    const isFirst = (node.expression as ts.PropertyAccessExpression).name.text === 'unshift';
    const many = node.arguments.length !== 1 || ts.isSpreadElement(node.arguments[0]!);
    const cut = isFirst
      ? `${array}.length = ${limit}`
      : many
        ? `${array}.splice(0, ${array}.length - ${limit})`
        : `${array}.shift()`;
    edits.push(...insertAfterStatement(statement, `if (${array}.length > ${limit}) ${cut};`, file));
  }
  if (container.home.kind === 'field' && container.type && ts.isTypeOperatorNode(container.type))
    return { skip: 'its type is read-only' };
  const [first, ...rest] = edits;
  if (!first) return { skip: 'nothing adds to it here' };
  return { edits: [first, ...rest], note: 'choose the number of values that are looked back on' };
}

function isPushed(call: ts.CallExpression): boolean {
  const { expression } = call;
  return (
    ts.isPropertyAccessExpression(expression) &&
    /^(?:push|unshift)$/.test(expression.name.text) &&
    call.arguments.length > 0
  );
}
