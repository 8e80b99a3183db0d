import type { FileContext } from '../../model/file-context.ts';
import { onlyValueOf } from '../names/initializer.ts';
import { findEnclosingFunction, findMethodCall, getOutermostWrapped, isAssignment, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

/** Bytes that are copied into a new buffer, which is as long as several of them together. */
export interface HandCopy {
  /** What is measured for it. */
  chunks: ts.Expression[];
  /** What is copied there: `x` of `x.copy(made, …)` and of `made.set(x, …)`. */
  copied: ts.Expression[];
}

const allocating = /^(?:Buffer|Buffer\.alloc(?:Unsafe(?:Slow)?)?|Uint8Array)$/;

/**
 * `made = Buffer.alloc(rest.length + chunk.length)`, also where that sum, or what is left of `rest`, has a name of its
 * own, and what the function copies there.
 */
export function findHandCopy(made: ts.CallExpression | ts.NewExpression, file: FileContext): HandCopy | undefined {
  const [size] = made.arguments ?? [];
  if (!size || !allocating.test(made.expression.getText(file.source))) return undefined;
  const sum = listSum(declaredWith(size, file));
  const chunks = sum.length > 1 ? sum.flatMap((part) => lengthOwner(declaredWith(part, file)) ?? []) : [];
  const home = chunks.length > 0 ? findEnclosingFunction(made) : undefined;
  const name = home && nameOf(made, file);
  if (name === undefined) return undefined;
  const copied = listNodesWithin('CallExpression', home!, file).flatMap((call) => {
    const target = findMethodCall(call);
    const [first] = call.arguments;
    if (!target || !first) return [];
    if (target.method === 'copy' && first.getText(file.source) === name) return [skipWrappers(target.receiver)];
    return target.method === 'set' && target.receiver.getText(file.source) === name ? [skipWrappers(first)] : [];
  });
  return { chunks, copied };
}

/** `x` of `x.length` and `x.byteLength`. */
export function lengthOwner(value: ts.Expression): ts.Expression | undefined {
  const access = skipWrappers(value);
  const isLength = ts.isPropertyAccessExpression(access) && /^(?:byteL|l)ength$/.test(access.name.text);
  return isLength ? skipWrappers(access.expression) : undefined;
}

function listSum(value: ts.Expression): ts.Expression[] {
  const sum = skipWrappers(value);
  const isSum = ts.isBinaryExpression(sum) && sum.operatorToken.kind === ts.SyntaxKind.PlusToken;
  return isSum ? [...listSum(sum.left), ...listSum(sum.right)] : [sum];
}

/** What a constant name stands for; else the value itself. */
function declaredWith(value: ts.Expression, file: FileContext): ts.Expression {
  return onlyValueOf(value, file) ?? skipWrappers(value);
}

/** The name, or the member, that a new buffer is given to. */
function nameOf(made: ts.Node, file: FileContext): string | undefined {
  const value = getOutermostWrapped(made);
  const { parent } = value;
  if (ts.isVariableDeclaration(parent)) return parent.name.getText(file.source);
  if (ts.isConditionalExpression(parent) && parent.condition !== value) return nameOf(parent, file);
  return isAssignment(parent) && parent.right === value ? parent.left.getText(file.source) : undefined;
}
