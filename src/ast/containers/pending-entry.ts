import type { FileContext } from '../../model/file-context.ts';
import { isExecutor } from '../names/functions.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findPropertyName,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Add, Growth } from './container-growth.ts';
import { isFresh } from './fresh-key.ts';

const answerName = /^_?(?:resolve|reject|callback|cb|done|deferred|resolver|rejecter)(?:Fn|Func|Function)?$/i;
const endingName = /(?:Stream|Socket|Connection|Request|Deferred)$/;
/** Calls that make a promise together with what settles it. */
const deferring = /^(?:p?[dD]efer(?:red)?|withResolvers|(?:create|make|new)Deferred\w*)$/;

/**
 * Whether an entry stands for one operation that is under way: it holds what is called once when the answer comes, or a
 * stream, a socket or a request made on the spot. Such an entry is of no use to anybody once the operation has ended.
 */
function isPendingEntry(add: Add, file: FileContext): boolean {
  return add.value !== undefined && standsForOperation(add.value, file, 0);
}

function standsForOperation(expression: ts.Expression, file: FileContext, depth: number): boolean {
  if (depth > 3) return false;
  const value = skipWrappers(expression);
  if (ts.isIdentifier(value)) {
    const declaration = file.bindingOf(value)?.declaration;
    const isGiven = declaration !== undefined && (ts.isParameter(declaration) || ts.isBindingElement(declaration));
    if (isGiven) return answerName.test(value.text);
    const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    return made !== undefined && standsForOperation(made, file, depth + 1);
  }
  if (ts.isCallExpression(value)) return deferring.test(calleeName(value));
  if (isFunctionNode(value)) return settlesPromise(value, file);
  if (ts.isNewExpression(value)) {
    const callee = skipWrappers(value.expression);
    const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText(file.source);
    return endingName.test(name);
  }
  if (ts.isObjectLiteralExpression(value))
    return value.properties.some((property) => {
      if (ts.isShorthandPropertyAssignment(property)) return standsForOperation(property.name, file, depth + 1);
      return (
        ts.isPropertyAssignment(property) &&
        answerName.test(findPropertyName(property.name) ?? '') &&
        standsForOperation(property.initializer, file, depth + 1)
      );
    });
  return ts.isArrayLiteralExpression(value) && value.elements.some((e) => standsForOperation(e, file, depth + 1));
}

/** Whether a value is, or holds, what settles one promise that the function around it makes. */
export function settlesOnePromise(expression: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(expression);
  if (isFunctionNode(value)) return settlesPromise(value, file);
  if (ts.isIdentifier(value)) {
    const declaration = file.bindingOf(value)?.declaration;
    return declaration !== undefined && ts.isParameter(declaration) && isSettling(declaration);
  }
  return (
    ts.isObjectLiteralExpression(value) &&
    value.properties.some(
      (property) =>
        (ts.isShorthandPropertyAssignment(property) && settlesOnePromise(property.name, file)) ||
        (ts.isPropertyAssignment(property) && settlesOnePromise(property.initializer, file)),
    )
  );
}

/** A parameter of `new Promise((resolve, reject) => …)`, or the `resolve` of what makes one: `defer((resolve) => …)`. */
function isSettling(declaration: ts.ParameterDeclaration): boolean {
  const fn = declaration.parent as FunctionNode;
  if (isExecutor(fn)) return true;
  const isFirst = fn.parameters[0] === declaration && declaration.name.getText() === 'resolve';
  return isFirst && ts.isCallExpression(getOutermostWrapped(fn).parent);
}

/** `(answer) => resolve(answer.body)`, kept by the executor of that promise. */
function settlesPromise(fn: FunctionNode, file: FileContext): boolean {
  const executor = findEnclosingFunction(fn);
  if (!executor || !isExecutor(executor)) return false;
  return executor.parameters.some(({ name }) => {
    const settle = ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
    return settle?.references.some((use) => isWithin(use, fn)) ?? false;
  });
}

/** What waits under a number of its own and is never taken out stays when it has ended, however long its owner lives. */
export function isNeverAnswered(add: Add, growth: Growth, file: FileContext): boolean {
  return growth.removals.length === 0 && isFresh(add.key!, file) && isPendingEntry(add, file);
}
