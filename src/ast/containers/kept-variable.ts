import type { FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  isAssignment,
  isAsync,
  isWithin,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

/** A cache of one value: `if (cached) return cached; cached = await load();`. */
export interface KeptVariable {
  fn: FunctionNode;
  /** Where it is asked whether there is a value. */
  get: ts.Expression;
  set: ts.BinaryExpression;
  load: ts.AwaitExpression;
  /** A variable of the module: one for all who ask. */
  isOfModule: boolean;
  /** By its name; else it is asked whether its time is up. */
  isCalledCache: boolean;
}

const asksForTime = /Date\.now\(\)|new Date\(\)|expir|\bnow\b|\bstale\b/i;

/** Judges `cached = value`, where an async function gives back what it finds in the variable or field, and else loads. */
export function findKeptVariable(set: ts.BinaryExpression, file: FileContext): KeptVariable | undefined {
  const fn = findEnclosingFunction(set);
  if (!isAssignment(set) || !fn?.body || !isAsync(fn) || isNothing(set.right)) return undefined;
  const left = skipWrappers(set.left);
  const path = findMemberPath(left);
  const name = path?.at(-1);
  if (!path || name === undefined) return undefined;
  const isCalledCache = /cache|memo(?!ry)/i.test(name);
  const binding = ts.isIdentifier(left) ? file.bindingOf(left) : undefined;
  const isOfModule = binding !== undefined && binding.scope === file.moduleScope;
  if (!isOfModule && !(path[0] === 'this' && path.length === 2)) return undefined;
  if (!isCalledCache && !file.memo(asksForTimeIn, file.source)) return undefined;
  const get = (isCalledCache ? findAsked(left, set, fn, file) : undefined) ?? findExpiry(left, set, fn, file);
  const load = get && findLoadBetween(get, set, fn, file);
  return get && load ? { fn, get, set, load, isOfModule, isCalledCache } : undefined;
}

function asksForTimeIn({ text }: ts.SourceFile): boolean {
  return asksForTime.test(text);
}

/** `if (!token || token.expiresAt < Date.now()) token = await load();`: it is kept until its time is up. */
function findExpiry(
  kept: ts.Expression,
  set: ts.BinaryExpression,
  fn: FunctionNode,
  file: FileContext,
): ts.Expression | undefined {
  const text = kept.getText(file.source);
  for (let at: ts.Node = set; at.parent && at !== fn; at = at.parent) {
    const { parent } = at;
    if (!ts.isIfStatement(parent) || parent.thenStatement !== at) continue;
    const asked = parent.expression.getText(file.source);
    if (asked.includes(text) && asksForTime.test(asked)) return parent.expression;
  }
  return undefined;
}

/** `null`, `false`, `undefined`, `{}`: the variable is emptied. */
function isNothing(right: ts.Expression): boolean {
  const value = skipWrappers(right);
  return (
    value.kind === ts.SyntaxKind.NullKeyword ||
    value.kind === ts.SyntaxKind.FalseKeyword ||
    (ts.isIdentifier(value) && value.text === 'undefined') ||
    (ts.isObjectLiteralExpression(value) && value.properties.length === 0)
  );
}

/** The condition ahead of the assignment that asks for the value, or for a local name of it, and gives it back. */
function findAsked(
  kept: ts.Expression,
  set: ts.BinaryExpression,
  fn: FunctionNode,
  file: FileContext,
): ts.Expression | undefined {
  const text = kept.getText(file.source);
  const aliases = listNodesWithin('VariableDeclaration', fn, file).flatMap(({ name, initializer }) =>
    ts.isIdentifier(name) && initializer?.getText(file.source) === text ? [name.text] : [],
  );
  const pattern = new RegExp(
    `(?<![\\w$.])(?:${[text, ...aliases].map((one) => one.replace(/[.$]/g, '\\$&')).join('|')})(?![\\w$])`,
  );
  const asked = file.nodesOfKind(ts.SyntaxKind.IfStatement) as readonly ts.IfStatement[];
  return asked.find(
    ({ expression, thenStatement, pos, end }) =>
      pos > fn.pos &&
      end < set.pos &&
      pattern.test(expression.getText(file.source)) &&
      new RegExp(`\\breturn\\b[^;]*${pattern.source}`).test(thenStatement.getText(file.source)),
  )?.expression;
}

/** What is waited for after the question, on the way to the assignment. */
function findLoadBetween(
  get: ts.Expression,
  set: ts.BinaryExpression,
  fn: FunctionNode,
  file: FileContext,
): ts.AwaitExpression | undefined {
  return listNodesWithin('AwaitExpression', fn, file).find(
    (node) =>
      node.pos > get.end &&
      (node.end <= set.pos || isWithin(node, set.right)) &&
      findEnclosingFunction(node) === fn &&
      ts.isCallExpression(skipAwait(node.expression)) &&
      !/cache/i.test(node.expression.getText(file.source)),
  );
}
