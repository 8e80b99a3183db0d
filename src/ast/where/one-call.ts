import type { FileContext } from '../../model/file-context.ts';
import { findMethodAround } from '../life/end-of-life.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { listCaptures } from '../names/captures.ts';
import type { ClassShape } from '../names/class-shape.ts';
import { findFunctionValue } from '../names/functions.ts';
import { hasModifier, nameOfFunction, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isGuardedByState } from './latch.ts';

/** Called once for what it sets up, or to add what it is handed. */
const settingUp =
  /^_*(?:on|once|add|subscribe|watch|listen|observe|register|bind|attach|hook|setup|setUp|set|init|install|enable|start|connect|run|boot|bootstrap|configure|load|wire|activate|mount|forward|pipe|ng|after|component|created|mounted|post)(?:[A-Z_]\w*)?$/;

/**
 * Whether a listener that a method adds serves the one call only: it holds on to what this call makes for its caller, so
 * that each call leaves another one.
 */
export function servesOneCall(call: ts.CallExpression, shape: ClassShape, file: FileContext): boolean {
  const method = findMethodAround(call, shape);
  if (!method || method === shape.constructorNode || settingUp.test(nameOfFunction(method))) return false;
  if (
    hasModifier(method, ts.SyntaxKind.StaticKeyword) ||
    (ts.getDecorators(method as ts.MethodDeclaration) ?? []).length
  )
    return false;
  if (isGuardedByState(call, method, file)) return false;
  const returned = listReturnedValues(method, file).map(skipWrappers) as readonly ts.Node[];
  return call.arguments.some((argument) => {
    const listener = findFunctionValue(skipWrappers(argument), file);
    if (!listener) return false;
    return listCaptures(listener, method, file).some(
      ({ kind, references }) =>
        /^(?:const|let|var)$/.test(kind) && references.some((reference) => returned.includes(reference)),
    );
  });
}
