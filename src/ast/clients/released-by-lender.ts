import type { FileContext } from '../../model/file-context.ts';
import { type FunctionNode, findMethodCall } from '../syntax.ts';
import type { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

const ofKept = /^_?(?:endSession|release(?:Connection|Client|Session)?)$/;

/**
 * `database.endSession()` behind `const session = database.startSession()`: what lends keeps it as well, and ends what it keeps
 * where nothing is handed back. No pool of a library has such a method.
 */
export function listReleasesByLender(
  lender: ts.Expression,
  fn: FunctionNode,
  file: FileContext,
): readonly ts.CallExpression[] {
  const name = lender.getText(file.source);
  return listNodesWithin('CallExpression', fn, file).filter((call) => {
    const target = findMethodCall(call);
    const isOfKept = target && call.arguments.length === 0 && ofKept.test(target.method);
    return isOfKept && target.receiver.getText(file.source) === name;
  });
}
