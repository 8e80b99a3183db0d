import type { FileContext } from '../../model/file-context.ts';
import { isExported, isInlineCallback, listCallsOf } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findStringValue,
  getOutermostWrapped,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** Whether a place runs only where the process has been told to end: what it starts has no time to pile up. */
export function runsAtProcessEnd(node: ts.Node, file: FileContext): boolean {
  const fn = findEnclosingFunction(node);
  if (isAfterOwnKill(node, file) || isToldToEnd(node, file)) return true;
  return fn !== undefined && /\bSIG(?:TERM|INT)\b|\buncaughtException\b/.test(file.text) && isRunAtEnd(fn, file, 0);
}

/** Behind `process.kill(process.pid, signal)`, in one of the blocks around: what waits there waits for the end. */
function isAfterOwnKill(node: ts.Node, file: FileContext): boolean {
  if (!file.text.includes('process.kill(process.pid')) return false;
  for (let at = node; at.parent && !ts.isSourceFile(at.parent); at = at.parent) {
    const { parent } = at;
    if (!ts.isBlock(parent)) continue;
    const isBefore = (statement: ts.Statement): boolean => statement.end <= at.pos;
    if (
      parent.statements.filter(isBefore).some((s) => /^process\.kill\(\s*process\.pid\b/.test(s.getText(file.source)))
    )
      return true;
  }
  return false;
}

/** In what a child process does when its parent tells it to end: `process.on('message', …)` with a branch named so. */
function isToldToEnd(node: ts.Node, file: FileContext): boolean {
  if (!/\bprocess\.on\(\s*['"]message['"]/.test(file.text)) return false;
  let isNamed = false;
  for (let at = node; at.parent; at = at.parent) {
    const { parent } = at;
    const branch = ts.isIfStatement(parent) && parent.thenStatement === at ? parent.expression : undefined;
    const asked = branch ?? (ts.isCaseClause(parent) && parent.expression !== at ? parent.expression : undefined);
    if (asked && /terminat|shut_?down|exit|quit|kill/i.test(asked.getText(file.source))) isNamed = true;
    if (!isNamed || !ts.isCallExpression(parent)) continue;
    if (
      findMemberPath(parent.expression)?.join('.') === 'process.on' &&
      findStringValue(parent.arguments[0]) === 'message'
    )
      return true;
  }
  return false;
}

function isRunAtEnd(fn: FunctionNode, file: FileContext, depth: number): boolean {
  if (isSignalHandler(fn, file) || endsProcess(fn, file) || isBeforeExit(fn, file)) return true;
  const outer = findEnclosingFunction(getOutermostWrapped(fn));
  if (depth > 4 || isExported(fn, file)) return false;
  const calls = listCallsOf(fn, file);
  if (calls.length === 0) return isInlineCallback(fn) && outer !== undefined && isRunAtEnd(outer, file, depth + 1);
  return calls.every((call) => {
    const caller = findEnclosingFunction(call);
    return caller !== undefined && caller !== fn && isRunAtEnd(caller, file, depth + 1);
  });
}

/** Whether a callback ends the process or the machine sooner or later: a countdown, a watchdog. */
export function mayEndProcess(run: ts.Node, file: FileContext): boolean {
  return /\bprocess\.(?:exit|abort)\(|\bexit(?:Cli|CLI|Process|Program|App)?\(|\b(?:reboot|poweroff)\w*\(/i.test(
    run.getText(file.source),
  );
}

/** The last that a function does is to end the process: `process.exit()`, `process.kill(process.pid, …)`. */
export function endsProcess({ body }: FunctionNode, file: FileContext): boolean {
  const last = body && ts.isBlock(body) ? body.statements.at(-1) : undefined;
  return last !== undefined && /^process\.(?:exit\(|kill\(\s*process\.pid\b)/.test(last.getText(file.source));
}

/** `….finally(() => process.exit(1))` is the last of the block that an inline callback stands in. */
function isBeforeExit(fn: FunctionNode, file: FileContext): boolean {
  const outer = findEnclosingFunction(fn);
  for (let at: ts.Node = fn; at.parent && at !== outer; at = at.parent) {
    if (!ts.isBlock(at)) continue;
    const last = at.statements.at(-1)?.getText(file.source) ?? '';
    return /\.(?:finally|then)\(\s*(?:async\s*)?\(\w*\)\s*=>\s*\{?\s*process\.exit\(/.test(last);
  }
  return false;
}

/** Handed to `process.on('SIGTERM', …)`, itself or by name. */
function isSignalHandler(fn: FunctionNode, file: FileContext): boolean {
  const outer = getOutermostWrapped(fn);
  if (listensToSignal(outer.parent)) return true;
  const name =
    'name' in fn && fn.name ? fn.name : ts.isVariableDeclaration(outer.parent) ? outer.parent.name : undefined;
  if (!name || !ts.isIdentifier(name)) return false;
  return file.bindingOf(name)?.references.some((use) => listensToSignal(use.parent)) ?? false;
}

/** `process.once('SIGTERM', …)` */
export function listensToSignal(call: ts.Node): call is ts.CallExpression {
  if (!ts.isCallExpression(call)) return false;
  const path = findMemberPath(skipWrappers(call.expression))?.join('.');
  return /^process\.(?:on|once|addListener)$/.test(path ?? '') && /^SIG/.test(findStringValue(call.arguments[0]) ?? '');
}
