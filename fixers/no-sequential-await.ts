import type { SequentialAwait } from '../rules/performance/no-sequential-await.ts';
import type { AwaitedElements } from '../src/ast/io/awaited-elements.ts';
import type { IndependentReads } from '../src/ast/io/independent-reads.ts';
import { isNamedWrite } from '../src/ast/io/io-call.ts';
import { findMemberName } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import { contains } from '../src/ast/within.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { awaitMembers } from './edit/await-members.ts';
import { awaitTogether } from './edit/await-together.ts';
import { groupReads } from './edit/group-reads.ts';

const note = 'all of them are started even if the first fails';

export const fixer: Fixer<SequentialAwait> = {
  rule: 'no-sequential-await',
  safety: 'review',
  changes:
    'puts neighbouring reads, and those for one object, into one `Promise.all`, above declarations between them that only compute, and takes out `await` in the list of one',
  fix({ at, data }, file): Fix | Skip {
    if (data.kind === 'loop')
      return { skip: 'use mapLimit, or one query for all rows; which of them only the schema tells' };
    if (data.kind === 'members') {
      const edits = awaitMembers(at as ts.AwaitExpression, file);
      return 'skip' in edits ? edits : { edits, note };
    }
    return data.kind === 'elements' ? startTogether(data.elements, file) : joinReads(data.reads, file);
  },
};

/** Reads that follow one another, in one `Promise.all`, or in a few where something between some of them must stay there. */
function joinReads({ statements }: IndependentReads, file: FileContext): Fix | Skip {
  const { groups, why } = groupReads(statements, file);
  const joined = groups.filter(({ reads }) => reads.length > 1);
  const [edit, ...edits] = joined.flatMap((group) => awaitTogether(group, file));
  if (!edit) return { skip: why! };
  const isMoved = joined.some(({ between }) => between.length > 0);
  const ofAll = isMoved ? `${note}, or what was computed between them throws` : note;
  return { edits: [edit, ...edits], note: why === undefined ? ofAll : `${ofAll}; not all can be joined: ${why}` };
}

/** `Promise.all([await a(), await b()])` without its inner `await`; a comment behind one stays. */
function startTogether({ awaits, calls, hasWrite }: AwaitedElements, file: FileContext): Fix | Skip {
  if (hasWrite || calls.some(isNamedWrite))
    return { skip: 'one of them writes, and those behind it may count on that: take out `await` where none does' };
  const list = awaits[0]!.parent as ts.ArrayLiteralExpression;
  if (list.elements.slice(1).some(waitsInside))
    return { skip: 'one waits for something else before it is read: name that in a line above the list' };
  const edits = awaits.map((one): TextEdit => {
    const start = one.getStart(file.source);
    const [word] = /^await\s*/.exec(file.text.slice(start))!;
    return { start, end: start + word.length, text: '' };
  });
  const isSettled = findMemberName((list.parent as ts.CallExpression).expression) === 'allSettled';
  return {
    edits: edits as [TextEdit, ...TextEdit[]],
    note: `${note}${isSettled ? '; a failure is no longer thrown but told with the outcomes' : ''}`,
  };
}

/** Whether an element waits for what it is made of: those before it would be under way with nobody to hear them fail. */
function waitsInside(element: ts.Expression): boolean {
  return contains(ts.isAwaitExpression(element) ? element.expression : element, ts.isAwaitExpression);
}
