import type { FileContext } from '../../model/file-context.ts';
import { onlyValueOf } from '../names/initializer.ts';
import { findMemberPath, findMethodCall, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** A new array or object with all that was there before and a little more. */
export interface Copy {
  node: ts.Expression;
  kind: 'array' | 'object' | 'concat' | 'assign';
  /** What is added; spreads included. */
  added: readonly (ts.Expression | ts.ObjectLiteralElementLike)[];
  /** The old content comes first. */
  isAppending: boolean;
  /** What is added may be fields of one record. */
  isMerge: boolean;
  /** What stood there before, where it is copied. */
  old: ts.Expression;
}

/** `all`, `page.rows`, `groups[key].items`: a place by what is written, as long as nothing in it is called. */
export function placeName(place: ts.Expression): string | undefined {
  const path = findMemberPath(place);
  if (path) return path.join('.');
  const value = skipWrappers(place);
  if (ts.isPropertyAccessExpression(value)) {
    const holder = placeName(value.expression);
    return holder === undefined ? undefined : `${holder}.${value.name.text}`;
  }
  if (!ts.isElementAccessExpression(value)) return undefined;
  const holder = placeName(value.expression);
  const key = placeName(value.argumentExpression);
  return holder === undefined || key === undefined ? undefined : `${holder}[${key}]`;
}

/** `groups.get(key)` by what is written, as {@link placeName}. */
function entryName(value: ts.Expression): string | undefined {
  const target = findMethodCall(skipWrappers(value));
  const [key] = target?.call.arguments ?? [];
  if (target?.method !== 'get' || !key || target.call.arguments.length > 1) return undefined;
  const holder = placeName(target.receiver);
  const name = placeName(key);
  return holder === undefined || name === undefined ? undefined : `${holder}[${name}]`;
}

/** `x` of `x ?? []` and `x || {}`. */
function skipDefault(expression: ts.Expression): ts.Expression {
  const value = skipWrappers(expression);
  return ts.isBinaryExpression(value) && isDefault(value.operatorToken.kind) ? skipWrappers(value.left) : value;
}

function isDefault(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken;
}

/** Whether an expression begins as an empty list where there is none: `groups[key] ?? []`. */
export function hasEmptyList(expression: ts.Expression, file: FileContext): boolean {
  const value = onlyValueOf(expression, file) ?? skipWrappers(expression);
  if (!ts.isBinaryExpression(value) || !isDefault(value.operatorToken.kind)) return false;
  const empty = skipWrappers(value.right);
  return ts.isArrayLiteralExpression(empty) && empty.elements.length === 0;
}

/** A place that is written anew with what stood there and a little more: `all = …`, `groups[key] = …`, `groups.set(key, …)`. */
export function findRewrite(
  node: ts.BinaryExpression | ts.CallExpression,
): { name: string; target: ts.Expression; value: ts.Expression } | undefined {
  if (ts.isBinaryExpression(node)) {
    const target = skipWrappers(node.left);
    const name = node.operatorToken.kind === ts.SyntaxKind.EqualsToken ? placeName(target) : undefined;
    return name === undefined ? undefined : { name, target, value: node.right };
  }
  const call = findMethodCall(node);
  const [key, value] = node.arguments;
  if (call?.method !== 'set' || !key || !value || node.arguments.length > 2) return undefined;
  const holder = placeName(call.receiver);
  const name = placeName(key);
  return holder === undefined || name === undefined
    ? undefined
    : { name: `${holder}[${name}]`, target: call.receiver, value };
}

/** What is copied of a place that is called `name` to make an expression of it; undefined where nothing is. */
export function copyOf(expression: ts.Expression, name: string, file: FileContext): Copy | undefined {
  const node = skipWrappers(expression);
  const isOld = (e: ts.Expression): boolean => {
    const value = skipDefault(e);
    const given = onlyValueOf(value, file);
    return [value, ...(given ? [skipDefault(given)] : [])].some((one) => (placeName(one) ?? entryName(one)) === name);
  };
  if (ts.isArrayLiteralExpression(node)) {
    const at = node.elements.findIndex((e) => ts.isSpreadElement(e) && isOld(e.expression));
    if (at < 0 || node.elements.length < 2) return undefined;
    return {
      node,
      kind: 'array',
      added: node.elements.filter((_, i) => i !== at),
      isAppending: at === 0,
      isMerge: false,
      old: (node.elements[at] as ts.SpreadElement).expression,
    };
  }
  if (ts.isObjectLiteralExpression(node)) {
    const at = node.properties.findIndex((p) => ts.isSpreadAssignment(p) && isOld(p.expression));
    if (at < 0 || node.properties.length < 2) return undefined;
    // Named properties are fields of one record, not entries.
    const isEntry = node.properties.some((p) =>
      ts.isSpreadAssignment(p) ? !isOld(p.expression) : !!p.name && ts.isComputedPropertyName(p.name),
    );
    if (!isEntry) return undefined;
    return {
      node,
      kind: 'object',
      added: node.properties.filter((_, i) => i !== at),
      isAppending: at === 0,
      isMerge: !node.properties.some((p) => !!p.name && ts.isComputedPropertyName(p.name)),
      old: (node.properties[at] as ts.SpreadAssignment).expression,
    };
  }
  const target = findMethodCall(node);
  if (target?.method === 'concat' && isOld(target.receiver)) {
    const { receiver, call } = target;
    return { node, kind: 'concat', added: call.arguments, isAppending: true, isMerge: false, old: receiver };
  }
  const isAssign = target?.method === 'assign' && ts.isIdentifier(target.receiver) && target.receiver.text === 'Object';
  const [first, second] = target?.call.arguments ?? [];
  if (
    isAssign &&
    first &&
    second &&
    ts.isObjectLiteralExpression(first) &&
    first.properties.length === 0 &&
    isOld(second)
  ) {
    return {
      node,
      kind: 'assign',
      added: target.call.arguments.slice(2),
      isAppending: true,
      isMerge: !/\{\s*\[/.test(node.getText()),
      old: second,
    };
  }
  return undefined;
}
