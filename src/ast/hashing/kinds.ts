import type { Binding, FileContext } from '../../model/file-context.ts';
import { findMemberName, findMethodCall, isAssignment, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isPart } from './effects.ts';
import type { Part } from './parts.ts';

/** What an expression of a look-up stands for. */
export type RingKind = 'point' | 'position' | 'node' | 'nothing';

export interface RingTerms {
  table: Part;
  keys: Part | undefined;
  /** The member of a point that holds its node; undefined for a map. */
  read: string | undefined;
  state: readonly Part[];
}

/** Tells points, their positions and their nodes apart; undefined for all else. */
export function kindOf(
  expression: ts.Expression,
  terms: RingTerms,
  file: FileContext,
  depth = 0,
): RingKind | undefined {
  if (depth > 12) return undefined;
  const value = skipWrappers(expression);
  const next = (other: ts.Expression): RingKind | undefined => kindOf(other, terms, file, depth + 1);
  if (isNothing(value)) return 'nothing';
  if (ts.isIdentifier(value)) {
    const binding = file.bindingOf(value);
    return binding && kindOfLocal(binding, terms, next);
  }
  if (ts.isConditionalExpression(value)) return join(next(value.whenTrue), next(value.whenFalse));
  if (ts.isBinaryExpression(value)) {
    const operator = value.operatorToken.getText();
    if (operator === '&&') return next(value.right);
    return operator === '??' || operator === '||' ? join(next(value.left), next(value.right)) : undefined;
  }
  const list = listKind(terms);
  const call = findMethodCall(value);
  if (call) {
    if (call.method === 'get' && isPart(call.receiver, [terms.table]) && terms.keys) return 'node';
    return /^(?:find|at)$/.test(call.method) && isPart(call.receiver, [terms.keys ?? terms.table]) ? list : undefined;
  }
  const name = memberOf(value);
  if (ts.isElementAccessExpression(value)) {
    if (isPart(value.expression, [terms.keys ?? terms.table])) return list;
    if (terms.keys && isPart(value.expression, [terms.table])) return 'node';
  }
  if (name === undefined || name !== terms.read) return undefined;
  return next((value as ts.PropertyAccessExpression).expression) === 'point' ? 'node' : undefined;
}

function listKind({ keys }: RingTerms): RingKind {
  return keys ? 'position' : 'point';
}

/** `node` of `point.node`, `1` of `pair[1]`. */
export function memberOf(value: ts.Node): string | undefined {
  const name = findMemberName(value);
  if (name !== undefined || !ts.isElementAccessExpression(value)) return name;
  return ts.isNumericLiteral(value.argumentExpression) ? value.argumentExpression.text : undefined;
}

export function isNothing(value: ts.Expression): boolean {
  return (
    value.kind === ts.SyntaxKind.NullKeyword ||
    (ts.isIdentifier(value) && value.text === 'undefined') ||
    ts.isVoidExpression(value)
  );
}

function join(a: RingKind | undefined, b: RingKind | undefined): RingKind | undefined {
  if (a === 'nothing') return b;
  return b === 'nothing' || a === b ? a : undefined;
}

/** Of a variable what all values that it is given are. */
function kindOfLocal(
  { declaration, writes }: Binding,
  terms: RingTerms,
  next: (value: ts.Expression) => RingKind | undefined,
): RingKind | undefined {
  if (!ts.isVariableDeclaration(declaration)) return undefined;
  const loop = declaration.parent.parent;
  if (ts.isForOfStatement(loop))
    return isPart(loop.expression, [terms.keys ?? terms.table]) ? listKind(terms) : undefined;
  const values = writes.map(({ parent }) => (isAssignment(parent) ? parent.right : undefined));
  const all = declaration.initializer ? [declaration.initializer, ...values] : values;
  const kinds = all.map((value) => value && next(value));
  return kinds.length > 0 ? kinds.reduce(join) : undefined;
}
