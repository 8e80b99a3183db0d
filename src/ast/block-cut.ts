import type { FileContext } from '../model/file-context.ts';
import { listCallsOf } from './functions.ts';
import { findNumber } from './number-value.ts';
import {
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  isAssignment,
  isWithin,
  skipWrappers,
} from './syntax.ts';
import { ts } from './ts.ts';
import { findRepetition } from './where.ts';

/** A block of so many bytes is copied in a fraction of a millisecond. */
const maxBlockBytes = 1 << 20;

/**
 * Whether whole blocks of a limited size are cut off the front of a buffer for as long as there are any
 * (`while (buffer.length >= size) buffer = buffer.subarray(size)`): no more than one is left to be copied.
 */
export function isCutIntoBlocks(target: ts.Expression, file: FileContext): boolean {
  const path = findMemberPath(target)?.join('.');
  if (path === undefined) return false;
  return file.nodes('BinaryExpression').some((cut) => {
    if (!isAssignment(cut) || findMemberPath(skipWrappers(cut.left))?.join('.') !== path) return false;
    const taken = findMethodCall(skipWrappers(cut.right));
    const [from] = taken?.call.arguments ?? [];
    if (!taken || !from || !/^(?:slice|subarray)$/.test(taken.method)) return false;
    return findMemberPath(taken.receiver)?.join('.') === path && isRepeated(cut, file) && isLimited(from, file);
  });
}

/** In a loop, or in a function that a loop calls. */
function isRepeated(node: ts.Node, file: FileContext): boolean {
  if (findRepetition(node)) return true;
  const fn = findEnclosingFunction(node);
  if (!fn) return false;
  const name = 'name' in fn && fn.name && ts.isIdentifier(fn.name) ? fn.name.text : undefined;
  const calls = ts.isMethodDeclaration(fn)
    ? file.nodes('CallExpression').filter((call) => findMethodCall(call)?.method === name)
    : listCallsOf(fn, file);
  return calls.some((call) => findRepetition(call) !== undefined);
}

/** A small number, or a length that is refused where it is above one. */
function isLimited(size: ts.Expression, file: FileContext): boolean {
  const number = findNumber(size, file);
  if (number !== undefined) return number <= maxBlockBytes;
  const value = skipWrappers(size);
  if (ts.isBinaryExpression(value)) {
    return (
      value.operatorToken.kind === ts.SyntaxKind.PlusToken &&
      isLimited(value.left, file) &&
      isLimited(value.right, file)
    );
  }
  const binding = ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
  if (!binding) return false;
  if (binding.references.some((reference) => isRefused(reference, file))) return true;
  const { declaration } = binding;
  const initializer = ts.isVariableDeclaration(declaration) && declaration.initializer;
  return !!initializer && ts.isBinaryExpression(skipWrappers(initializer)) && isLimited(initializer, file);
}

/** `if (length > limit) throw …` */
function isRefused(reference: ts.Node, file: FileContext): boolean {
  const test = reference.parent;
  if (!ts.isBinaryExpression(test) || test.left !== reference) return false;
  if (!/^>=?$/.test(test.operatorToken.getText(file.source))) return false;
  const guard = test.parent;
  if (!ts.isIfStatement(guard) || !isWithin(test, guard.expression)) return false;
  const limit = findNumber(test.right, file);
  const first = ts.isBlock(guard.thenStatement) ? guard.thenStatement.statements.at(-1) : guard.thenStatement;
  return (
    limit !== undefined &&
    limit <= maxBlockBytes &&
    !!first &&
    (ts.isThrowStatement(first) || ts.isReturnStatement(first))
  );
}
