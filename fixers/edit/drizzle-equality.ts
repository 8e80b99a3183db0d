import { findImport } from '../../src/ast/names/provenance.ts';
import { findMemberPath, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext, ImportOrigin } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { isTypeScriptFile } from './keep-value.ts';
import { partFor } from './rewrite-part.ts';
import { listRoundNames } from './round-names.ts';
import type { KeyedQuery, Round } from './rows-at-once.ts';

/** `eq(column, key)`, and what it takes to ask for many keys. */
export interface Equality {
  call: ts.CallExpression;
  column: ts.Expression;
  key: ts.Expression;
  imports: KeyedQuery['imports'];
}

/** The `eq(column, key)` of a condition that names the element, alone or within `and(…)`. */
export function findEquality(where: ts.Expression, round: Round): Equality | string {
  const { loop, file } = round;
  const call = skipWrappers(where);
  if (!ts.isCallExpression(call) || !ts.isIdentifier(call.expression)) return 'its condition is not one value';
  const operator = importOf(call.expression, file);
  if (operator?.name === 'and') {
    const [only, ...others] = call.arguments.filter((part) => listRoundNames(part, loop, file).length > 0);
    return only && others.length === 0 ? findEquality(only, round) : 'it asks for more than one column';
  }
  if (operator?.name !== 'eq') return 'its condition is not one value';
  // What a module of the project hands on is looked up by the compiler alone.
  if (operator.module !== 'drizzle-orm' && !isTypeScriptFile(file))
    return 'where `inArray` comes from is not known here';
  const [column, key] = call.arguments;
  const path = column && findMemberPath(column);
  if (!path || path.length < 2 || !key || listRoundNames(column, loop, file).length > 0)
    return 'its condition is not one value';
  return { call, column, key, imports: [{ module: operator.module, name: 'inArray' }] };
}

function importOf(name: ts.Identifier, file: FileContext): ImportOrigin | undefined {
  const binding = file.bindingOf(name);
  return binding && findImport(binding);
}

/** The condition for many keys in its place. */
export function writeInArray({ call, column }: Equality, keys: string, file: FileContext): TextEdit {
  return partFor(call, `inArray(${column.getText(file.source)}, ${keys})`, file);
}
