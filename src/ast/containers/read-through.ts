import type { FileContext } from '../../model/file-context.ts';
import { isOfParameter } from '../life/trimming.ts';
import { type FunctionNode, findEnclosingFunction, skipAwait } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

/**
 * `wrap(key, load, ttl)`: whether a function keeps for a time, under a key that its caller chooses, what a function of that
 * caller loads. It stands before whatever they load, for as many callers as there are.
 */
export function isReadThrough(set: ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  const [key, value, ...others] = set.arguments;
  if (!key || !value || others.length === 0 || !isOfParameter(skipAwait(key), fn, file)) return false;
  return listNodesWithin('AwaitExpression', fn, file).some(({ expression, end }) => {
    const call = skipAwait(expression);
    return (
      end < set.pos &&
      findEnclosingFunction(call) === fn &&
      ts.isCallExpression(call) &&
      isParameterOf(fn, call.expression, file)
    );
  });
}

function isParameterOf(fn: FunctionNode, value: ts.Expression, file: FileContext): boolean {
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  return declaration !== undefined && ts.isParameter(declaration) && declaration.parent === fn;
}
