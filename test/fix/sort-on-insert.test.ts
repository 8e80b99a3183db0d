import { afterAll, expect, test } from 'vitest';
import { server as one, deadlines as sorted } from '../../fixtures/no-sort-on-insert/bad/deadlines.ts';
import { deadlines as inserted, server as other } from '../../fixtures/no-sort-on-insert/fixed/deadlines.ts';

afterAll(() => {
  one.close();
  other.close();
});

test('entries that are inserted at their place stand in the order that sorting after each gives, equals too', () => {
  for (let i = 0; i < 500; i++) {
    const at = (i * 7_919) % 97;
    sorted.add(`${i}`, at);
    inserted.add(`${i}`, at);
  }
  expect(inserted.between(0, 97)).toEqual(sorted.between(0, 97));
  expect(inserted.between(0, 97)).toHaveLength(500);
});
