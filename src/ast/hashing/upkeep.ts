import {
  findMemberName,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isPart } from './effects.ts';
import { findPartCall, findReplacement, listIdentifiers, type Part } from './parts.ts';

export interface RingReset {
  part: Part;
  access: ts.Expression;
  whole: ts.Expression;
}

/** What begins without points: `[]`, `new Map()`, `{}`. */
export function isMadeEmpty({ declaration, accesses }: Part): boolean {
  const initial = declaration && 'initializer' in declaration ? declaration.initializer : undefined;
  const values = initial ? [initial] : accesses.flatMap((access) => findReplacement(access)?.right ?? []).slice(0, 1);
  return values.some((value) =>
    /^(?:\[\s*\]|new (?:Map|Array)\b(?:<.*>)?(?:\(\s*\))?|\{\s*\}|Object\.create\(null\))$/s.test(
      skipWrappers(value).getText(),
    ),
  );
}

/** `points = []`, `points.length = 0`, `map.clear()`, as statements. */
export function findReset(access: ts.Expression): ts.Expression | undefined {
  const outer = getOutermostWrapped(access);
  const called = findPartCall(access);
  if (called)
    return called.method === 'clear' && ts.isExpressionStatement(called.call.parent) ? called.call : undefined;
  const isLength = findMemberName(outer.parent) === 'length';
  const write = findReplacement(isLength ? (outer.parent as ts.Expression) : access);
  if (!write || !ts.isExpressionStatement(write.parent)) return undefined;
  return (isLength ? write.right.getText() === '0' : isEmpty(write.right)) ? write : undefined;
}

function isEmpty(value: ts.Expression): boolean {
  return /^(?:\[\s*\]|new (?:Map|Array)(?:<[^()]*>)?(?:\(\s*\))?|\{\s*\}|Object\.create\(null\))$/.test(
    skipWrappers(value).getText(),
  );
}

/** `points.length === 0`, `!points.length`: only whether there are any. */
export function isEmptyTest(access: ts.Expression): boolean {
  const outer = getOutermostWrapped(access);
  const size = outer.parent;
  if (!/^(?:length|size)$/.test(findMemberName(size) ?? '')) return false;
  const use = getOutermostWrapped(size);
  const { parent } = use;
  if (ts.isPrefixUnaryExpression(parent)) return parent.operator === ts.SyntaxKind.ExclamationToken;
  if (ts.isIfStatement(parent)) return parent.expression === use;
  if (ts.isConditionalExpression(parent)) return parent.condition === use;
  if (!ts.isBinaryExpression(parent)) return false;
  const other = (parent.left === use ? parent.right : parent.left).getText();
  const operator = parent.operatorToken.getText();
  if (other === '0') return /^(?:===?|!==?|>|<=)$/.test(operator) && parent.left === use;
  return other === '1' && parent.left === use && (operator === '<' || operator === '>=');
}

/** The innermost statement around a node. */
function findStatement(node: ts.Node): ts.Statement | undefined {
  let at: ts.Node = node;
  while (at.parent && !ts.isStatement(at)) at = at.parent;
  return ts.isStatement(at) ? at : undefined;
}

const builtins = new Set([
  'Array',
  'Object',
  'Number',
  'Math',
  'from',
  'keys',
  'map',
  'sort',
  'toSorted',
  'parseInt',
  'undefined',
]);

/** A statement that does nothing but keep the points in order, or the positions like the map. */
export function isOrdering(access: ts.Expression, state: readonly Part[]): ts.Statement | undefined {
  const call = findPartCall(access);
  if (call?.method === 'sort') {
    const { parent } = getOutermostWrapped(call.call);
    return ts.isExpressionStatement(parent) ? parent : undefined;
  }
  const statement = findStatement(access);
  const write = statement && ts.isExpressionStatement(statement) ? skipWrappers(statement.expression) : undefined;
  if (!write || !isAssignment(write) || !isPart(write.left, state)) return undefined;
  const right = write.right.getText();
  if (!/\bsort\(|\btoSorted\(|\bkeys\(|\bhas\(/.test(right)) return undefined;
  const isKnown = (name: ts.Identifier): boolean => {
    const { parent } = name;
    if (ts.isPropertyAccessExpression(parent) && parent.name === name) return true;
    if (builtins.has(name.text) || ts.isParameter(parent)) return true;
    if (isPart(name, state)) return true;
    for (let up: ts.Node = name; up !== write; up = up.parent) {
      if (
        isFunctionNode(up) &&
        up.parameters.some((p) => listIdentifiers(p.name).some(({ text }) => text === name.text))
      )
        return true;
    }
    return false;
  };
  const mentions = state.some(({ accesses }) => accesses.some((one) => isWithin(one, write.right)));
  return mentions && listIdentifiers(write.right).every(isKnown) ? statement : undefined;
}
