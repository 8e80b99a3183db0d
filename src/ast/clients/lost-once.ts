import type { FileContext } from '../../model/file-context.ts';
import { isExported, listCallsOf } from '../names/functions.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import { findEnclosingFunction } from '../syntax.ts';
import { ts } from '../ts.ts';
import { lossEmitters } from './loss-emitters.ts';

/**
 * Whether an event tells of the loss of the one connection that a program makes as it starts: what is handed to
 * `client.on('error', …)` then runs once, and the connection that it makes in its place has a listener of its own, or none.
 */
export function isLossOfOnlyOne(emitter: ts.Expression, event: string | undefined, file: FileContext): boolean {
  const binding = ts.isIdentifier(emitter) ? file.bindingOf(emitter) : undefined;
  if (binding?.kind !== 'const' || (event !== 'error' && event !== 'end')) return false;
  const origin = findOrigin(emitter, file);
  const isOne = lossEmitters.some(
    (known) =>
      known.isOne &&
      origin !== undefined &&
      known.modules.test(bareModule(origin.module)) &&
      known.path.test(originName(origin)),
  );
  const maker = isOne ? findEnclosingFunction(binding.identifier) : undefined;
  if (!maker || isExported(maker, file)) return isOne && !maker;
  const calls = listCallsOf(maker, file);
  return calls.length > 0 && calls.every((call) => findEnclosingFunction(call) === undefined);
}
