import { expect, test } from 'vitest';
import { pairs } from '../src/registry.generated.ts';
import { listFixtures, listMarks, scanFiles } from './fixtures.ts';

const weighed = pairs.flatMap((pair) =>
  listFixtures(pair.rule.id, 'weighed').map((fixture) => [pair.rule.id, fixture.name, pair, fixture] as const),
);

// Beside the bad fixtures: what is found is repaired in part, or not at all; here counts how sure it is.
test.each(weighed)('%s weighs %s', async (id, _, pair, { files }) => {
  const { findings } = await scanFiles(files, [pair], id);
  for (const word of ['possible', 'likely']) {
    const places = findings
      .filter(({ confidence }) => confidence === word)
      .map(({ file, range }) => `${file}:${range.start.line}`);
    expect(places.sort(), word).toEqual(listMarks(files, word).sort());
  }
  const byDefault = (await scanFiles(files, [pair], id, 'likely')).findings;
  expect(byDefault.map(({ file, range }) => `${file}:${range.start.line}`).sort(), 'by default').toEqual(
    listMarks(files, 'likely').sort(),
  );
});
