import type { FileContext } from '../../model/file-context.ts';
import { findEnclosingFunction, findMethodCall, getOutermostWrapped, isWithin, nameOfFunction } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Repetition } from '../where/where.ts';
import { waitsEachRound } from './loop-facts.ts';
import type { Size } from './size.ts';

/** Whether what a loop goes over is what it takes its work from, and puts more into: `while (open.length) { const part = open.pop(); … }`. */
export function isWorkList(
  list: ts.Expression,
  over: ts.Expression | undefined,
  loop: ts.Node,
  file: FileContext,
): boolean {
  if (!ts.isWhileStatement(loop) && !ts.isForStatement(loop) && !ts.isDoStatement(loop)) return false;
  if (over && over.getText(file.source) !== list.getText(file.source)) return false;
  return listTakings(list, file).some((taking) => isWithin(taking, loop));
}

/** Lists alone have a `pop` and a `shift`. */
export function isTakenFrom(list: ts.Expression, file: FileContext): boolean {
  return listTakings(list, file).length > 0;
}

function listTakings(list: ts.Expression, file: FileContext): readonly ts.Node[] {
  const binding = ts.isIdentifier(list) ? file.bindingOf(list) : undefined;
  return (binding?.references ?? []).flatMap((reference) => {
    const target = findMethodCall(getOutermostWrapped(reference).parent.parent);
    return target && /^(?:pop|shift)$/.test(target.method) && target.receiver === reference ? [target.call] : [];
  });
}

const smallWalk =
  /error|option|config|setting|argument|flag|route|menu|command|schema|type|director|dirs?(?![a-z])|folder|file|path/i;

/** A walk of all that is nested has a round for each part of it; one that waits for each is slowed down by that alone. */
export function sizeOfWork(at: ts.Node, loop: Repetition, file: FileContext): Size {
  const why = 'a round for each part of what is walked';
  const fn = findEnclosingFunction(at);
  if (waitsEachRound(loop) || (fn && smallWalk.test(nameOfFunction(fn))) || smallWalk.test(at.getText(file.source)))
    return { size: 'unknown', why, at };
  return { size: 'large', why, at, isNested: true };
}
