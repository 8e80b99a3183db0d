import type { FileContext } from '../../model/file-context.ts';
import { findOrigin, originName, packageOfModule } from '../names/provenance.ts';
import { findMethodCall } from '../syntax.ts';
import type { ts } from '../ts.ts';

/** What a list is brought down to one value by: the step, and the value that it begins with. */
export interface Reduction {
  over: ts.Expression;
  step: ts.Expression;
  initial: ts.Expression;
}

const reduceName = /^reduce(?:Right)?$/;
const listFirst = /^(?:lodash(?:-es)?|lodash\.reduce(?:right)?|underscore)$/;
const listLast = /^(?:ramda|lodash\/fp)$/;

/** `list.reduce(step, [])`; `_.reduce(list, step, [])` of lodash and underscore, `R.reduce(step, [], list)` of Ramda. */
export function findReduction(call: ts.CallExpression, file: FileContext): Reduction | undefined {
  const [first, second, third] = call.arguments;
  if (!first || !second) return undefined;
  if (third) {
    const library = findLibrary(call, file);
    if (library && listLast.test(library)) return { over: third, step: first, initial: second };
    if (library && listFirst.test(library)) return { over: first, step: second, initial: third };
  }
  const target = findMethodCall(call);
  return target && reduceName.test(target.method) ? { over: target.receiver, step: first, initial: second } : undefined;
}

/** The library whose `reduce` is called. */
function findLibrary(call: ts.CallExpression, file: FileContext): string | undefined {
  const origin = findOrigin(call.expression, file);
  if (!origin) return undefined;
  const { module } = origin;
  // `lodash/reduce.js`, `lodash.reduceright`
  const name = originName(origin) || module.replace(/\.js$/, '').split(/[/.]/).at(-1)!.replace('right', 'Right');
  if (!reduceName.test(name)) return undefined;
  return module.startsWith('lodash/fp') ? 'lodash/fp' : packageOfModule(module);
}
