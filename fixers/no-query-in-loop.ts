import type { QueryInLoop } from '../rules/database/no-query-in-loop.ts';
import type { CalledQuery, QueryCall } from '../src/ast/io/queries.ts';
import { findMemberPath, getOutermostWrapped } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { freeName } from './edit/free-name.ts';
import { indentationOf } from './edit/indentation-of.ts';
import { endWithComment } from './edit/insert-after-statement.ts';
import { insertBefore } from './edit/insert-before.ts';
import { isTypeScript } from './edit/keep-value.ts';
import { reindent } from './edit/reindent.ts';
import { replaceNode } from './edit/replace-node.ts';
import { isPartOfItem, listRoundNames } from './edit/round-names.ts';
import { findPointQuery } from './edit/rows-at-once.ts';
import { writeStatementAtOnce } from './edit/statement-at-once.ts';

/** A query that stands in the loop itself. */
type KnownQuery = QueryInLoop & { query: CalledQuery };

export const fixer: Fixer<QueryInLoop> = {
  rule: 'no-query-in-loop',
  safety: 'review',
  changes:
    'asks for all rows in one query before the loop and looks them up in a Map; writes and deletes in one statement',
  fix({ data }, file): Fix | Skip {
    const { query, call, repetition, over } = data;
    const loop = repetition.node;
    if (!query) return { skip: 'another file makes the query: it has to take many keys first' };
    if (!isCalled(query)) return { skip: 'how its library writes a list of keys in a template is not known here' };
    if (call !== query.call) return { skip: 'the query stands in a helper, which has to take many keys first' };
    if (!ts.isForOfStatement(loop))
      return { skip: 'the rows are mapped at once: load them in one query by hand, or through a BatchLoader' };
    const item = loopVariable(loop);
    if (!item || !ts.isBlock(loop.statement)) return { skip: 'the loop takes its elements apart' };
    if (!findMemberPath(over)) return { skip: 'what is iterated has no name to ask for its keys' };
    const awaited = getOutermostWrapped(call).parent;
    if (!ts.isAwaitExpression(awaited)) return { skip: 'the query is not awaited on its own' };
    const holder = getOutermostWrapped(awaited).parent;
    if (ts.isVariableDeclaration(holder)) return fetchBefore({ ...data, query }, holder, loop, item, file);
    const isAlone =
      ts.isExpressionStatement(holder) && loop.statement.statements.length === 1 && holder.parent === loop.statement;
    return isAlone
      ? writeAtOnce({ ...data, query }, loop, item, file)
      : { skip: 'other work is done between the queries' };
  },
};

function isCalled(query: QueryCall): query is CalledQuery {
  return ts.isCallExpression(query.call);
}

function loopVariable(loop: ts.ForOfStatement): string | undefined {
  if (!ts.isVariableDeclarationList(loop.initializer)) return undefined;
  const [declaration] = loop.initializer.declarations;
  return declaration && ts.isIdentifier(declaration.name) ? declaration.name.text : undefined;
}

function fetchBefore(
  { query, over }: KnownQuery,
  declaration: ts.VariableDeclaration,
  loop: ts.ForOfStatement,
  item: string,
  file: FileContext,
): Fix | Skip {
  if (!ts.isIdentifier(declaration.name)) return { skip: 'the row is taken apart where it is read' };
  const point = findPointQuery(query.call, query.library, file);
  if (typeof point === 'string') return { skip: point };
  if (!isPartOfItem(point.value, item, loop, file)) return { skip: 'the key is made in the loop' };
  const rest = query.call.arguments.flatMap((argument) => listRoundNames(argument, loop, file));
  if (rest.some((name) => name !== item)) return { skip: 'the query depends on more than the key' };
  const map = freeName(
    `${declaration.name.text}By${point.column.replace(/^_?(\w)/, (_, letter: string) => letter.toUpperCase())}`,
    file,
  );
  const value = point.value.getText(file.source);
  const all = point.all(`${over.getText(file.source)}.map((${item}) => ${value})`);
  const pair = `[${point.keyOf(`row.${point.column}`)}, row]${isTypeScript(file) ? ' as const' : ''}`;
  return {
    edits: [
      ...insertBefore(loop, `const ${map} = new Map(\n  (await ${all}).map((row) => ${pair}),\n);`, file),
      replaceNode(declaration.initializer!, `${map}.get(${point.keyOf(value)}) ?? null`, file),
    ],
    ...(point.imports && { imports: point.imports }),
    note: 'all rows are read before the first round: a round no longer sees what an earlier one wrote',
  };
}

function writeAtOnce(
  { query, over }: KnownQuery,
  loop: ts.ForOfStatement,
  item: string,
  file: FileContext,
): Fix | Skip {
  const code = writeStatementAtOnce(query, { loop, item, over }, file);
  if (typeof code !== 'string') return code;
  const statement = (loop.statement as ts.Block).statements[0]!;
  const between = file.text.slice(loop.statement.getStart(file.source), statement.getStart(file.source));
  if (/\/[/*]/.test(between)) return { skip: 'a comment stands in the loop' };
  const behind = endWithComment(statement, file);
  const hasComment = behind !== statement.end;
  return {
    edits: [
      {
        start: loop.getStart(file.source),
        end: hasComment ? statement.end : loop.end,
        text: reindent(`await ${code};`, indentationOf(loop, file), file),
      },
      ...(hasComment ? [{ start: behind, end: loop.end, text: '' }] : []),
    ],
    note: 'one statement: either all rows are written or none, and hooks or errors of single rows are gone',
  };
}
