import type { SequentialAwait } from '../rules/performance/no-sequential-await.ts';
import { skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { replaceNode } from './edit/replace-node.ts';

export const fixer: Fixer<SequentialAwait> = {
  rule: 'no-sequential-await',
  safety: 'review',
  changes: 'puts neighbouring reads into one `Promise.all`',
  fix({ data }, file): Fix | Skip {
    if (data.kind === 'loop')
      return { skip: 'use mapLimit, or one query for all rows; which of them only the schema tells' };
    const { statements } = data.reads;
    const block = statements[0]!.parent as ts.Block;
    const at = block.statements.indexOf(statements[0]!);
    if (statements.some((statement, i) => block.statements[at + i] !== statement))
      return { skip: 'other statements stand between the reads' };
    const declarations = statements.map((statement) => statement.declarationList.declarations[0]!);
    if (declarations.some((d) => d.type)) return { skip: 'a type is written at one of them' };
    if (new Set(statements.map((s) => s.declarationList.flags & ts.NodeFlags.BlockScoped)).size > 1)
      return { skip: 'they are declared in different ways' };
    const first = statements[0]!;
    const awaited = declarations.map((d) => skipWrappers(d.initializer!));
    if (awaited.some((value, i) => value !== declarations[i]!.initializer || !ts.isAwaitExpression(value)))
      return { skip: 'a value is converted on the way' };
    const keyword = (first.declarationList.flags & ts.NodeFlags.Const) !== 0 ? 'const' : 'let';
    const names = declarations.map((d) => d.name.getText(file.source)).join(', ');
    const edits = statements.map((statement, i) => {
      const value = (awaited[i] as ts.AwaitExpression).expression.getText(file.source);
      const head = i === 0 ? `${keyword} [${names}] = await Promise.all([\n` : '';
      const tail = i === statements.length - 1 ? '\n]);' : '';
      return replaceNode(statement, `${head}  ${value},${tail}`, file);
    });
    return {
      edits: edits as [TextEdit, ...TextEdit[]],
      note: 'all of them are started even if the first fails',
    };
  },
};
