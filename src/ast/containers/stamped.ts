import type { FileContext } from '../../model/file-context.ts';
import { type FunctionNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

const asksNow = /\bnow\b|\bnew Date\(\)|\bgetTime\b/;
const clock = /\b(?:Date|performance)\.now\(|\bnew Date\(\)|\bhrtime\b/;

/** Whether a value is written with the time in it, `{ type, at: Date.now() }`: a record of something that happened. */
export function isStamped(value: ts.Expression | undefined, file: FileContext): boolean {
  return listStamps(value, file).length > 0;
}

/** Whether a value says until when it holds, `{ value, expiresAt: Date.now() + ttl }`. */
export function hasExpiry(value: ts.Expression | undefined, file: FileContext): boolean {
  return listStamps(value, file).some((name) => /expir|ttl|until|stale/i.test(name));
}

/** Whether a function asks how old an entry is that is written with the time in it: `Date.now() - entry.createdAt > maxAge`. */
export function asksAge(fn: FunctionNode, value: ts.Expression | undefined, file: FileContext): boolean {
  const stamps = listStamps(value, file);
  if (stamps.length === 0) return false;
  const stamp = new RegExp(`\\.(?:${stamps.join('|')})\\b`);
  return listNodesWithin('BinaryExpression', fn, file).some(({ left, operatorToken, right }) => {
    if (operatorToken.kind !== ts.SyntaxKind.MinusToken && operatorToken.kind !== ts.SyntaxKind.PlusToken) return false;
    const [from, to] = [left.getText(file.source), right.getText(file.source)];
    return operatorToken.kind === ts.SyntaxKind.MinusToken ? asksNow.test(from) && stamp.test(to) : stamp.test(from);
  });
}

/** The names of the properties that are given the time. */
function listStamps(value: ts.Expression | undefined, file: FileContext): string[] {
  const record = value && findWritten(value, file);
  if (!record || !ts.isObjectLiteralExpression(record)) return [];
  return record.properties
    .filter((property) => ts.isPropertyAssignment(property) && clock.test(property.initializer.getText(file.source)))
    .map((property) => property.name!.getText(file.source));
}

function findWritten(value: ts.Expression, file: FileContext): ts.Expression | undefined {
  const written = skipWrappers(value);
  const declaration = ts.isIdentifier(written) ? file.bindingOf(written)?.declaration : undefined;
  if (!declaration) return written;
  return ts.isVariableDeclaration(declaration)
    ? declaration.initializer && skipWrappers(declaration.initializer)
    : undefined;
}
