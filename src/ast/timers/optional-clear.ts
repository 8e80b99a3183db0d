import type { FileContext } from '../../model/file-context.ts';
import { findCalled } from '../life/after-end.ts';
import { findEnclosingFunction, findMemberPath, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listConditionsOn } from '../where/conditions.ts';

const optionHolder = /^(?:opts|options|config|settings|params)$/i;

/**
 * The condition on an option on which alone a timer is cleared, anywhere, though it is started without it: where the
 * option is not set, nothing ends the timer.
 */
export function findOptionalClear(
  call: ts.CallExpression,
  clears: readonly ts.Node[],
  file: FileContext,
): ts.Expression | undefined {
  const start = findEnclosingFunction(call);
  const asked = clears.map((clear) => findOption(clear, file));
  const [first] = asked;
  if (!start || !first || clears.some((clear) => isWithin(clear, call))) return undefined;
  const name = first.getText(file.source);
  if (!asked.every((option) => option?.getText(file.source) === name)) return undefined;
  const isAsked = (at: ts.Node): boolean => {
    const fn = findEnclosingFunction(at);
    return (
      fn !== undefined &&
      listConditionsOn(at, fn, file).some((condition) => condition.getText(file.source).includes(name))
    );
  };
  const starts = file.nodes('CallExpression').filter((site) => findCalled(site, file) === start);
  return [call, ...starts].some(isAsked) ? undefined : first;
}

/** `this.opts.showLength` of `if (this.opts.showLength) clearInterval(…)`: what it asks is no state. */
function findOption(clear: ts.Node, file: FileContext): ts.Expression | undefined {
  const fn = findEnclosingFunction(clear);
  if (!fn) return undefined;
  return listConditionsOn(clear, fn, file)
    .map(skipWrappers)
    .find((condition) => {
      const path = ts.isPropertyAccessExpression(condition) ? findMemberPath(condition) : undefined;
      return path?.slice(0, -1).some((part) => optionHolder.test(part)) ?? false;
    });
}
