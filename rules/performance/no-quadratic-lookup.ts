import { allOf, anyOf } from '../../src/ast/all-of.ts';
import { findListAsSet, type ListAsSet } from '../../src/ast/containers/list-as-set.ts';
import { roundWords, together } from '../../src/ast/mention-words.ts';
import { type FirstKey, findFirstKey } from '../../src/ast/size/first-key.ts';
import { findLinearLookup, type LinearLookup } from '../../src/ast/size/linear-lookup.ts';
import { getOutermostRound } from '../../src/ast/size/loop-facts.ts';
import { findSortLookup, type SortLookup } from '../../src/ast/size/sort-lookup.ts';
import { givenWords } from '../../src/ast/size/tied-size.ts';
import { findMethodCall } from '../../src/ast/syntax.ts';
import type { ts } from '../../src/ast/ts.ts';
import { sureInLibrary } from '../../src/ast/where/under-load.ts';
import { onAskedPath, onRequestPath, runsRepeatedly, runsUnderLoad } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match, Related } from '../../src/model/rule.ts';

export type QuadraticLookup =
  | { kind: 'loop'; lookup: LinearLookup }
  | { kind: 'set'; lookup: ListAsSet }
  | { kind: 'sort'; lookup: SortLookup }
  | { kind: 'keys'; lookup: FirstKey };

/** Of what drops the first of all keys. */
const firstKeyWords = together(['delete '], ['Object.keys(', ' in ']);

const searching = /^(?:find|findIndex|findLast|some|filter|includes|indexOf|lastIndexOf)$/;

function describe({ list, over }: NonNullable<LinearLookup['evidence']>): Related[] {
  const places = list.at === over.at ? [over] : [over, list];
  return places.filter(({ size }) => size === 'large').map(({ at, why }) => ({ at, note: why }));
}

export const rule = defineRule<QuadraticLookup>({
  id: 'no-quadratic-lookup',
  category: 'performance',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 10,
  message: '{list} is searched from its beginning {when}: the time grows with the square of their number.',
  why: 'A search of an array looks at every item. Among 10,000 it takes 17 µs where a Set or a Map takes 0.02 µs, and it is done once for each of them; below some hundred there is no difference, and then one customer has more.',
  advice:
    'Build a Map or a Set of the list once, before the loop, and look up in that; keep what is added and removed one by one in a Set or a Map instead of an array.',
  limits: [
    'Most lists are some dozens long, also those that grow with data: it is `likely` only in a library, for the rows of a result and for what is done in bulk, which users hand in, for the keys that a data loader gathers, for what waits to be taken elsewhere, and for a list of all clients that are connected; on the request path for a list that is kept for the life of the process, and for rows of a read, or what a stream brings, of which each is looked for among those gathered before. Where else it is shown that both sides grow, the finding says by what.',
    'What is read by the keys of a list is as long as that list, and so are the different ids of its own items; of kinds and names there are few.',
    'Searches in what a sort compares with are `likely` in a library, where the list is a copy of what is sorted or one for each of it; all keys that are listed to drop the first, where users of a library fill the object.',
    'Searches in a helper that is called in the loop are not seen, but in one that a sort compares with.',
  ],
  mentions: [
    ...together(['.find', '.some(', '.filter(', '.includes(', 'ndexOf('], roundWords),
    ...together(['.includes(', 'ndexOf(', '.findIndex(', '.filter('], ['.push(', '.unshift(']),
    ...firstKeyWords,
  ],
  sureMentions: [
    ...givenWords,
    ...firstKeyWords,
    ...together(['ndexOf(', '.findIndex('], ['.sort(', '.toSorted(']),
    "'close",
    '"close',
    "'end",
    '"end',
    "'disconnect",
    '"disconnect',
    ...together(['.includes(', 'ndexOf('], ['.push(', '.unshift(']),
    ...together(
      ['.some(', '.find'],
      ['.push('],
      ['.toArray(', '.query(', '.execute(', '.findMany(', '.findAll(', 'aginate', 'for await'],
    ),
  ],
  visit: {
    ForInStatement: judgeKeys,
    CallExpression(call, file) {
      const first = judgeKeys(call, file);
      if (first) return first;
      if (!searching.test(findMethodCall(call)?.method ?? '')) return undefined;
      const when = runsUnderLoad(getOutermostRound(call), file);
      const text = (node: ts.Node): string => node.getText(file.source);
      const lookup = findLinearLookup(call, file);
      if (lookup) {
        const { list, over } = lookup;
        const values = { list: text(list), when: `for each of ${text(over)}` };
        const { evidence } = lookup;
        return {
          at: call,
          values,
          ...(evidence && { related: describe(evidence) }),
          ...(lookup.gathersRows
            ? { sureWhen: onAskedPath(getOutermostRound(call), file) }
            : lookup.gathersStream
              ? { sureWhen: anyOf(onRequestPath(call, file), { kind: 'in-library' }) }
              : sureInLibrary(evidence?.over.isGiven === true)),
          when,
          data: { kind: 'loop', lookup },
        };
      }
      const sort = findSortLookup(call, file);
      if (sort)
        return {
          at: call,
          values: { list: text(sort.list), when: `for each comparison of ${text(sort.over)}` },
          related: [{ at: sort.over, note: sort.why }],
          ...sureInLibrary(true),
          when,
          data: { kind: 'sort', lookup: sort },
        };
      const set = findListAsSet(call, file);
      if (!set) return undefined;
      const { evidence, use, grows, made } = set;
      const place = getOutermostRound(set.add);
      return {
        at: call,
        values: { list: text(set.list), when: `whenever one is ${use === 'add' ? 'added' : 'removed'}` },
        ...(evidence && { related: [{ at: evidence.at, note: evidence.why }] }),
        // What requests leave there for the life of the process needs nobody else to be many.
        ...(grows !== 'by requests' && sureInLibrary(evidence !== undefined && grows !== 'under load')),
        when:
          !evidence || grows === 'by itself'
            ? when
            : grows === 'by requests'
              ? allOf(onRequestPath(place, file), made && { kind: 'not', of: runsRepeatedly(made, file) })
              : runsUnderLoad(place, file),
        data: { kind: 'set', lookup: set },
      };
    },
  },
});

/** What users of a library keep there is as much as they have. */
function judgeKeys(node: ts.CallExpression | ts.ForInStatement, file: FileContext): Match<QuadraticLookup> | undefined {
  const found = findFirstKey(node, file);
  return (
    found && {
      at: node,
      values: { list: found.table.getText(file.source), when: 'whenever the oldest entry goes' },
      ...sureInLibrary(true),
      when: runsUnderLoad(node, file),
      data: { kind: 'keys', lookup: found },
    }
  );
}
