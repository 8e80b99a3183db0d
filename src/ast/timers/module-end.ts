import type { FileContext } from '../../model/file-context.ts';
import type { HandlePlace } from '../handles/handle-escape.ts';
import { endName, listCloseListeners, withCallees } from '../life/after-end.ts';
import { isDisposerName } from '../names/class-shape.ts';
import { isExported, listFunctions } from '../names/functions.ts';
import { type FunctionNode, findEnclosingFunction, isWithin, nameOfFunction, rootOfMembers } from '../syntax.ts';
import { ts } from '../ts.ts';

/**
 * Whether a timer that a module keeps, in a variable of its own or in an object there, is cleared in places but not
 * where the module ends: by none of the functions it gives out that are named after an end.
 */
export function isMissedAtModuleEnd(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  clears: readonly ts.Node[],
  file: FileContext,
): boolean {
  const arms = findEnclosingFunction(call);
  if (!arms || !places.some((place) => isOfModule(place, file))) return false;
  const ends = listModuleEnds(file);
  if (!ends.some((fn) => endName.test(nameOfFunction(fn))) || ends.includes(arms)) return false;
  const reached = withCallees([...ends, ...listCloseListeners(file)], file);
  return clears.every((clear) => !isWithin(clear, call) && !reached.some((fn) => isWithin(clear, fn)));
}

function isOfModule(place: HandlePlace, file: FileContext): boolean {
  if (place.kind === 'binding') {
    return place.binding.scope === file.moduleScope && /^(?:let|var)$/.test(place.binding.kind);
  }
  if (place.kind !== 'property' || !ts.isPropertyAccessExpression(place.at)) return false;
  const root = rootOfMembers(place.at);
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  return binding !== undefined && binding.scope === file.moduleScope && binding.kind !== 'import';
}

/** The functions at module level that others can call and that are named after an end. */
function listModuleEnds(file: FileContext): readonly FunctionNode[] {
  return listFunctions(file).filter(
    (fn) => !findEnclosingFunction(fn) && isDisposerName(nameOfFunction(fn)) && isExported(fn, file),
  );
}
