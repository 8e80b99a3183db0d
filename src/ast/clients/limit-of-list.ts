import type { FileContext } from '../../model/file-context.ts';
import { findEnclosingFunction, findMethodCall, isFunctionNode, isLoop } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findClientHome } from './client-home.ts';

const asking = /^(?:acquire|use|connect|getConnection|query)$/;
const ofEach = /^(?:map|flatMap|forEach|reduce)$/;

/**
 * Whether a pool that a function makes for itself is only asked for each item of a list, in a loop or a callback of the very call: it
 * is there to let few of them run at once, and whoever waits for a place is one of them.
 */
export function limitsOneList(creation: ts.Node, file: FileContext): boolean {
  const maker = findEnclosingFunction(creation);
  const { binding } = findClientHome(creation, file) ?? {};
  if (!maker || !binding || findEnclosingFunction(binding.identifier) !== maker) return false;
  const asked = binding.references.filter((use) => asking.test(findMethodCall(use.parent.parent)?.method ?? ''));
  return asked.length > 0 && asked.every((use) => runsForEach(use, maker));
}

function runsForEach(use: ts.Node, maker: ts.Node): boolean {
  for (let at = use; at.parent && at !== maker; at = at.parent) {
    if (isLoop(at)) return findEnclosingFunction(at) === maker;
    if (!isFunctionNode(at)) continue;
    const target = ts.isCallExpression(at.parent) ? findMethodCall(at.parent) : undefined;
    return target !== undefined && ofEach.test(target.method) && findEnclosingFunction(at) === maker;
  }
  return false;
}
