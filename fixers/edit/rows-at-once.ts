import { type CalledQuery, listChain } from '../../src/ast/io/queries.ts';
import { methodsOf } from '../../src/ast/io/query-libraries.ts';
import { calleeName, findCallOn, findMethodCall, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import { findCondition } from './keyed-condition.ts';
import { libraries, type Twin } from './many-key-methods.ts';
import { partFor, rewriteParts } from './rewrite-part.ts';
import { selectColumn } from './select-column.ts';

/** A query for what belongs to one key: `where: { id: order.userId }`. */
export interface KeyedQuery {
  /** The model or table that it reads. */
  of: ts.Expression | undefined;
  /** What the rows call the key. */
  column: string;
  key: ts.Expression;
  /** It gives all rows of the key, not one. */
  isList: boolean;
  /** What it gives where there is no row, behind a look-up of a Map: ` ?? null`. */
  none: string;
  /** The query for all rows, given the list of keys; as code for `reindent`. */
  all(keys: string): string;
  /** Whether equal keys may be of several types or objects, so that a Map must know them by their text. */
  isByText: boolean;
  /** The column is read only so that the rows can be told apart. */
  isAdded?: boolean;
  imports?: readonly { module: string; name: string }[];
}

/** What a round declares, and the file. */
export interface Round {
  loop: ts.Node;
  file: FileContext;
}

/** What those do by hand whose library has no form for many keys that is known here. */
const byHand: Record<string, string> = {
  sql: 'its statement is written out: ask with `= ANY($1)` or `IN (…)` ahead of the rounds',
  supabase:
    'supabase gives a limited number of rows, which one query for all may pass: ask with `.in()` and read by pages',
};

/** The key that a query asks for, and how to ask for many; or why it cannot be done. */
export function findKeyedQuery(query: CalledQuery, round: Round): KeyedQuery | string {
  const { call, library } = query;
  const { first, methods, head } = listChain(call);
  const method = methods.at(-1)!;
  const known = libraries[library];
  const twin = known?.methods[method];
  if (/OrThrow|OrFail/.test(method)) return 'it throws where a row is missing: decide what a missing row means';
  if (!known) return byHand[library] ?? 'how its library is asked for many keys is not known here';
  if (!twin) return `\`${method}\` has no twin for many rows that is known here`;
  if (query.when && asksOwnMethod(head, library, round.file))
    return 'whether it asks a model or a class of the project is not told here';
  const step = methods.slice(0, -1).find((name) => !isPlainStep(name, library, twin));
  if (step !== undefined) return `what \`${step}\` does for each is not known here`;
  const condition = findCondition(first, twin, known, round);
  if (typeof condition === 'string') return condition;
  const { column, key } = condition;
  if (!/^[A-Za-z_]\w*$/.test(column)) return `the rows have no plain name for \`${column}\``;
  const isUnique = column === known.primaryKey || (method === 'findUnique' && condition.isAlone);
  if (!twin.isList && !isUnique) return `several rows may have the same \`${column}\``;
  const doubt = twin.isList ? whyNotGrouped(column, key, library) : undefined;
  if (doubt !== undefined) return doubt;
  const selection = selectColumn(call, first, column, library, round.file);
  if (typeof selection === 'string') return selection;
  const { receiver, call: asked } = findMethodCall(first)!;
  const { name } = asked.expression as ts.PropertyAccessExpression;
  return {
    of: receiver,
    column,
    key,
    isList: twin.isList === true,
    none: twin.isList ? ' ?? []' : ' ?? null',
    all: (keys) =>
      rewriteParts(call, [partFor(name, twin.all, round.file), condition.part(keys), ...selection], round.file),
    isByText: known.isByText,
    isAdded: selection.length > 0,
    ...(known.imports && { imports: known.imports }),
  };
}

/** Why the rows of a key may not be those whose column is equal to it. */
function whyNotGrouped(column: string, key: ts.Expression, library: string): string | undefined {
  if (library === 'typeorm' && !/id$/i.test(column))
    return `whether \`${column}\` is a column or a relation is not told here`;
  if (library !== 'mongoose') return undefined;
  // `find({ members: id })` holds for each document whose list has the id.
  if (/s$/.test(column) && !/(?:ss|us|is)$/.test(column)) return `a document may hold several \`${column}\``;
  const text = key.getText();
  const isId = /id!?$/i.test(text) || ts.isCallExpression(skipWrappers(key));
  return isId ? undefined : `whether \`${text}\` is an id or a document is not told here`;
}

/** `Owners.shared()`: a name that is asked for more than models have is a class of the project, whose `findById` is its own. */
function asksOwnMethod(head: ts.Expression, library: string, file: FileContext): boolean {
  const known = library === 'mongoose' || library === 'sequelize' ? methodsOf[library] : undefined;
  const uses = ts.isIdentifier(head) ? (file.bindingOf(head)?.references ?? []) : [];
  return uses.some((use) => {
    const call = findCallOn(use);
    return call !== undefined && known !== undefined && !known.test(calleeName(call));
  });
}

/** Steps behind the first that do for many rows what they do for one. */
function isPlainStep(name: string, library: string, twin: Twin): boolean {
  return library === 'mongoose' && (/^(?:lean|exec|populate|select)$/.test(name) || (name === 'sort' && !!twin.isList));
}
