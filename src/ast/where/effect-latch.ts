import type { Binding, FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  getOutermostWrapped,
  isAssignment,
  isWithin,
  rootOf,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction, listConditionsOn } from './conditions.ts';

/** How sure it is that an effect closes the guard behind which it starts something. */
export type EffectLatch =
  /** It sets the very state or ref that the guard asks. */
  | 'sets'
  /** It calls what may set it: a function of the same hook, object or owner, or a `dispatch`. */
  | 'may-set';

/** Values that the names in a guard are computed from are followed this far. */
const maxHops = 2;

/** The list that says when an effect runs again; undefined where it runs with every render. */
export function findDependencies(effect: FunctionNode): ts.ArrayLiteralExpression | undefined {
  const hook = getOutermostWrapped(effect).parent;
  const list = ts.isCallExpression(hook) ? hook.arguments[1] : undefined;
  return list && ts.isArrayLiteralExpression(list) ? list : undefined;
}

/**
 * Whether an effect starts something behind a guard that it sets itself: `if (!shown) { setShown(true); setTimeout(…) }`.
 * It starts once; the next run does not start it again, so a clean-up between runs would end it for good.
 */
export function findEffectLatch(started: ts.Node, effect: FunctionNode, file: FileContext): EffectLatch | undefined {
  const fn = findEnclosingFunction(started);
  const conditions = new Set([
    ...listConditionsOn(started, effect, file),
    ...(fn && fn !== effect ? listConditionsOn(started, fn, file) : []),
  ]);
  if (conditions.size === 0) return undefined;
  const asked = listAsked([...conditions], effect, file);
  const runsOnce = findDependencies(effect)?.elements.length === 0;
  const isBeside = (node: ts.Node): boolean =>
    isWithin(node, effect) && !isWithin(node, started) && !isApart(node, started, effect);
  // A ref keeps what an earlier run has set, also where React runs each effect twice to try it.
  const isSet = file.nodes('BinaryExpression').some((node) => {
    const path = isAssignment(node) && isBeside(node) ? findMemberPath(node.left) : undefined;
    return path !== undefined && asked.names.has(path[0]!) && isOutside(node.left, effect, file);
  });
  if (isSet) return 'sets';
  if (runsOnce) return undefined;
  const answers = file
    .nodes('CallExpression')
    .flatMap((call) => (isBeside(call) ? [judgeCall(call, asked, effect, file)] : []));
  return answers.find((answer) => answer === 'sets') ?? answers.find((answer) => answer !== undefined);
}

interface Asked {
  names: ReadonlySet<string>;
  bindings: ReadonlySet<Binding>;
}

/** What a guard asks, and what that is computed from. */
function listAsked(conditions: readonly ts.Expression[], effect: FunctionNode, file: FileContext): Asked {
  const names = new Set<string>();
  const bindings = new Set<Binding>();
  const visit = (node: ts.Node, hops: number): void => {
    if (ts.isIdentifier(node)) {
      names.add(node.text);
      const binding = file.bindingOf(node);
      if (!binding || bindings.has(binding)) return;
      bindings.add(binding);
      const { declaration } = binding;
      const value = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
      if (value && hops < maxHops && !isWithin(effect, value)) visit(value, hops + 1);
      return;
    }
    ts.forEachChild(node, (child) => visit(child, hops));
  };
  for (const condition of conditions) visit(condition, 0);
  return { names, bindings };
}

function judgeCall(
  call: ts.CallExpression,
  asked: Asked,
  effect: FunctionNode,
  file: FileContext,
): EffectLatch | undefined {
  const path = findMemberPath(skipWrappers(call.expression));
  const name = path?.at(-1);
  if (!path || name === undefined) return undefined;
  const state = /^set([A-Z].*)$/.exec(name)?.[1];
  if (state && (asked.names.has(state[0]!.toLowerCase() + state.slice(1)) || asked.names.has(`is${state}`)))
    return 'sets';
  const callee = skipWrappers(call.expression);
  if (!ts.isIdentifier(callee)) {
    // `store.markShown()` behind `if (!store.shown)`.
    return path[0] !== 'this' && asked.names.has(path[0]!) && isStatement(call) ? 'may-set' : undefined;
  }
  const binding = file.bindingOf(callee);
  if (!binding || isWithin(binding.identifier, effect)) return undefined;
  const holder = findPattern(binding.declaration);
  const isOfOne = holder !== undefined && [...asked.bindings].some((b) => findPattern(b.declaration) === holder);
  if (isOfOne) return ts.isArrayBindingPattern(holder) ? 'sets' : 'may-set';
  return /dispatch$/i.test(name) ? 'may-set' : undefined;
}

/** What is thrown away has been called for what it does. */
function isStatement(call: ts.CallExpression): boolean {
  const { parent } = getOutermostWrapped(call);
  return ts.isExpressionStatement(parent) || ts.isVoidExpression(parent) || ts.isAwaitExpression(parent);
}

/** The pattern that takes a name out of what a hook gives, or out of the properties. */
function findPattern(declaration: ts.Node): ts.BindingPattern | undefined {
  return ts.isBindingElement(declaration) ? declaration.parent : undefined;
}

function isOutside(left: ts.Expression, effect: FunctionNode, file: FileContext): boolean {
  const root = rootOf(left);
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  return !binding || !isWithin(binding.identifier, effect);
}

/** Whether no run of an effect comes by both: they stand in different branches, or one leaves before the other. */
function isApart(node: ts.Node, other: ts.Node, effect: FunctionNode): boolean {
  for (let at = node; at !== effect && at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isIfStatement(parent) && at !== parent.expression && !isWithin(other, at)) {
      if (isWithin(other, parent) || leavesFunction(at as ts.Statement)) return true;
    }
    if (ts.isConditionalExpression(parent) && at !== parent.condition && isWithin(other, parent))
      return !isWithin(other, at);
    if (ts.isCaseClause(parent) && isWithin(other, parent.parent) && !isWithin(other, parent)) return true;
  }
  return false;
}
