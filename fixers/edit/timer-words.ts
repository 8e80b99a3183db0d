import type { ClassField } from '../../src/ast/names/class-shape.ts';
import { type FunctionNode, nameOfFunction, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import { isTypeScriptFile } from './keep-value.ts';

/** `setInterval` → `clearInterval`, `window.setTimeout` → `window.clearTimeout`. */
export function clearFunctionOf(call: ts.CallExpression, file: FileContext): string {
  const callee = skipWrappers(call.expression);
  if (ts.isIdentifier(callee)) return /Interval/.test(callee.text) ? 'clearInterval' : 'clearTimeout';
  return callee.getText(file.source).replace(/set(Interval|Timeout)$/, 'clear$1');
}

/** The type of a variable that may hold the timer. */
export function timerType(call: ts.CallExpression, file: FileContext): string {
  return `ReturnType<typeof ${call.expression.getText(file.source)}> | undefined`;
}

/**
 * `scheduleReport` → `reportTimer`; `start` and constructors → `timer`, or, where a class extends another one that may
 * have a `timer` too, `clientTimer` of `Client`.
 */
export function timerName(fn: FunctionNode | undefined, isTaken: (name: string) => boolean, derived?: string): string {
  const name = fn ? nameOfFunction(fn) : '';
  const topic = /^_*(?:schedule|start|begin|init|setup|arm|queue|plan|run)([A-Z]\w*)$/.exec(name)?.[1];
  const word = topic ?? derived?.replace(/^[^A-Za-z]*[A-Z]*(?=[A-Z])/, '');
  const base = word && /^[A-Za-z]\w*$/.test(word) ? `${word[0]!.toLowerCase()}${word.slice(1)}Timer` : 'timer';
  let free = base;
  for (let n = 2; isTaken(free); n++) free = `${base}${n}`;
  return free;
}

/** A statement that ends the timer in `target`; `clearTimeout(null)` does not compile, so such a field is asked first. */
export function clearStatement(
  clear: string,
  target: string,
  field: ClassField | undefined,
  file: FileContext,
): string {
  const mayBeNull =
    isTypeScriptFile(file) && (field?.types.some((type) => /\bnull\b/.test(type.getText(file.source))) ?? false);
  return mayBeNull ? `if (${target}) ${clear}(${target});` : `${clear}(${target});`;
}
