import type { FileContext } from '../model/file-context.ts';
import { findEnclosingFunction, findMemberName, findPromiseAround, isFunctionNode, isWithin } from './syntax.ts';
import { findDelayMs } from './timers.ts';
import { ts } from './ts.ts';

/** A wait of no more than this is over soon, whatever the load. */
const soonMs = 5_000;

/** Whether a written wait ends by itself soon; one that is not written may be long. */
export function isSoonOver(ms: number | undefined): boolean {
  return (ms ?? soonMs + 1) <= soonMs;
}

/**
 * Whether a deadline that is left running holds next to nothing, and not for long: a written delay of some seconds, and
 * a callback that refers to constants, to the promise it settles or to the controller it aborts only.
 */
export function isLightDeadline(timer: ts.CallExpression, file: FileContext): boolean {
  const [run] = timer.arguments;
  return run !== undefined && isSoonOver(findDelayMs(timer)) && holdsLittle(run, run, file);
}

function holdsLittle(node: ts.Node, run: ts.Node, file: FileContext): boolean {
  if (node.kind === ts.SyntaxKind.ThisKeyword) return false;
  if (ts.isIdentifier(node)) {
    const binding = file.bindingOf(node);
    if (!binding || isWithin(binding.identifier, run) || !findEnclosingFunction(binding.identifier)) return true;
    return isSettler(binding.declaration) || findMemberName(node.parent) === 'abort';
  }
  return ts.forEachChild(node, (child) => (holdsLittle(child, run, file) ? undefined : true)) === undefined;
}

/** A parameter of a promise's executor. */
function isSettler(declaration: ts.Node): boolean {
  if (!ts.isParameter(declaration)) return false;
  const executor = declaration.parent;
  return isFunctionNode(executor) && findPromiseAround(executor) !== undefined;
}
