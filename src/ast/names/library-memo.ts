import type { FileContext } from '../../model/file-context.ts';
import { calleeName } from '../syntax.ts';
import type { ts } from '../ts.ts';
import { bareModule, findOrigin } from './provenance.ts';

const memoizer =
  /^(?:lodash(?:-es)?(?:\/memoize(?:\.js)?)?|lodash\.memoize|underscore|async|memoizee|fast-memoize|p-memoize|mem|memoize|nano-memoize)$/;

/** Whether a call wraps a function so that it keeps an answer for each argument, with a library that by itself forgets none. */
export function isLibraryMemo(call: ts.CallExpression, file: FileContext): boolean {
  if (!/mem/i.test(calleeName(call))) return false;
  const origin = findOrigin(call.expression, file);
  if (!origin || !memoizer.test(bareModule(origin.module))) return false;
  const name = origin.path.findLast((step) => step !== 'default' && step !== '*');
  return name === 'memoize' || (name === undefined && !/^(?:lodash(?:-es)?|underscore|async)$/.test(origin.module));
}
