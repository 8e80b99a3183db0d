import type { FileContext } from '../../model/file-context.ts';
import type { HandlePlace } from '../handles/handle-escape.ts';
import { findLeaks } from '../handles/release-paths.ts';
import { findEnclosingFunction } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listConditionsOn } from '../where/conditions.ts';
import { findOutcomeBeside } from './settled-poll.ts';
import { findUnclearedLoss } from './uncleared-loss.ts';
import { leadsToClear } from './uncleared-settle.ts';

/** What comes of the work that an interval is started for, and leaves it running where the other outcomes clear it. */
export function findOutcomeLeft(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  clears: readonly ts.Node[],
  file: FileContext,
): ts.Node | undefined {
  const isLocal = places.every((place) => place.kind === 'binding');
  const beside = isLocal && (findOutcomeBeside(call, clears, file) ?? findUnclearedLoss(call, clears, file)?.call);
  return beside || findLeftByRun(call, places, clears, file);
}

/**
 * The way out of a function on which an interval stays that it starts for its own run and clears at the end of that:
 * `const renew = setInterval(…); await work(); clearInterval(renew)`, where the work fails, returns early, or is a
 * generator that nobody asks for its next value. Undefined where anything else can clear it.
 */
function findLeftByRun(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  clears: readonly ts.Node[],
  file: FileContext,
): ts.Node | undefined {
  const home = findEnclosingFunction(call);
  const names = listNames(places);
  if (!home || names.size === 0 || !clears.every((clear) => findEnclosingFunction(clear) === home)) return undefined;
  if (!clears.some((clear) => clear.pos >= call.end)) return undefined;
  const releases = new Set(clears);
  const around = listConditionsOn(call, home, file).map((condition) => condition.getText(file.source));
  const asksFor = (condition: ts.Node): boolean =>
    (condition.getText(file.source).match(/[\w$]+/g) ?? []).some((word) => names.has(word));
  const leaks = findLeaks(
    home,
    {
      acquire: call,
      isRelease: (node) => releases.has(node) || (ts.isCallExpression(node) && leadsToClear(node, clears, file)),
      isGuard: (condition) => asksFor(condition),
      isFlag: (condition) => around.includes(condition.getText(file.source)),
    },
    file,
  );
  return leaks.find(({ outcome }) => outcome !== 'end')?.at;
}

/** What keeps the handle: nothing outside of the function, but for a field of its owner. */
function listNames(places: readonly HandlePlace[]): ReadonlySet<string> {
  const names = places.map((place) =>
    place.kind === 'binding' ? place.binding.name : place.kind === 'field' ? place.name : undefined,
  );
  return new Set(names.every((name) => name !== undefined) ? (names as string[]) : []);
}
