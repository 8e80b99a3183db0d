/**
 * Generated programs do after the fix what they did before it, and no longer suffer from the defect. Deterministic: the
 * same programs and inputs each time.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { pairs } from '../../src/registry.generated.ts';
import { fixAll } from '../fix-all.ts';
import { hashing, performance } from './differential/computing.ts';
import { compile, type Load, type Observation, type Program } from './differential/program.ts';
import { memory, resources } from './differential/resources.ts';
import { api, database, pooling } from './differential/services.ts';

const seed = 20_251;
const sourcesPerProgram = 6;
const inputsPerSource = 60;
const programs = [...resources, ...memory, ...hashing, ...pooling, ...database, ...performance, ...api];

async function fixed(program: Program, text: string): Promise<string> {
  const pair = pairs.find(({ rule }) => rule.id === program.rule)!;
  const file = `program${program.extension}`;
  const { files, left, applied } = await fixAll({ [file]: text }, pair);
  expect(applied, `nothing is fixed in\n${text}`).toBeGreaterThan(0);
  expect(left, `something is left in\n${files[file]}`).toEqual([]);
  return files[file]!;
}

/** In a time of its own: what one run leaves behind is gone before the next. */
async function observed(program: Program, load: Load, input: unknown): Promise<Observation> {
  vi.clearAllTimers();
  return await program.observe(load, structuredClone(input));
}

test('every fixer is tried on a program', () => {
  const fixing = pairs.filter(({ fixer }) => fixer).map(({ rule }) => rule.id);
  expect([...new Set(programs.map(({ rule }) => rule))].sort()).toEqual(fixing.sort());
});

describe.each(programs.map((program) => [program.rule, program] as const))('what %s mends', (_, program) => {
  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  });
  afterAll(() => {
    vi.useRealTimers();
  });

  test('does the same as before, at no higher cost', async () => {
    const sources = [...new Set(fc.sample(program.source, { seed, numRuns: sourcesPerProgram }))];
    let spared = 0;
    let costs = 0;
    for (const [turn, source] of sources.entries()) {
      vi.useRealTimers();
      const [before, after] = [compile(source), compile(await fixed(program, source))];
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
      await fc.assert(
        fc.asyncProperty(program.input, async (input) => {
          const was = await observed(program, before, input);
          const is = await observed(program, after, input);
          expect(is.results, source).toEqual(was.results);
          if (was.cost === undefined || is.cost === undefined) return;
          costs++;
          expect(is.cost, source).toBeLessThanOrEqual(was.cost);
          if (is.cost < was.cost) spared++;
        }),
        { seed: seed + turn, numRuns: inputsPerSource },
      );
    }
    if (costs > 0) expect(spared, 'the defect is as before').toBeGreaterThan(0);
  });
});
