import type { FileContext } from '../../model/file-context.ts';
import { listCallsOf } from '../names/functions.ts';
import { type FunctionNode, findEnclosingFunction, getOutermostWrapped, isWithin } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findEntryPoint } from './entry-points.ts';
import { findRepetition } from './where.ts';

/** Calls further out are not followed. */
const maxHops = 8;

/**
 * Whether `fn` may run many times during one run of `home` around it: it is given away, called from several places or
 * in a loop, or listens; a callback that runs once for the function around it (`.then`, an executor) does not count.
 */
export function runsAgainWithin(fn: FunctionNode, home: FunctionNode, file: FileContext): boolean {
  let at: FunctionNode | undefined = fn;
  for (let hops = 0; at && at !== home && hops < maxHops; hops++) {
    const outer = getOutermostWrapped(at);
    const { parent } = outer;
    const isInline = ts.isCallExpression(parent) || ts.isNewExpression(parent);
    if (isInline) {
      const isRepeated = findEntryPoint(at, file) !== undefined || (at.body && findRepetition(at.body) !== undefined);
      if (isRepeated) return true;
      at = findEnclosingFunction(at);
      continue;
    }
    const name = ts.isFunctionDeclaration(at) ? at.name : ts.isVariableDeclaration(parent) ? parent.name : undefined;
    const binding = name && ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
    if (!binding) return true;
    const calls = listCallsOf(at, file);
    const [call] = calls;
    if (calls.length !== 1 || binding.references.length !== 1 || !call) return binding.references.length > 0;
    if (isWithin(call, at) || findRepetition(call)) return true;
    at = findEnclosingFunction(call);
  }
  return false;
}
