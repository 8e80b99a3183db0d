import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import { findProperty, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/**
 * The library whose pauses all clients share, as a call leaves its option for chance out, which is off by default: p-retry 7
 * (`randomize`), exponential-backoff 3 (`jitter`).
 */
export function findJitterLeftOut(
  call: ts.CallExpression,
  file: FileContext,
): { module: string; option: string } | undefined {
  const callee = skipWrappers(call.expression);
  if (!ts.isIdentifier(callee) || !/retry|backoff/i.test(callee.text)) return undefined;
  const origin = findOrigin(callee, file);
  const module = origin && bareModule(origin.module);
  const isBackOff = module === 'exponential-backoff' && originName(origin!) === 'backOff';
  const option = module === 'p-retry' ? 'randomize' : isBackOff ? 'jitter' : undefined;
  const options = call.arguments[1] && skipWrappers(call.arguments[1]);
  if (!module || !option) return undefined;
  if (options && (!ts.isObjectLiteralExpression(options) || options.properties.some(ts.isSpreadAssignment)))
    return undefined;
  return findProperty(options, option) ? undefined : { module, option };
}
