import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue } from '../names/functions.ts';
import { isWithin } from '../syntax.ts';
import { ts } from '../ts.ts';

export type Creation = ts.NewExpression | ts.CallExpression;

/**
 * The places that make what `getClient()`, a function of this file, gives: those in the function, or all of the file where
 * it makes none itself. None for what is no such call. `isCreation` tells what makes one, by a library.
 */
export function listCreationsBehind(
  call: Creation,
  isCreation: (node: Creation) => boolean,
  file: FileContext,
): readonly Creation[] {
  const helper = ts.isCallExpression(call) ? findFunctionValue(call.expression, file) : undefined;
  if (!helper) return [];
  const all = [...file.nodes('NewExpression'), ...file.nodes('CallExpression')].filter(
    (node) => isCreation(node) && !findFunctionValue(node.expression, file),
  );
  const own = all.filter((node) => isWithin(node, helper));
  return own.length > 0 ? own : all;
}
