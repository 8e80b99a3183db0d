import type { FileContext } from '../../model/file-context.ts';
import { findMemberName, findMethodCall, getOutermostWrapped, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

const constantName = /^[A-Z][A-Z\d_]+$/;
/** Whether an iterated value is written out in the code: literals, constants, enums, and what is derived from them. */
export function isLiteralSized(over: ts.Expression, file: FileContext, depth = 0): boolean {
  const value = skipAwait(over);
  if (depth > 5) return false;
  if (ts.isArrayLiteralExpression(value)) {
    return value.elements.every((e) => !ts.isSpreadElement(e) || isLiteralSized(e.expression, file, depth + 1));
  }
  if (ts.isObjectLiteralExpression(value)) return !value.properties.some(ts.isSpreadAssignment);
  if (ts.isIdentifier(value)) return isLiteralBinding(value, file, depth);
  if (ts.isConditionalExpression(value)) {
    return isLiteralSized(value.whenTrue, file, depth + 1) && isLiteralSized(value.whenFalse, file, depth + 1);
  }
  const member = findMemberName(value);
  if (member !== undefined)
    return (
      constantName.test(member) || isLiteralSized((value as ts.PropertyAccessExpression).expression, file, depth + 1)
    );
  const target = findMethodCall(value);
  if (!target) return false;
  const [first] = target.call.arguments;
  if (
    /^(?:keys|values|entries|from)$/.test(target.method) &&
    first &&
    /^(?:Object|Array)$/.test(target.receiver.getText(file.source))
  ) {
    return isLiteralSized(first, file, depth + 1);
  }
  if (target.method === 'slice') {
    const last = target.call.arguments[1];
    if (last && ts.isNumericLiteral(last) && Number(last.text) <= 20) return true;
  }
  return (
    /^(?:filter|map|slice|sort|reverse|entries|keys|values|concat|toSorted|toReversed)$/.test(target.method) &&
    isLiteralSized(target.receiver, file, depth + 1)
  );
}

function isLiteralBinding(name: ts.Identifier, file: FileContext, depth: number): boolean {
  if (constantName.test(name.text) || /^default[A-Z_]/.test(name.text)) return true;
  const declaration = file.bindingOf(name)?.declaration;
  if (!declaration) return false;
  if (ts.isEnumDeclaration(declaration)) return true;
  if (!ts.isVariableDeclaration(declaration) || !declaration.initializer) return false;
  const value = skipWrappers(declaration.initializer);
  // An empty literal is filled later.
  if (ts.isArrayLiteralExpression(value) && value.elements.length === 0) return false;
  if (ts.isObjectLiteralExpression(value) && value.properties.length === 0) return false;
  return isLiteralSized(value, file, depth + 1);
}

const chunkWord = /chunk|batch|splitEvery|paginat(?!ed)|pages\b|partition|slices?\b|segments?\b|groups?\b|grouped/i;
/** What only cuts: the parts of anything else that is waited for are things of their own (the groups of a user). */
const cutting = /chunk|batch|split|paginat|partition|slice|segment|group(?:ed)?By/i;

/** Whether what is iterated are chunks, pages or batches already; the rows of one page are none. */
export function isChunked(over: ts.Expression, file: FileContext): boolean {
  const value = skipAwait(over);
  const binding = ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
  const made =
    binding && ts.isVariableDeclaration(binding.declaration) && binding.declaration.initializer
      ? skipAwait(binding.declaration.initializer)
      : value;
  const textOf = (node: ts.Node): string =>
    ts.isCallExpression(node) ? node.expression.getText(file.source) : node.getText(file.source).slice(0, 200);
  if (ts.isCallExpression(made) && isAwaited(made) && !cutting.test(textOf(made))) return false;
  // The first ones of all that was found: one page, which no loop goes on from.
  const slice = findMethodCall(made);
  if (slice?.method === 'slice' && slice.call.arguments[0]?.getText(file.source) === '0') return false;
  return [value, made].some((node) => chunkWord.test(textOf(node)));
}

function isAwaited(call: ts.CallExpression): boolean {
  return ts.isAwaitExpression(getOutermostWrapped(call).parent);
}
