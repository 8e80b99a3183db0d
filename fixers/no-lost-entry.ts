import type { LostEntry } from '../rules/memory/no-lost-entry.ts';
import { skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { insertAfterStatement } from './edit/insert-after-statement.ts';
import { removeStatement } from './edit/remove-statement.ts';
import { replaceNode } from './edit/replace-node.ts';
import { wrapInTryFinally } from './edit/wrap-in-try-finally.ts';

export const fixer: Fixer<LostEntry> = {
  rule: 'no-lost-entry',
  safety: 'safe',
  changes:
    'moves the removal to `finally`; removes a key with the last item of its list; removes by the key that the entry has',
  fix: ({ data }, file) => {
    if (data.leak === 'stale') return { skip: 'each end of the operation has to take its entry out' };
    if (data.leak === 'key')
      return {
        edits: [replaceNode(data.key, `${data.key.text}.${data.member}`, file)],
        changes: 'removes by the key that the entry has',
      };

    const [fix, changes] =
      data.leak === 'operation'
        ? [moveToFinally(data, file), 'moves the removal to `finally`']
        : [dropEmpty(data, file), 'removes a key with the last item of its list'];
    return 'skip' in fix ? fix : { ...fix, changes };
  },
};

function moveToFinally(data: Extract<LostEntry, { leak: 'operation' }>, file: FileContext): Fix | Skip {
  const { block } = data;
  if (!block) return { skip: 'the entry is added in another block than it is removed in' };
  const statements = (block.last.parent as ts.Block).statements;
  const from = statements.indexOf(block.first) + 1;
  const to = statements.indexOf(block.last);
  const first = statements[from];
  const last = statements[to - 1];
  if (!first || !last || from > to - 1) return { skip: 'nothing stands between the entry and its removal' };
  if (
    block.first.pos > data.add.node.pos ||
    !(ts.isExpressionStatement(block.first) || ts.isVariableStatement(block.first))
  ) {
    return { skip: 'the entry is added on one branch only' };
  }
  const edits = wrapInTryFinally(first, last, block.last.getText(file.source), file);
  if (!edits) return { skip: 'names declared in between are used behind in ways that a block would hide' };
  const [start, ...rest] = edits;
  return {
    edits: [start, ...rest, removeStatement(block.last, file)],
    ...(ts.isReturnStatement(data.exit) && { safety: 'review' as const }),
  };
}

function dropEmpty(data: Extract<LostEntry, { leak: 'bucket' }>, file: FileContext): Fix | Skip {
  const { removal, key, bucket, container } = data;
  const statement = removal.parent;
  if (!ts.isExpressionStatement(statement)) return { skip: 'the item is removed inside an expression' };
  const list = bucket.getText(file.source);
  const callee = skipWrappers(removal.expression) as ts.PropertyAccessExpression;
  const isSet = callee.name.text === 'delete';
  const size = isSet ? 'size' : 'length';
  const keyText = key.getText(file.source);
  if (!/^[\w$.#]+$/.test(keyText)) return { skip: 'the key is computed where the list is looked up' };
  const table = tableOf(bucket, container, file);
  if (!table) return { skip: 'the table is looked up under another name' };
  const drop = container.kind === 'map' ? `${table}.delete(${keyText})` : `delete ${table}[${keyText}]`;
  const dot = ts.isIdentifier(bucket) && !callee.questionDotToken ? '.' : '?.';
  return { edits: insertAfterStatement(statement, `if (${list}${dot}${size} === 0) ${drop};`, file) };
}

function tableOf(bucket: ts.Expression, container: Container, file: FileContext): string | undefined {
  if (container.home.kind === 'field') return `this.${container.name}`;
  return container.accesses.length > 0 && bucket.getSourceFile() === file.source ? container.name : undefined;
}

type Container = LostEntry['container'];
