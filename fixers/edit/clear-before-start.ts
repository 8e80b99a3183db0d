import { getOutermostWrapped, isAssignment } from '../../src/ast/syntax.ts';
import type { ts } from '../../src/ast/ts.ts';
import type { FileContext, Scope } from '../../src/model/file-context.ts';
import type { Fix, Skip } from '../../src/model/fixer.ts';
import { insertBefore } from './insert-before.ts';
import { findStatement } from './statement-of.ts';
import { clearFunctionOf } from './timer-words.ts';

/** Ends the timer that a variable or field still holds before the next one is kept in it. */
export function clearBeforeStart(call: ts.CallExpression, mayBeNull: boolean, file: FileContext): Fix | Skip {
  const { parent } = getOutermostWrapped(call);
  const statement = findStatement(call);
  if (!isAssignment(parent) || !statement) return { skip: 'the place that keeps the handle is not assigned here' };
  const target = parent.left.getText(file.source);
  const clear = clearFunctionOf(call, file);
  const code = mayBeNull ? `if (${target}) ${clear}(${target});` : `${clear}(${target});`;
  return { edits: insertBefore(statement, code, file) };
}

/** Whether a name is declared in a scope or around it. */
export function isDeclared(name: string, scope: Scope): boolean {
  for (let at: Scope | undefined = scope; at; at = at.parent) if (at.bindings.has(name)) return true;
  return false;
}
