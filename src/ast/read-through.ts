import type { FileContext } from '../model/file-context.ts';
import { type FunctionNode, findEnclosingFunction, isWithin, rootOfMembers, skipAwait } from './syntax.ts';
import { ts } from './ts.ts';
import { listNodesWithin } from './within.ts';

/**
 * `wrap(key, load, ttl)`: whether a function keeps for a time, under a key that its caller chooses, what a function of that
 * caller loads. It stands before whatever they load, for as many callers as there are.
 */
export function isReadThrough(set: ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  const [key, value, ...others] = set.arguments;
  if (!key || !value || others.length === 0 || !isGiven(key, fn, file)) return false;
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

/** A parameter, or what is made of one: `const key = `${prefix}:${name}``. */
function isGiven(value: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const root = rootOfMembers(skipAwait(value));
  if (isParameterOf(fn, root, file)) return true;
  const declaration = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return (
    made !== undefined &&
    fn.parameters.some(
      ({ name }) => ts.isIdentifier(name) && file.bindingOf(name)?.references.some((use) => isWithin(use, made)),
    )
  );
}
