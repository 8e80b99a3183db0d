import type { FileContext } from '../../model/file-context.ts';
import { nameOfHolder } from '../handles/handle-escape.ts';
import { findTimerRun, withCallees } from '../life/after-end.ts';
import { findEnclosingFunction, findMethodCall, isWithin } from '../syntax.ts';
import type { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

/**
 * Whether a timer takes what the function that starts it has put into a list: `queue.push(item); timer =
 * setTimeout(flush, ms)`. That is called once for each item, of which there are many.
 */
export function isOfBatch(call: ts.CallExpression, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  if (!fn) return false;
  const lists = listNodesWithin('CallExpression', fn, file).flatMap((add) => {
    const target = findMethodCall(add);
    const isAdd = target?.method === 'push' && findEnclosingFunction(add) === fn && !isWithin(add, call);
    return isAdd ? [nameOfHolder(target.receiver)] : [];
  });
  const { callback, called } = findTimerRun(call, file);
  const runs = withCallees([...(callback ? [callback] : []), ...called], file);
  return lists.some((name) => name !== '' && runs.some((run) => takes(name, run, file)));
}

/** `list.splice(0)`, `list = []`, `list.length = 0`, or what loops over it. */
function takes(name: string, run: ts.Node, file: FileContext): boolean {
  const word = name.replaceAll('$', '\\$');
  return new RegExp(`(?<![\\w$])${word}(?:\\.(?:splice|shift|length\\s*=(?!=))|\\s*=(?!=))`).test(
    run.getText(file.source),
  );
}
