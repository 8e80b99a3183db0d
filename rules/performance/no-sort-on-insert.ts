import { findSortOnInsert, type SortOnInsert } from '../../src/ast/containers/sort-on-insert.ts';
import { listRepetitions } from '../../src/ast/size/loop-facts.ts';
import { findEnclosingFunction, findMethodCall } from '../../src/ast/syntax.ts';
import { isInBrowser } from '../../src/ast/where/tooling.ts';
import { runsUnderLoad } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';

export const rule = defineRule<SortOnInsert>({
  id: 'no-sort-on-insert',
  category: 'performance',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 20,
  message: '{name} is sorted anew {when}: n log n comparisons for one insert.',
  why: 'Adding 5,000 entries one by one and sorting after each took 324 ms, 1,000 took 16 ms; the cost of one insert grows with all that is there already.',
  advice:
    'Use a PriorityQueue where only the first is taken; else insert at the place that a binary search finds, or sort when the order is asked for.',
  limits: [
    'Lists of handlers, plugins and the like are left alone: they are filled once.',
    'A sort that is put off until the next read is seen only where that read takes one entry.',
    'Lists that another function takes entries from one by one are queues, as long as there is work, and a sort in the very loop that fills its list runs once for each entry of the data. How long other lists get is not known: they are `possible`.',
  ],
  mentions: ['sort&push', 'sort&unshift'],
  visit: {
    CallExpression(call, file) {
      if (findMethodCall(call)?.method !== 'sort' || isInBrowser(file)) return undefined;
      const found = findSortOnInsert(call, file);
      return (
        found && {
          at: call,
          related: [
            { at: found.push, note: 'one entry is added here' },
            ...(found.take ? [{ at: found.take, note: 'and one is taken here' }] : []),
          ],
          ...(!found.take && listRepetitions(call).length === 0 && { confidence: 'possible' as const }),
          values: {
            name: found.list.getText(file.source),
            when: isPutOff(found) ? 'whenever one is taken after one was added' : 'for each entry that is added',
          },
          when: runsUnderLoad(found.push, file),
          data: found,
        }
      );
    },
  },
});

/** Beside the take, not beside the push. */
function isPutOff({ call, take }: SortOnInsert): boolean {
  return take !== undefined && findEnclosingFunction(take) === findEnclosingFunction(call);
}
