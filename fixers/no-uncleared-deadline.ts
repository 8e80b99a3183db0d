import type { UnclearedDeadline } from '../rules/resources/no-uncleared-deadline.ts';
import { bareModule, findOrigin } from '../src/ast/names/provenance.ts';
import { findEnclosingFunction, isAsync, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { Binding, FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { clearBehind, clearWhenSettled, findPromise } from './edit/clear-when-settled.ts';
import { freeName } from './edit/free-name.ts';
import { insertAfterStatement } from './edit/insert-after-statement.ts';
import { judgeFiring } from './edit/judge-firing.ts';
import { keepValue } from './edit/keep-value.ts';
import { removeStatement } from './edit/remove-statement.ts';
import { findStatement } from './edit/statement-of.ts';
import { clearFunctionOf } from './edit/timer-words.ts';
import { wrapInTryFinally } from './edit/wrap-in-try-finally.ts';

export const fixer: Fixer<UnclearedDeadline> = {
  rule: 'no-uncleared-deadline',
  safety: 'safe',
  changes: 'clears the timer in a finally that covers every outcome, or when what it would end has closed',
  fix({ data }, file) {
    const { call, deadline, clears } = data;
    if (deadline?.kind === 'promise' && deadline.race && clears.length === 0)
      return clearAfterRace(data, deadline.race, file);
    if (deadline?.kind === 'promise' && deadline.race && data.leak) return clearWithRace(data, deadline.race, file);
    if (deadline?.kind === 'sleep')
      return { skip: 'a sleep gives no handle: race against withDeadline, or a sleep that takes a signal' };
    if (deadline?.kind === 'answer')
      return { skip: 'keep the handle in the entry, and clear it where that is taken out' };
    const fn = findEnclosingFunction(call);
    const isWaiting = fn && isAsync(fn) && (deadline?.kind === 'abort' || data.leak !== undefined);
    if (isWaiting) return clearInFinally(data, file);
    if (deadline?.kind === 'abort' && clears.length === 0 && closesByItself(deadline.target, file))
      return clearOnClose(call, deadline.target.name, file);
    return clearWithPromise(data, file);
  },
};

/** Where the timer settles the promise around it. */
function clearWithPromise({ call, places, deadline }: UnclearedDeadline, file: FileContext): Fix | Skip {
  if (!deadline && places.some(({ kind }) => kind === 'property'))
    return { skip: 'clear the timer of an entry at each place where that leaves the table' };
  const around = findPromise(call, file);
  const firing = around && judgeFiring(call, around.executor, file);
  if (!firing?.settles) return { skip: 'clear the timer at each place that ends the work' };
  return firing.isAlone
    ? { skip: 'a promise cannot tell when the race is over: take the work as an argument, or use withDeadline' }
    : clearWhenSettled({ call, places }, around!, firing, file);
}

/** Modules whose requests, sockets and processes emit 'close' at their end, however it comes. */
const closing = /^(?:https?|net|tls|child_process)$/;

function closesByItself({ declaration }: Binding, file: FileContext): boolean {
  const made = ts.isVariableDeclaration(declaration) && declaration.initializer;
  const call = made && skipWrappers(made);
  return call && ts.isCallExpression(call)
    ? closing.test(bareModule(findOrigin(call.expression, file)?.module ?? ''))
    : false;
}

/** `request.once('close', () => clearTimeout(timer))`, behind the timer. */
function clearOnClose(call: ts.CallExpression, target: string, file: FileContext): Fix | Skip {
  const statement = findStatement(call);
  if (!statement || call.parent !== statement || !ts.isBlock(statement.parent))
    return { skip: 'the timer is not started in a statement of its own' };
  const timer = freeName('timer', file);
  const kept = keepValue(call, `const ${timer}`, file);
  if (!kept) return { skip: 'the handle is used in an expression' };
  const clear = `${target}.once('close', () => ${clearFunctionOf(call, file)}(${timer}));`;
  return { edits: [...kept, ...[insertAfterStatement(statement, clear, file)].flat()] };
}

/** `Promise.race([…]).finally(() => clearTimeout(timer))`. */
function clearAfterRace(timer: UnclearedDeadline, race: ts.CallExpression, file: FileContext): Fix | Skip {
  const executor = findEnclosingFunction(timer.call);
  const home = executor && findEnclosingFunction(executor);
  if (!home || home !== findEnclosingFunction(race)) return { skip: 'the race is run in another function' };
  const makes = findStatement(executor.parent);
  const races = findStatement(race);
  const first = makes && races && makes.pos < races.pos ? makes : races;
  if (!first || !ts.isBlock(first.parent)) return { skip: 'the race stands in an expression' };
  return clearBehind(timer, race, first, file);
}

/** The clear that only a won race came to moves to the `finally` of the race. */
function clearWithRace(
  { call, places, clears }: UnclearedDeadline,
  race: ts.CallExpression,
  file: FileContext,
): Fix | Skip {
  const kept = places.find((place) => place.kind === 'binding');
  if (kept?.kind !== 'binding') return { skip: 'the handle is kept in several places' };
  const clear = `.finally(() => ${clearFunctionOf(call, file)}(${kept.binding.name}))`;
  const own = clears.length === 1 ? findStatement(clears[0]!) : undefined;
  const isAlone = own && ts.isExpressionStatement(own) && own.expression === clears[0];
  const moved = { start: race.end, end: race.end, text: clear };
  return { edits: isAlone ? [moved, removeStatement(own, file)] : [moved] };
}

/** `try { … } finally { clearTimeout(timer); }` from behind the timer to where it was cleared, or to the end of the block. */
function clearInFinally({ call, places, clears }: UnclearedDeadline, file: FileContext): Fix | Skip {
  const statement = findStatement(call);
  const list = statement?.parent;
  if (!statement || !list || !ts.isBlock(list)) return { skip: 'the timer is not started in a block' };
  const edits: TextEdit[] = [];
  const kept = places.find((place) => place.kind === 'binding');
  let timer = kept?.kind === 'binding' ? kept.binding.name : undefined;
  if (timer === undefined) {
    timer = freeName('timer', file);
    const assigned = keepValue(call, `const ${timer}`, file);
    if (!assigned || call.parent !== statement) return { skip: 'the handle is used in an expression' };
    edits.push(...assigned);
  }
  const at = list.statements.indexOf(statement);
  const own = clears.length === 1 ? findStatement(clears[0]!) : undefined;
  const end = own ? list.statements.indexOf(own) : -1;
  if (clears.length > 0 && end < 0) return { skip: 'the timer is cleared in several places' };
  const last = list.statements[end < 0 ? list.statements.length - 1 : end - 1];
  const first = list.statements[at + 1];
  if (!first || !last || last.pos < first.pos) return { skip: 'nothing stands between the timer and its end' };
  const wrapped = wrapInTryFinally(first, last, `${clearFunctionOf(call, file)}(${timer});`, file);
  if (!wrapped) return { skip: 'what the statements declare cannot be moved out of a try' };
  if (own && end >= 0) edits.push(removeStatement(own, file));
  return { edits: [...wrapped, ...edits] };
}
