import { expect, test } from 'vitest';
import { discover } from '../../src/engine/discover.ts';
import { type FileOutcome, processFile } from '../../src/engine/process-file.ts';
import { RulePlan } from '../../src/engine/rule-plan.ts';
import { Helpers, takeBatches, type WorkerInput } from '../../src/engine/threads.ts';
import { pairs } from '../../src/registry.generated.ts';
import { tempProject } from './temp-project.ts';

const leak = (name: string): string => `export function ${name}() {\n  setInterval(() => ${name}(), 1000);\n}\n`;
const texts = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`src/f${i}.ts`, leak(`f${i}`)]));

function inputFor(root: string, more: Partial<WorkerInput> = {}): WorkerInput {
  const { files, packages } = discover({ root });
  return {
    plan: {},
    pairsModule: new URL('../../src/pairs.ts', import.meta.url).href,
    plugins: [],
    files: files.map((file) => ({ file, pkg: packages.factsOf(file.packageDir) })),
    taken: new SharedArrayBuffer(4),
    ...more,
  };
}

test('what helping threads make of files is what the calling thread makes of them, each file once', async () => {
  const input = inputFor(tempProject(texts));
  const outcomes: FileOutcome[] = [];
  const helpers = new Helpers(2, input, (outcome) => outcomes.push(outcome));
  try {
    await helpers.finish(() => outcomes.length === input.files.length, undefined);
  } finally {
    await helpers.end();
  }
  const plan = new RulePlan(pairs, {});
  const own = input.files.map(({ file, pkg }) => processFile(file, pkg, plan));
  const byPath = (list: FileOutcome[]) => [...list].sort((a, b) => (a.path < b.path ? -1 : 1));
  expect(own.some((outcome) => outcome.kind === 'scanned' && outcome.result!.findings.length > 0)).toBe(true);
  expect(byPath(outcomes)).toEqual(byPath(own));
});

test('files are handed out once, whoever takes them', () => {
  const files = Array.from({ length: 50 }, (_, i) => i);
  const taken = new SharedArrayBuffer(4);
  const [one, other] = [takeBatches(files, taken), takeBatches(files, taken)];
  const got = [...(one.next().value ?? []), ...(other.next().value ?? []), ...[...one].flat(), ...[...other].flat()];
  expect(got.sort((a, b) => a - b)).toEqual(files);
});

test('a thread that cannot load its rules fails the scan with its error', async () => {
  const input = inputFor(tempProject(texts), { pairsModule: 'data:text/javascript,throw new Error("no rules here")' });
  const helpers = new Helpers(1, input, () => {});
  try {
    await expect(helpers.finish(() => false, undefined)).rejects.toThrow('no rules here');
  } finally {
    await helpers.end();
  }
});

test('an abort ends the wait for threads, with its reason', async () => {
  const input = inputFor(tempProject(texts));
  const helpers = new Helpers(1, input, () => {});
  const stop = new AbortController();
  try {
    const end = helpers.finish(() => false, stop.signal);
    stop.abort(new Error('enough'));
    await expect(end).rejects.toThrow('enough');
  } finally {
    await helpers.end();
  }
});
