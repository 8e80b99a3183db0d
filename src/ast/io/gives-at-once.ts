import { type FunctionNode, nameOfFunction } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listBatchNames } from './batch-sibling.ts';

/** Types of what comes later, or may: also by an alias that says so, a parameter of a type, and a type that says nothing. */
const maybeLater =
  /Promise|Thenable|Async|Await|Observable|Deferred|Future|Task|Effect|Query|Cursor|Stream|ReturnType|\b(?:any|unknown|this|void|never|[A-Z][A-Z0-9]?)\b/i;

/**
 * Whether what a look-up by one key gives is there as it returns (`getRateById(id): Rate | undefined`): it is not `async`, and
 * its written type is that of a value. Told only of functions named so, since nobody asks of others.
 */
export function givesAtOnce(fn: FunctionNode): boolean {
  if (
    !fn.type ||
    fn.asteriskToken ||
    (ts.getCombinedModifierFlags(fn as ts.Declaration) & ts.ModifierFlags.Async) !== 0
  )
    return false;
  return listBatchNames(nameOfFunction(fn)).length > 0 && !maybeLater.test(fn.type.getText());
}
