import type { FileContext } from '../model/file-context.ts';
import type { Add } from './container-growth.ts';
import { findPropertyName, skipWrappers } from './syntax.ts';
import { ts } from './ts.ts';

const answerName = /^_?(?:resolve|reject|callback|cb|done|deferred|resolver|rejecter)(?:Fn|Func|Function)?$/i;
const endingName = /(?:Stream|Socket|Connection|Request|Deferred)$/;

/**
 * Whether an entry stands for one operation that is under way: it holds what is called once when the answer comes, or a
 * stream, a socket or a request made on the spot. Such an entry is of no use to anybody once the operation has ended.
 */
export function isPendingEntry(add: Add, file: FileContext): boolean {
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
