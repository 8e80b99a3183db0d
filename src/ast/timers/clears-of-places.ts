import type { Binding, FileContext } from '../../model/file-context.ts';
import type { HandlePlace } from '../handles/handle-escape.ts';
import { isInLostCleanup } from '../life/lost-cleanup.ts';
import {
  findEnclosingFunction,
  findMemberPath,
  findPropertyName,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { type TimerClears, timerClears } from './timer-clears.ts';

/** The places of this file that end a timer kept in one of `places`. */
export function listClearsOf(places: readonly HandlePlace[], file: FileContext): readonly ts.Node[] {
  return listAllClears(places, file).filter((clear) => !isInLostCleanup(clear, file));
}

function listAllClears(places: readonly HandlePlace[], file: FileContext): readonly ts.Node[] {
  const clears = timerClears(file);
  return places.flatMap((place) => {
    switch (place.kind) {
      case 'binding':
        // What clears it says where it is kept: `this.timer` of a class beside it is another one.
        return (
          clears.bindings.get(place.binding) ??
          (isShared(place.binding) ? (clears.names.get(place.binding.name) ?? []) : [])
        );
      case 'property':
        return [
          ...(clears.names.get(place.name) ?? clearsOfLocal(place.name, clears)),
          ...listHolders(place.at).flatMap((holder) => clears.wholes.get(holder) ?? []),
        ];
      case 'field':
      case 'collection':
        return clears.names.get(place.name) ?? clearsOfLocal(place.name, clears);
      default:
        return [];
    }
  });
}

/** Those of a timeout, but for what its own callback clears: it has fired by then. */
export function listClearsOfTimeout(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  file: FileContext,
): readonly ts.Node[] {
  const callback = call.arguments[0];
  const clears = listClearsOf(places, file);
  return callback && isFunctionNode(callback) ? clears.filter((clear) => !isWithin(clear, callback)) : clears;
}

/** Handles kept in a local collection are cleared through its binding. */
function clearsOfLocal(name: string, clears: TimerClears): readonly ts.Node[] {
  for (const [binding, nodes] of clears.bindings) if (binding.name === name) return nodes;
  return [];
}

function isShared(binding: Binding): boolean {
  return binding.kind === 'let' || binding.kind === 'var';
}

/** The names of what a property stands in: `timers` of `this.timers = { poll: … }` and of `timers.poll = …`. */
function listHolders(property: ts.Node): readonly string[] {
  if (!ts.isPropertyAssignment(property) && !ts.isShorthandPropertyAssignment(property))
    return (findMemberPath(property as ts.Expression) ?? []).slice(0, -1);
  const { parent } = getOutermostWrapped(property.parent);
  if (ts.isPropertyAssignment(parent)) return [findPropertyName(parent.name) ?? '', ...listHolders(parent)];
  if (isAssignment(parent)) return (findMemberPath(parent.left) ?? []).slice(-1);
  if (ts.isPropertyDeclaration(parent)) return [findPropertyName(parent.name) ?? ''];
  return ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? [parent.name.text] : [];
}

/** `close.timer` where the function `close` of a module clears what some `x.timer` holds. */
export function listClearsByName(file: FileContext): readonly string[] {
  return [...timerClears(file).names].flatMap(([name, nodes]) =>
    nodes.flatMap((node) => {
      const fn = findEnclosingFunction(node);
      const outer = fn && nameOfFunction(fn);
      return outer && /^\w+$/.test(outer) ? [`${outer}.${name}`] : [];
    }),
  );
}
