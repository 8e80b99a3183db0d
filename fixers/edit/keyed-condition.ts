import { findProperty, findPropertyName, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import type { Library, Twin } from './many-key-methods.ts';
import { partFor } from './rewrite-part.ts';
import { listRoundNames } from './round-names.ts';
import type { Round } from './rows-at-once.ts';

/** A column of a condition, the key that it is compared to, and how the condition is written for many. */
interface Condition {
  column: string;
  key: ts.Expression;
  /** Whether nothing else is asked for. */
  isAlone: boolean;
  part(keys: string): TextEdit;
}

/** What of a query holds for one key, and could not for many: pages, groups. */
const ofOneKey = /^(?:take|skip|cursor|distinct|limit|offset|group|having)$/;

/** The condition that names the element, or why there is not one. */
export function findCondition(call: ts.CallExpression, twin: Twin, library: Library, round: Round): Condition | string {
  const [first, second] = call.arguments;
  if (!first) return 'it asks for nothing';
  const argument = skipWrappers(first);
  if (twin.where === 'primary key') return ofPrimaryKey(argument, second, twin, library, round);
  const where = twin.where === 'argument' ? argument : findProperty(argument, 'where');
  if (!where || !ts.isObjectLiteralExpression(where)) return 'its condition is not written out';
  const limit = twin.where === 'option' ? findOption(argument, ofOneKey) : undefined;
  if (limit !== undefined) return `\`${limit}\` holds for each key, and not for all of them`;
  const [property, ...others] = where.properties.filter((p) => listRoundNames(p, round.loop, round.file).length > 0);
  if (!property || others.length > 0) return 'it asks for more than one column';
  return ofProperty(property, where, library, round.file);
}

function findOption(options: ts.Expression, names: RegExp): string | undefined {
  if (!ts.isObjectLiteralExpression(options)) return undefined;
  return options.properties.map((p) => findPropertyName(p.name) ?? '').find((name) => names.test(name));
}

function ofProperty(
  property: ts.ObjectLiteralElementLike,
  where: ts.ObjectLiteralExpression,
  library: Library,
  file: FileContext,
): Condition | string {
  const column = findPropertyName(property.name);
  const isShort = ts.isShorthandPropertyAssignment(property);
  const key = isShort ? property.name : ts.isPropertyAssignment(property) ? property.initializer : undefined;
  if (column === undefined || !key || ts.isObjectLiteralExpression(skipWrappers(key)))
    return 'its condition is not one value';
  const written = isShort ? `${column}: ` : '';
  return {
    column,
    key,
    isAlone: where.properties.length === 1,
    part: (keys) => partFor(key, `${written}${library.among(keys)}`, file),
  };
}

/** `findByPk(id)` and `findById(id)`. */
function ofPrimaryKey(
  key: ts.Expression,
  options: ts.Expression | undefined,
  twin: Twin,
  { among, primaryKey }: Library,
  { file }: Round,
): Condition | string {
  const write = (keys: string): string => `{ ${primaryKey}: ${among(keys)} }`;
  const condition = { column: primaryKey, key, isAlone: true };
  if (twin.all === 'find') return { ...condition, part: (keys) => partFor(key, write(keys), file) };
  if (!options) return { ...condition, part: (keys) => partFor(key, `{ where: ${write(keys)} }`, file) };
  const [first] = ts.isObjectLiteralExpression(options) ? options.properties : [];
  if (!first) return 'its options are not written out';
  const start = key.getStart(file.source);
  const end = first.getStart(file.source);
  return { ...condition, part: (keys) => ({ start, end, text: `{ where: ${write(keys)}, ` }) };
}
