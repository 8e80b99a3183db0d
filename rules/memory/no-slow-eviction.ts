import { findNumber } from '../../src/ast/names/number-value.ts';
import { findEnclosingFunction, findMethodCall, rootOf, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { hasLargeInstances } from '../../src/ast/where/small-instances.ts';
import { hasTooling } from '../../src/ast/where/tooling.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export interface SlowEviction {
  /** The map or set. */
  receiver: ts.Expression;
  remove: ts.Node;
}

/** Below it the walk over holes is not measurable. */
const small = 5_000;
/** From here on an eviction costs more than what an entry is mostly made by. */
const large = 100_000;
/** So many different keys hardly ever come to one process between two of its starts. */
const vast = 1_000_000;

export const rule = defineRule<SlowEviction>({
  id: 'no-slow-eviction',
  category: 'memory',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 30,
  message:
    '`{map}` finds its oldest entry with `{walk}` on every eviction: the larger the cache, the slower every insertion once it is full.',
  why: 'V8 walks over the holes that earlier deletions left to find the first entry: at 100,000 entries an eviction is some 50 times slower than at 1,000.',
  advice:
    'Use a cache that links its entries, such as BoundedCache or lru-cache, or drop half of the entries at once in two generations.',
  limits: [
    'Maps whose limit is a constant of 5,000 and less are left alone, and classes of which every instance is made with 1,000 or less. A limit below 100,000 costs microseconds, one of a million and more is hardly ever reached, and one that comes from elsewhere may be small: `possible`.',
  ],
  mentions: ['next()&delete'],
  visit: {
    CallExpression(call, file) {
      const callee = call.expression;
      if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== 'next' || call.arguments.length > 0)
        return undefined;
      if (hasTooling(file)) return undefined;
      return judge(call, callee.expression, file);
    },
  },
});

/** `map.keys().next()` and then `map.delete(…)` of what it gave, in one function. */
function judge(next: ts.CallExpression, iterator: ts.Expression, file: FileContext): Match<SlowEviction> | undefined {
  const target = findMethodCall(skipWrappers(iterator));
  if (!target || !/^(?:keys|values|entries)$/.test(target.method) || target.call.arguments.length > 0) return undefined;
  const fn = findEnclosingFunction(next);
  if (!fn?.body) return undefined;
  const receiver = target.receiver.getText(file.source);
  const remove = file.nodes('CallExpression').find((call) => {
    if (call.pos < fn.pos || call.end > fn.end) return false;
    const removal = findMethodCall(call);
    if (removal?.method !== 'delete' || removal.receiver.getText(file.source) !== receiver) return false;
    return call.arguments[0] !== undefined && comesFrom(call.arguments[0], next, file, 0);
  });
  if (!remove) return undefined;
  const limit = limitIn(fn.body, receiver, file);
  if ((limit !== undefined && limit <= small) || isSwept(fn.body, next, receiver, file)) return undefined;
  const isLarge = limit === undefined ? hasLargeInstances(target.receiver, file) : undefined;
  return {
    at: remove,
    ...((limit === undefined || limit < large || limit >= vast) && { confidence: 'possible' as const }),
    ...(isLarge && { when: isLarge }),
    values: { map: receiver, walk: `${target.method}().next()` },
    data: { receiver: target.receiver, remove },
  };
}

/** A walk over all entries above, which removes those that are over: it costs more than to find the oldest. */
function isSwept(body: ts.Node, next: ts.Node, receiver: string, file: FileContext): boolean {
  return file.nodesOfKind(ts.SyntaxKind.ForOfStatement).some((node) => {
    if (node.pos < body.pos || node.end > next.pos) return false;
    const { expression, statement } = node as ts.ForOfStatement;
    const over = expression.getText(file.source);
    const inner = statement.getText(file.source);
    const isWhole = over === receiver || over.startsWith(`${receiver}.`) || over.includes(`(${receiver}`);
    return isWhole && inner.includes(`${receiver}.delete(`) && !/\b(?:break|return)\b/.test(inner);
  });
}

function comesFrom(value: ts.Expression, next: ts.CallExpression, file: FileContext, depth: number): boolean {
  if (next.pos >= value.pos && next.end <= value.end) return true;
  if (depth > 3) return false;
  const root = rootOf(value);
  const declaration = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  if (!declaration) return false;
  const holder = ts.isBindingElement(declaration) ? declaration.parent.parent : declaration;
  return (
    ts.isVariableDeclaration(holder) &&
    holder.initializer !== undefined &&
    comesFrom(holder.initializer, next, file, depth + 1)
  );
}

/** The number that the size is compared with. */
function limitIn(body: ts.Node, receiver: string, file: FileContext): number | undefined {
  for (const node of file.nodes('BinaryExpression')) {
    if (node.pos < body.pos || node.end > body.end) continue;
    const left = node.left.getText(file.source).replace(/\s/g, '');
    const right = node.right.getText(file.source).replace(/\s/g, '');
    if (left === `${receiver}.size`) return findNumber(node.right, file);
    if (right === `${receiver}.size`) return findNumber(node.left, file);
  }
  return undefined;
}
