import type { FileContext } from '../../model/file-context.ts';
import { nameOfHolder } from '../handles/handle-escape.ts';
import { listCallsOf } from '../names/functions.ts';
import { type FunctionNode, findMethodCall, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listMethodCalls } from '../within.ts';

/**
 * Whether callers hand a function what they have taken out of a list of idle ones, to which it comes back: `const worker =
 * this.idle.pop(); … run(worker, task)` beside `this.idle.push(worker)`. The same one is handed in again and again.
 */
export function isOfIdle(given: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const name = skipWrappers(given);
  const declaration = ts.isIdentifier(name) ? file.bindingOf(name)?.declaration : undefined;
  if (!declaration || !ts.isParameter(declaration) || declaration.parent !== fn) return false;
  const index = fn.parameters.indexOf(declaration);
  const lists = listCallsOf(fn, file).flatMap(({ arguments: handed }) => {
    const list = handed[index] && findTakenFrom(handed[index], file);
    return list === undefined ? [] : [list];
  });
  return lists.some((list) => comesBack(list, file));
}

/** `this.idle` of what `this.idle.pop()` has given. */
function findTakenFrom(value: ts.Expression, file: FileContext): string | undefined {
  const at = skipWrappers(value);
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : at;
  const target = made && findMethodCall(skipWrappers(made));
  return target && /^(?:pop|shift)$/.test(target.method) ? nameOfHolder(target.receiver) || undefined : undefined;
}

/** A name is put into the list: what makes a new one for it puts in what it has made. */
function comesBack(list: string, file: FileContext): boolean {
  return ['push', 'unshift'].some((method) =>
    listMethodCalls(method, file).some((call) => {
      const [item] = call.arguments;
      const at = item && skipWrappers(item);
      const declaration = at && ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
      return (
        declaration !== undefined &&
        ts.isParameter(declaration) &&
        nameOfHolder(findMethodCall(call)!.receiver) === list
      );
    }),
  );
}
