import { describe, expect, test } from 'vitest';
import { pairs } from '../src/registry.generated.ts';
import { listFixtures, listMarks, scanFiles } from './fixtures.ts';

// Beside the bad fixtures: what is found is repaired in part, or not at all; here counts how sure it is.
describe.each(pairs.map((pair) => [pair.rule.id, pair] as const))('%s', (id, pair) => {
  const weighed = listFixtures(id, 'weighed');
  if (weighed.length === 0) return test.skip('has nothing weighed', () => {});
  test.each(weighed.map((fixture) => [fixture.name, fixture] as const))('weighs %s', async (_, { files }) => {
    const { findings } = await scanFiles(files, [pair], id);
    for (const word of ['possible', 'likely']) {
      const places = findings
        .filter(({ confidence }) => confidence === word)
        .map(({ file, range }) => `${file}:${range.start.line}`);
      expect(places.sort(), word).toEqual(listMarks(files, word).sort());
    }
  });
});
