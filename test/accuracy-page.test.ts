import { expect, test } from 'vitest';
import { interval, withBlock } from '../scripts/accuracy-page.ts';

test('the interval of a share is wide where little was read', () => {
  expect(interval(0, 2)).toEqual([0, 66]);
  expect(interval(9, 10)).toEqual([60, 98]);
  expect(interval(92, 100)).toEqual([85, 96]);
});

test('a block is written anew between its marks, and nothing else changes', () => {
  const page = 'above\n<!-- figures -->\nold\n<!-- /figures -->\nbelow\n';
  const next = withBlock(page, 'figures', 'new');
  expect(next).toBe('above\n<!-- figures -->\nnew\n<!-- /figures -->\nbelow\n');
  expect(withBlock(next, 'figures', 'new')).toBe(next);
});

test('a document that lost its marks is told of', () => {
  expect(() => withBlock('<!-- figures -->', 'figures', 'new')).toThrow('no <!-- figures -->');
});
