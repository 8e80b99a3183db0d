import type { FileContext } from '../../model/file-context.ts';
import { isBringUp } from '../listeners/event-kind.ts';
import { isExported, listCallsOf } from '../names/functions.ts';
import { isChunked, isLiteralSized } from '../size/small-input.ts';
import {
  calleeName,
  type FunctionNode,
  findCallOn,
  findEnclosingFunction,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  hasModifier,
  type Invocation,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { mentionsOwn } from './rounds.ts';
import { findRepetition, frequencyOf, isStartup, type Repetition } from './where.ts';

const onceName =
  /migrat|seed|backfill|upgrade|fixture|bootstrap|^init|^setup|ensureIndex|syncSchema|^import|reindex|cleanup|teardown/i;
/** Files whose code runs once and ends: upgrades, importers, seeds. */
export const oncePath =
  /(?:^|\/)(?:upgrades?|backfills?|maintenance|one-?offs?|importers?|imports?|backups?|dev|devtools)\/|(?:migrat|backfill|seed)[\w.-]*\.[cm]?[jt]s$/i;

/** A loop, and what its rounds are made of. */
export interface DataLoop {
  repetition: Repetition;
  over: ts.Expression;
}

/** The innermost loop over data whose current element the call depends on. */
export function findDataLoop(call: Invocation, file: FileContext): DataLoop | undefined {
  for (let repetition = findRepetition(call); repetition; repetition = findRepetition(repetition.node)) {
    const over = repetition.over ?? countedOver(repetition.node) ?? drainedOver(repetition.node, file);
    if (!over) return undefined;
    if (isWithin(call, over)) continue;
    if (isChunked(over, file) || isChunkVariable(repetition.node)) return undefined;
    if (
      !ts.isForInStatement(repetition.node) &&
      !isLiteralSized(over, file) &&
      mentionsOwn(call, repetition.node, file)
    )
      return { repetition, over };
  }
  return undefined;
}

/** `for (let i = 0; i < rows.length; i++)`. */
export function countedOver(loop: ts.Node): ts.Expression | undefined {
  if (!ts.isForStatement(loop) || !loop.condition || !ts.isBinaryExpression(loop.condition)) return undefined;
  const right = skipWrappers(loop.condition.right);
  return isStepped(loop) && ts.isPropertyAccessExpression(right) && right.name.text === 'length'
    ? right.expression
    : undefined;
}

/** `while (rest.length > 0) { const row = rest.pop(); … }`: what is taken out until there is none, and never added to. */
function drainedOver(loop: ts.Node, file: FileContext): ts.Expression | undefined {
  if (!ts.isWhileStatement(loop)) return undefined;
  const { expression: condition } = loop;
  const left = skipWrappers(ts.isBinaryExpression(condition) ? condition.left : condition);
  const list = ts.isPropertyAccessExpression(left) && left.name.text === 'length' ? left.expression : undefined;
  if (!list || !ts.isIdentifier(list)) return undefined;
  const steps = (file.bindingOf(list)?.references ?? []).flatMap((use) =>
    isWithin(use, loop.statement) ? (findCallOn(use) ?? []) : [],
  );
  const isTaken = steps.some((step) => /^(?:pop|shift)$/.test(calleeName(step)));
  return isTaken && !steps.some((step) => /^(?:push|unshift|splice)$/.test(calleeName(step))) ? list : undefined;
}

/** `i++`, `++i`, `i += 1`: whether a loop takes one after the other. */
export function isStepped({ incrementor }: ts.ForStatement): boolean {
  return (
    incrementor !== undefined &&
    (ts.isPostfixUnaryExpression(incrementor) ||
      ts.isPrefixUnaryExpression(incrementor) ||
      /^\w+ ?\+= ?1$/.test(incrementor.getText()))
  );
}

function isChunkVariable(loop: ts.Node): boolean {
  const name = ts.isForOfStatement(loop)
    ? loop.initializer.getText()
    : ts.isCallExpression(loop)
      ? (loop.arguments.at(0)?.getText().slice(0, 60) ?? '')
      : '';
  return /\b\w*(?:chunk|batch|slice)\w*\b/i.test(/^[^=]*/.exec(name)![0]);
}

const bootName = /startup|(?:on|at)_?boot|^boot|^on(?:Ready|Start|Started|ServerStart|AppStart|Enable)$/i;

/** Whether a place runs as the process starts, or in a migration, a seed, an import, and ends. */
export function runsOnce(node: ts.Node, file: FileContext): boolean {
  return isOnce(node, file, 0);
}

function isOnce(node: ts.Node, file: FileContext, depth: number): boolean {
  if (frequencyOf(node, file) === 'once') return true;
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    const name = nameOfFunction(fn);
    if (isStartup(fn, file) || onceName.test(name) || bootName.test(name) || isBootCallback(fn)) return true;
    if (depth < 3 && file.memo(isOfFileOnly, fn)) {
      const calls = listCallsOf(fn, file).filter((call) => !isWithin(call, fn));
      if (calls.length > 0 && calls.every((call) => !findRepetition(call) && isOnce(call, file, depth + 1)))
        return true;
    }
  }
  return false;
}

/** `app.listen(port, async () => …)`, `client.once('ready', async () => …)`. */
function isBootCallback(fn: FunctionNode): boolean {
  const value = getOutermostWrapped(fn);
  const target = findMethodCall(value.parent);
  if (!target?.call.arguments.includes(value as ts.Expression)) return false;
  if (target.method === 'listen') return target.call.arguments.at(-1) === value && target.call.arguments.length > 1;
  const event = findStringValue(target.call.arguments[0]) ?? '';
  return target.method === 'once' && (isBringUp(event) || event === 'online');
}

/** A private method, or a function that no other file can call and that is only ever called. */
function isOfFileOnly(fn: FunctionNode, file: FileContext): boolean {
  if (ts.isMethodDeclaration(fn))
    return ts.isPrivateIdentifier(fn.name) || hasModifier(fn, ts.SyntaxKind.PrivateKeyword)
      ? countUses(fn, file) === listCallsOf(fn, file).length
      : false;
  if (!ts.isFunctionDeclaration(fn) || !fn.name || isExported(fn, file)) return false;
  return file.bindingOf(fn.name)?.references.length === listCallsOf(fn, file).length;
}

function countUses(fn: ts.MethodDeclaration, file: FileContext): number {
  return file.text.split(new RegExp(`\\.${fn.name.getText(file.source).replaceAll('$', '\\$')}\\b`)).length - 1;
}
