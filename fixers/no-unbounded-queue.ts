import type { UnboundedQueue } from '../rules/memory/no-unbounded-queue.ts';
import { ts } from '../src/ast/ts.ts';
import type { Fixer, TextEdit } from '../src/model/fixer.ts';
import { insertAfterStatement } from './edit/insert-after-statement.ts';
import { findStatement } from './edit/statement-of.ts';

const limit = '10_000';

export const fixer: Fixer<UnboundedQueue> = {
  rule: 'no-unbounded-queue',
  safety: 'review',
  changes: `holds at most ${limit.replace('_', ',')} waiting items: beyond that the oldest goes`,
  fix({ data }, file) {
    const edits: TextEdit[] = [];
    for (const { node } of data.growth.adds) {
      const statement = findStatement(node);
      if (
        !ts.isCallExpression(node) ||
        !ts.isPropertyAccessExpression(node.expression) ||
        node.expression.name.text !== 'push'
      ) {
        return { skip: 'the queue is not filled by `push` alone' };
      }
      if (
        !statement ||
        !ts.isExpressionStatement(statement) ||
        node.parent !== statement ||
        node.arguments.some(ts.isSpreadElement)
      ) {
        return { skip: 'the queue is not filled by statements of their own' };
      }
      const queue = node.expression.expression.getText(file.source);
      edits.push(...insertAfterStatement(statement, `if (${queue}.length > ${limit}) ${queue}.shift();`, file));
    }
    const [first, ...rest] = edits;
    if (!first) return { skip: 'nothing fills it here' };
    return {
      edits: [first, ...rest],
      note: 'choose the limit, and whether the oldest or the newest is to go; a TaskQueue holds the producer back instead',
    };
  },
};
