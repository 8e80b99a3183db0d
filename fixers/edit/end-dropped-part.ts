import { findMethodAround } from '../../src/ast/life/end-of-life.ts';
import { findMethodCall, isWithin } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { PartEnd, TextEdit } from '../../src/model/fixer.ts';
import type { Holding } from './find-holding.ts';
import { insertBefore } from './insert-before.ts';
import { callsEnd } from './is-ended-in.ts';
import { findStatement } from './statement-of.ts';

/** `this.part = new X()` in a method loses the part before it. */
export function endBeforeNext(
  made: ts.NewExpression,
  holding: Extract<Holding, { kind: 'field' }>,
  end: PartEnd,
  file: FileContext,
): TextEdit[] {
  const { shape, field } = holding;
  const method = findMethodAround(made, shape);
  const statement = findStatement(made);
  if (!method || method === shape.constructorNode || !statement || !ts.isExpressionStatement(statement)) return [];
  const { expression } = statement;
  if (!ts.isBinaryExpression(expression) || expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return [];
  if (
    field.accesses.some((access) => isWithin(access, method) && access.end < made.pos && !isWithin(access, statement))
  )
    return [];
  return insertBefore(statement, `this.${field.name}?.${end.method}();`, file);
}

/** `this.parts.delete(key)` drops a part that is still alive. */
export function endBeforeDelete(
  { shape, field }: Extract<Holding, { kind: 'collection' }>,
  end: PartEnd,
  file: FileContext,
): TextEdit[] {
  const edits: TextEdit[] = [];
  for (const access of field.accesses) {
    const call = findMethodCall(access.parent.parent);
    if (!call || call.receiver !== access || call.method !== 'delete') continue;
    const [key] = call.call.arguments;
    const statement = findStatement(access);
    const method = findMethodAround(access, shape);
    if (!key || !statement || !method || !ts.isExpressionStatement(statement) || statement.expression !== call.call)
      continue;
    if (!/^[\w$.]+$/.test(key.getText(file.source)) || callsEnd(method, end, file)) continue;
    edits.push(
      ...insertBefore(statement, `this.${field.name}.get(${key.getText(file.source)})?.${end.method}();`, file),
    );
  }
  return edits;
}
