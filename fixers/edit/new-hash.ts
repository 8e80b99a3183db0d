import { isWithin, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';

/** The returned expression with the new hash in it; what only kept the old one in range goes. */
export function writeNewHash(
  last: ts.ReturnStatement,
  inner: readonly ts.Statement[],
  state: Binding,
  input: string,
  places: boolean,
  file: FileContext,
): string | undefined {
  const returned = last.expression!;
  // A value derived on the way: `const folded = hash % n; return Math.abs(folded)`.
  const derived = inner.flatMap((s) => (ts.isVariableStatement(s) ? [...s.declarationList.declarations] : []));
  const names = new Map(derived.map((d) => [d.name.getText(file.source), d.initializer]));
  const isRing = places && /ring/i.test(file.path + (ownerName(last) ?? ''));
  const call = `hash32(${input})`;
  const write = (node: ts.Expression): string | undefined => {
    const value = skipWrappers(node);
    if (ts.isIdentifier(value)) {
      if (value.text === state.name) return call;
      const initial = names.get(value.text);
      return initial && state.references.some((r) => isWithin(r, initial)) ? write(initial) : undefined;
    }
    if (ts.isCallExpression(value) && value.expression.getText(file.source) === 'Math.abs' && value.arguments[0]) {
      return write(value.arguments[0]);
    }
    if (ts.isBinaryExpression(value)) {
      const { kind } = value.operatorToken;
      const isRange = kind === ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken || kind === ts.SyntaxKind.BarToken;
      const left = write(value.left);
      if (left === undefined) return undefined;
      if (isRange && value.right.getText(file.source) === '0') return left;
      if (kind !== ts.SyntaxKind.PercentToken) return undefined;
      return isRing ? left : `${left} % ${value.right.getText(file.source)}`;
    }
    return undefined;
  };
  const plain = write(returned);
  if (plain !== undefined) return plain;
  // `hash.toString(36)`, `(hash >>> 0).toString(16)`, `\`s${…}\``: the hash inside gives way, the rest stays.
  const reference = state.references.find((r) => isWithin(r, returned));
  if (!reference || state.references.filter((r) => isWithin(r, returned)).length > 1) return undefined;
  let part: ts.Node = reference;
  while (part.parent !== last && isHashPart(part.parent, file)) part = part.parent;
  const source = returned.getText(file.source);
  const offset = returned.getStart(file.source);
  const inside = write(part as ts.Expression);
  if (inside === undefined) return undefined;
  return source.slice(0, part.getStart(file.source) - offset) + inside + source.slice(part.end - offset);
}

function isHashPart(node: ts.Node, file: FileContext): boolean {
  if (ts.isParenthesizedExpression(node)) return true;
  if (ts.isCallExpression(node)) return node.expression.getText(file.source) === 'Math.abs';
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  return kind === ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken || kind === ts.SyntaxKind.BarToken;
}

function ownerName(node: ts.Node): string | undefined {
  for (let at = node.parent; at; at = at.parent) if (ts.isClassDeclaration(at)) return at.name?.text;
  return undefined;
}
