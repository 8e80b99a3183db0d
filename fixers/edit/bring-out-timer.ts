import type { HandlePlace } from '../../src/ast/handles/handle-escape.ts';
import { findEnclosingFunction, isWithin } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import type { TextEdit } from '../../src/model/fixer.ts';
import { freeName } from './free-name.ts';
import { isTypeScriptFile, keepValue } from './keep-value.ts';
import { removeStatement } from './remove-statement.ts';
import { timerType } from './timer-words.ts';

/** A timer, and where its handle is kept. */
export interface KeptTimer {
  call: ts.CallExpression;
  places: readonly HandlePlace[];
}

/** A name outside of the executor by which what follows a promise knows the timer, and its declaration if it is new. */
export function bringOutTimer(
  { call, places }: KeptTimer,
  promise: ts.Node,
  file: FileContext,
): { name: string; declared?: string; edits: TextEdit[] } | undefined {
  const type = isTypeScriptFile(file) ? `: ${timerType(call, file)}` : '';
  const place = places.find(({ kind }) => kind === 'binding');
  const binding = place?.kind === 'binding' ? place.binding : undefined;
  const isSeen = binding && isWithin(promise, binding.scope.node) && !isWithin(binding.identifier, promise);
  // One of a wider scope may hold the timer of another run by then.
  if (isSeen && findEnclosingFunction(binding.identifier) === findEnclosingFunction(promise))
    return { name: binding.name, edits: [] };
  const moved = binding && !isSeen && moveOut(binding, file);
  if (moved)
    return { name: binding.name, declared: moved.declared ?? `let ${binding.name}${type};`, edits: moved.edits };
  const name = freeName('timer', file);
  const edits = keepValue(call, name, file);
  return edits && { name, declared: `let ${name}${type};`, edits };
}

/** `const timer = setTimeout(…)`, and a `let` that is never set again, becomes an assignment; `let timer;`, set below, goes as it stands. */
function moveOut(binding: Binding, file: FileContext): { declared?: string; edits: TextEdit[] } | undefined {
  const { declaration, kind, name } = binding;
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : undefined;
  if (!statement || !ts.isVariableStatement(statement) || statement.declarationList.declarations.length !== 1)
    return undefined;
  if (file.bindings.some((other) => other !== binding && other.name === name)) return undefined;
  const { initializer, type, name: identifier } = declaration as ts.VariableDeclaration;
  if (!initializer) return { declared: statement.getText(file.source), edits: [removeStatement(statement, file)] };
  if (kind === 'var' || binding.writes.length > 0 || !binding.references.every(isCleared)) return undefined;
  const end = (type ?? identifier).end;
  return { edits: [{ start: statement.getStart(file.source), end, text: name }] };
}

/** What may be undefined now can be cleared, and no more than that. */
function isCleared({ parent }: ts.Identifier): boolean {
  return ts.isCallExpression(parent) && /clearTimeout$/.test(parent.expression.getText());
}
