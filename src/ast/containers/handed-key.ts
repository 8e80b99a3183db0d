import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { listCallsOf, ordinalOf } from '../names/functions.ts';
import { type FunctionNode, isWithin, skipWrappers } from '../syntax.ts';
import { addsAtStart, isFiltered } from '../where/filtered-add.ts';
import { listSourcesOf, type ValueSource } from '../where/given-values.ts';
import type { Add, Growth } from './container-growth.ts';
import type { Container } from './containers.ts';
import { keyDomain } from './key-domain.ts';
import { isDeviceAddress } from './key-type.ts';

/** The first of these adds whose key requests bring, if other files say so: see {@link whenRequestsBring}. */
export function findBroughtAdd(
  adds: readonly Add[],
  container: Container,
  growth: Growth,
  file: FileContext,
): { add: Add; when: LinkCondition } | undefined {
  for (const add of adds) {
    const when = whenRequestsBring(add, container, growth, file);
    if (when) return { add, when };
  }
  return undefined;
}

/**
 * "Requests bring the key", which its name does not tell: a handler hands a part of what was sent to the function that
 * adds, itself or by way of others. Undefined where no parameter is a part of the key, or where it is checked or few.
 */
function whenRequestsBring(
  add: Add,
  container: Container,
  growth: Growth,
  file: FileContext,
): LinkCondition | undefined {
  if (!add.key || !add.fn || keyDomain(add.key, file) === 'bounded') return undefined;
  if (isFiltered(add, growth, file) || addsAtStart(add.fn, file) || isDeviceAddress(add.key, container))
    return undefined;
  const isOwn = container.accesses.some((access) => isWithin(access, add.fn!));
  const sources = listSourcesOf(add.key, file).flatMap((source) =>
    isOwn || source === 'request' ? [source] : listHandedWith(container, add.fn!, source, file),
  );
  const handed = sources.flatMap((source): LinkCondition[] =>
    source === 'request' ? [] : [{ kind: 'handed-by-requests', ...source }],
  );
  return handed.length > 0 ? { kind: 'any', of: handed } : undefined;
}

/** `histogramOf(durations, key)`: of the calls of a helper that works on any table, those that hand it this one. */
function listHandedWith(
  { accesses }: Container,
  helper: FunctionNode,
  source: Exclude<ValueSource, 'request'>,
  file: FileContext,
): ValueSource[] {
  return listCallsOf(helper, file).flatMap((call) => {
    const argument = call.arguments[source.parameter];
    const isOfTable = call.arguments.some((given) => accesses.includes(skipWrappers(given)));
    return isOfTable && argument && source.fn === ordinalOf(helper, file) ? listSourcesOf(argument, file) : [];
  });
}
