import type { SequentialAwait } from '../rules/performance/no-sequential-await.ts';
import type { AwaitedElements } from '../src/ast/io/awaited-elements.ts';
import { skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { indentLines } from './edit/indent-lines.ts';
import { indentationOf, indentUnit } from './edit/indentation-of.ts';

export const fixer: Fixer<SequentialAwait> = {
  rule: 'no-sequential-await',
  safety: 'review',
  changes: 'puts neighbouring reads into one `Promise.all`, and takes out `await` in the list of one',
  fix({ data }, file): Fix | Skip {
    if (data.kind === 'loop')
      return { skip: 'use mapLimit, or one query for all rows; which of them only the schema tells' };
    if (data.kind === 'members') return { skip: 'each value needs a name before the object' };
    if (data.kind === 'elements') return startTogether(data.elements, file);
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
    const indent = indentationOf(first, file);
    const unit = indentUnit(file);
    const names = declarations.map((d) => d.name.getText(file.source)).join(', ');
    const edits: TextEdit[] = statements.flatMap((statement, i) => {
      const { expression } = awaited[i] as ts.AwaitExpression;
      const start = expression.getStart(file.source);
      const before = i === 0 ? undefined : statements[i - 1]!.end;
      const gap = before === undefined ? '' : file.text.slice(before, statement.getStart(file.source));
      // Blank lines between the reads go, comments stay.
      const from = gap.trim() === '' && before !== undefined ? before : statement.getStart(file.source);
      const lead = from === before ? `\n${indent}` : '';
      const head = i === 0 ? `${keyword} [${names}] = await Promise.all([\n${indent}` : lead;
      const tail = i === statements.length - 1 ? `\n${indent}]);` : '';
      return [
        { start: from, end: start, text: `${head}${unit}` },
        ...indentLines(start, expression.end, file),
        { start: expression.end, end: statement.end, text: `,${tail}` },
      ];
    });
    return {
      edits: edits as [TextEdit, ...TextEdit[]],
      note: 'all of them are started even if the first fails',
    };
  },
};

/** `Promise.all([await a(), await b()])` without its inner `await`; a comment behind one stays. */
function startTogether({ awaits }: AwaitedElements, file: FileContext): Fix {
  const edits = awaits.map((one): TextEdit => {
    const start = one.getStart(file.source);
    const [word] = /^await\s*/.exec(file.text.slice(start))!;
    return { start, end: start + word.length, text: '' };
  });
  return { edits: edits as [TextEdit, ...TextEdit[]], note: 'all of them are started even if the first fails' };
}
