import type { FileContext } from '../../model/file-context.ts';
import { findEnclosingFunction, isWithin } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listConditionsOn } from '../where/conditions.ts';
import { listNodesWithin } from '../within.ts';
import { asksForEnd, findCalled } from './after-end.ts';
import type { Life } from './life-cycle.ts';

/**
 * Whether `wrap` hands the function that `site` stands in to a function of the file that runs it only where the owner has not
 * ended: `work().then(this.unlessStopped(() => this.arm()))`, and `unlessStopped(run) { return () => (this.stopped ? undefined : run()); }`.
 */
export function asksBeforeItRuns(wrap: ts.Node, site: ts.Node, life: Life, file: FileContext): boolean {
  if (!ts.isCallExpression(wrap)) return false;
  const wrapper = findCalled(wrap, file);
  const name = wrapper?.parameters[wrap.arguments.findIndex((argument) => isWithin(site, argument))]?.name;
  const handed = name && ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
  if (!wrapper || !handed || listNodesWithin('AwaitExpression', wrapper, file).length > 0) return false;
  const runs = handed.references.filter((use) => use !== name);
  const isAsked = (use: ts.Node): boolean => {
    const fn = findEnclosingFunction(use);
    const isRun = ts.isCallExpression(use.parent) && use.parent.expression === use;
    return isRun && fn !== undefined && listConditionsOn(use, fn, file).length > 0;
  };
  return runs.length > 0 && runs.every(isAsked) && asksForEnd(wrap, [wrapper], life, file);
}
