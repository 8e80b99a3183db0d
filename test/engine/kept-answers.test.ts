import { expect, test } from 'vitest';
import { KeptAnswers } from '../../src/engine/kept-answers.ts';

test('of a file that is asked something new, what no one asks any more goes; of others it stays', () => {
  const first = new KeptAnswers();
  first.put('a.ts', 'is it', null);
  first.put('a.ts', 'named x', ['y']);
  first.put('b.ts', 'is it', false);
  first.put('c.ts', 'is it', true);
  const kept = first.list(['a.ts', 'b.ts', 'c.ts']);
  expect(kept).toEqual({
    'a.ts': { 'is it': null, 'named x': ['y'] },
    'b.ts': { 'is it': false },
    'c.ts': { 'is it': true },
  });

  const second = new KeptAnswers(kept);
  expect([second.of('a.ts', 'named x'), second.of('a.ts', 'named z')]).toEqual([['y'], undefined]);
  second.put('a.ts', 'named z', []);
  second.forget('c.ts');
  expect(second.of('c.ts', 'is it')).toBeUndefined();
  expect(second.list(['a.ts', 'b.ts', 'c.ts'])).toEqual({
    'a.ts': { 'named x': ['y'], 'named z': [] },
    'b.ts': { 'is it': false },
  });
  expect(second.list(['b.ts'])).toEqual({ 'b.ts': { 'is it': false } });
});
