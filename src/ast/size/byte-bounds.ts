import type { FileContext } from '../../model/file-context.ts';
import { findNumber } from '../names/number-value.ts';
import {
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  isAssignment,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { sizeOf } from './size.ts';

/** Loops that end at a fixed size (padding, key derivation), and those over a few things. */
export function isSmallLoop(
  node: ts.Node,
  over: ts.Expression | undefined,
  target: ts.Expression,
  file: FileContext,
): boolean {
  if (over) return sizeOf(over, file) === 'small';
  const name = findMemberPath(target)?.at(-1);
  if (isUntilAllIsThere(node, file)) return true;
  if (ts.isForStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)) {
    const condition = ts.isForStatement(node) ? node.condition : node.expression;
    if (!condition || !ts.isBinaryExpression(condition)) return false;
    // `while ((part = input.read(16 - head.length)))`: no more than what is missing.
    if (
      name !== undefined &&
      new RegExp(`- (?:[\\w.]+\\.)?${name}\\.(?:byteL|l)ength`).test(condition.getText(file.source))
    )
      return true;
    if (isLengthTested(condition, name)) return true;
    return ts.isForStatement(node) && !(findMemberName(condition.right) === 'length');
  }
  return false;
}

/** `while (true) { const part = await read(n); …; n = n - part.length; }`: as many bytes as the caller asks for. */
function isUntilAllIsThere(loop: ts.Node, file: FileContext): boolean {
  const fn = findEnclosingFunction(loop);
  return (fn?.parameters ?? []).some(({ name }) => {
    const writes = ts.isIdentifier(name) ? (file.bindingOf(name)?.writes ?? []) : [];
    return writes.some(({ parent, text }) => {
      if (!isAssignment(parent) || !isWithin(parent, loop)) return false;
      const taken = parent.right.getText(file.source);
      const isLess = parent.operatorToken.kind === ts.SyntaxKind.MinusEqualsToken || taken.startsWith(`${text} -`);
      return isLess && /\.(?:byteL|l)ength$/.test(taken);
    });
  });
}

/** `x.length < wanted`, also beside another test: `&& !done`. */
function isLengthTested(condition: ts.Expression, name: string | undefined): boolean {
  const test = skipWrappers(condition);
  if (!ts.isBinaryExpression(test)) return false;
  if (test.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken)
    return isLengthTested(test.left, name) || isLengthTested(test.right, name);
  // `x.length - offset < wanted`
  const whole = skipWrappers(test.left);
  const left = ts.isBinaryExpression(whole) ? skipWrappers(whole.left) : whole;
  const isLength = /^(?:byteL|l)ength$/.test(findMemberName(left) ?? '');
  return isLength && findMemberPath((left as ts.PropertyAccessExpression).expression)?.at(-1) === name;
}

/** Lengths of 32 bits. */
const wide = /\b(?:read|get)(?:Big)?U?[iI]nt(?:32|64|BE|LE)/;

/** A frame of so many bytes comes in hundreds of chunks. */
const longFrameBytes = 16 << 20;

/** Whether frames of this file may be long: nothing holds their lengths, which have 32 bits, to less than that. */
export function hasLongFrames(file: FileContext): boolean {
  return wide.test(file.text) && !file.memo(limitsFrames, file.source);
}

/** `if (length > maxPacket) return fail()`, of a length that was read: no frame grows beyond it. */
function limitsFrames(_: ts.SourceFile, file: FileContext): boolean {
  return file.nodes('BinaryExpression').some(({ operatorToken, left, right }) => {
    const over = skipWrappers(left);
    if (!/^>=?$/.test(operatorToken.getText(file.source)) || !ts.isIdentifier(over)) return false;
    const limit = findMemberPath(right)?.at(-1) ?? '';
    const bytes = findNumber(right, file);
    if (bytes === undefined ? !/max|limit/i.test(limit) : bytes >= longFrameBytes) return false;
    const binding = file.bindingOf(over);
    const made = binding && ts.isVariableDeclaration(binding.declaration) ? binding.declaration.initializer : undefined;
    const set = (binding?.writes ?? []).map(({ parent }) => parent).filter(isAssignment);
    return [...(made ? [made] : []), ...set.map((one) => one.right)].some((value) =>
      wide.test(value.getText(file.source)),
    );
  });
}
