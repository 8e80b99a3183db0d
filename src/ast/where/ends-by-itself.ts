import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { findFunctionValue, listCallsOf, listFunctions } from '../names/functions.ts';
import { listImports } from '../names/module-surface.ts';
import {
  calleeName,
  findEnclosingFunction,
  findMethodCall,
  findStringValue,
  isFunctionNode,
  isWithin,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { findTimerFunction } from '../timers/timers.ts';
import { ts } from '../ts.ts';
import { findEntryPoint } from './entry-points.ts';
import { isOfService } from './server-start.ts';

const listening = /^(?:on|once|addListener|addEventListener)$/;
/** What tells of a connection alone: nobody waits for it. */
const endOrBeginning = /^(?:error|close|end|exit|finish|connect|ready|open)$/;
/** What keeps a program running: it serves, consumes, watches or comes again. */
const keepsRunning =
  /^(?:listen\w*|serve|start\w*|launch|login|subscribe\w*|consume\w*|process|schedule\w*|watch\w*|poll\w*|setInterval|createServer)$/;

/**
 * "A program that serves loads the file", where the file is a script that asks or sends something and ends, so that else
 * nobody waits for what it opens; undefined for every other file.
 */
export function whereServed(file: FileContext): { sureWhen?: LinkCondition } {
  return file.memo(endsByItself, file.source) ? { sureWhen: isOfService } : {};
}

/** Whether a file is a script of its own: it exports nothing, loads no other file, runs a function of its own, and nothing keeps it running. */
function endsByItself(source: ts.SourceFile, file: FileContext): boolean {
  if (/^\s*export\b|\bexports\b|\bfor\s*\(\s*;|\bfor await\b|\b(?:while|do)\b\s*[({]/m.test(file.text)) return false;
  if (listImports(file).some((module) => /^(?:[./~#]|@\/)/.test(module))) return false;
  if (!source.statements.some((statement) => runsOwn(statement, file))) return false;
  const isEndless = listFunctions(file).some(
    (fn) => findEntryPoint(fn, file)?.kind === 'request' || listCallsOf(fn, file).some((call) => isWithin(call, fn)),
  );
  return (
    !isEndless &&
    !file.nodes('CallExpression').some((call) => keepsOn(call, file)) &&
    !file.nodes('NewExpression').some(takesFunction)
  );
}

/** `main();`, `main().catch(…)`, `(async () => { … })();` at the top. */
function runsOwn(statement: ts.Statement, file: FileContext): boolean {
  if (!ts.isExpressionStatement(statement)) return false;
  let call = skipAwait(statement.expression);
  for (let chained = findMethodCall(call); chained; chained = findMethodCall(call)) call = skipAwait(chained.receiver);
  return ts.isCallExpression(call) && findFunctionValue(call.expression, file) !== undefined;
}

function keepsOn(call: ts.CallExpression, file: FileContext): boolean {
  const { method } = findMethodCall(call) ?? {};
  if (method !== undefined && listening.test(method))
    return !endOrBeginning.test(findStringValue(call.arguments[0]) ?? '');
  if (findTimerFunction(call, file) === 'setTimeout') return comesAgain(call, file);
  const isOwn = findFunctionValue(call.expression, file) !== undefined;
  return !isOwn && keepsRunning.test(calleeName(call));
}

/** A timer that runs a function of the file, by name or from within its callback. */
function comesAgain(timer: ts.CallExpression, file: FileContext): boolean {
  const [first] = timer.arguments;
  const run = first && skipWrappers(first);
  if (!run || !isFunctionNode(run)) return true;
  return file
    .nodes('CallExpression')
    .some((call) => findEnclosingFunction(call) === run && findFunctionValue(call.expression, file) !== undefined);
}

/** `new Worker('orders', async (job) => …)`; a promise runs its function once. */
function takesFunction({ expression, arguments: given }: ts.NewExpression): boolean {
  return !/^Promise$/.test(expression.getText()) && (given ?? []).some((value) => isFunctionNode(skipWrappers(value)));
}
