import { type CalledQuery, listChain } from '../../src/ast/io/queries.ts';
import { findMethodCall, findPropertyName, findStringValue } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { type ChainStep, listChainSteps } from './chain-steps.ts';
import { rewriteParts } from './rewrite-part.ts';
import { listRoundNames } from './round-names.ts';
import type { KeyedQuery, Round } from './rows-at-once.ts';
import { leavesOut } from './select-column.ts';
import { stringLiteral } from './string-literal.ts';

const knexSteps = /^(?:select|columns|from|table|where|andWhere|orderBy|first)$/;

/** As `findKeyedQuery`, of knex: `db('lines').where({ order_id: order.id })`, `.where('order_id', order.id)`. */
export function findKnexQuery({ call }: CalledQuery, round: Round): KeyedQuery | string {
  const { loop, file } = round;
  const steps = listChainSteps(call);
  const other = steps.find(({ method }) => !knexSteps.test(method));
  if (other) return `what \`${other.method}\` does for each is not known here`;
  const [where, ...others] = steps.filter((step) =>
    step.call.arguments.some((a) => listRoundNames(a, loop, file).length > 0),
  );
  if (!where || others.length > 0 || !/[wW]here$/.test(where.method)) return 'it asks for more than one column';
  const condition = findKnexCondition(where, round);
  if (typeof condition === 'string') return condition;
  const { column, key } = condition;
  const first = steps.find(({ method }) => method === 'first');
  if (first && (column !== 'id' || first.call.arguments.length > 0))
    return `several rows may have the same \`${column}\``;
  if (!/^[A-Za-z_]\w*$/.test(column)) return `the rows have no plain name for \`${column}\``;
  if (!steps.every((step) => holdsColumn(step, column))) return leavesOut(column);
  const withoutFirst = first
    ? [{ start: findMethodCall(first.call)!.receiver.end, end: first.call.end, text: '' }]
    : [];
  const { head } = listChain(call);
  return {
    of: ts.isCallExpression(head) ? head.arguments[0] : undefined,
    column,
    key,
    isList: !first,
    none: first ? '' : ' ?? []',
    all: (keys) => rewriteParts(call, [...withoutFirst, condition.part(keys)], file),
    isByText: true,
  };
}

function findKnexCondition(
  { call }: ChainStep,
  { loop, file }: Round,
): { column: string; key: ts.Expression; part(keys: string): TextEdit } | string {
  const [first, second, third] = call.arguments;
  const start = (findMethodCall(call)!.call.expression as ts.PropertyAccessExpression).name.getStart(file.source);
  const write = (column: string, keys: string): string => `whereIn(${stringLiteral(column, file)}, ${keys})`;
  const named = findStringValue(first);
  const key = third && findStringValue(second) === '=' ? third : third ? undefined : second;
  if (named !== undefined && key)
    return { column: named, key, part: (keys) => ({ start, end: call.end, text: write(named, keys) }) };
  if (!first || !ts.isObjectLiteralExpression(first)) return 'its condition is not written out';
  if (/\/[/*]/.test(first.getText(file.source))) return 'a comment stands in its condition';
  const [property, ...more] = first.properties.filter((p) => listRoundNames(p, loop, file).length > 0);
  const column = findPropertyName(property?.name);
  const value = property && ts.isPropertyAssignment(property) ? property.initializer : property?.name;
  if (!property || more.length > 0 || column === undefined || !value || !ts.isExpression(value))
    return 'it asks for more than one column';
  const rest = first.properties.filter((p) => p !== property).map((p) => p.getText(file.source));
  const beside = rest.length > 0 ? `.where({ ${rest.join(', ')} })` : '';
  return { column, key: value, part: (keys) => ({ start, end: call.end, text: `${write(column, keys)}${beside}` }) };
}

/** Whether a step that names columns names this one, or all. */
function holdsColumn({ method, call }: ChainStep, column: string): boolean {
  if (!/^(?:select|columns)$/.test(method) || call.arguments.length === 0) return true;
  const names = call.arguments.map((argument) => findStringValue(argument));
  return names.every((name) => name !== undefined) && names.some((name) => name === column || name === '*');
}
