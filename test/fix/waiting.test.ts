import { describe, expect, it } from 'vitest';
import { ScanMemory } from '../../src/engine/scan-memory.ts';
import { fixProject } from '../../src/fix/fix.ts';
import { run } from '../../src/run.ts';
import { runFix } from '../../src/run-fix.ts';
import { SampleProject } from './sample-project.ts';

/** Intervals of one class: each fix declares a field at its head and clears it at the head of its end. */
function poller(name: string, methods: readonly string[]): string {
  const starts = methods.map((method) => `  ${method}(): void {\n    setInterval(() => this.poll(), 10_000);\n  }\n`);
  return `import fs from 'node:fs';

export class ${name} {
  readonly seen: string[] = [];

${starts.join('\n')}
  stop(): void {
    this.seen.length = 0;
  }

  private poll(): void {
    this.seen.push(fs.readFileSync('poll', 'utf8'));
  }
}
`;
}

const files = {
  'package.json': '{ "name": "polls", "private": true, "type": "module" }\n',
  'one.ts': poller('One', ['start']),
  'two.ts': poller('Two', ['start', 'watch']),
  'three.ts': poller('Three', ['start', 'watch', 'follow']),
};
const options = (project: SampleProject) =>
  ({ cwd: project.root, config: false, confidence: 'possible', allowDirty: true }) as const;

describe('fixes of one file that are in each other’s way', () => {
  it('are all made in one pass, and a second run changes nothing', async () => {
    const project = new SampleProject(files);
    const { fixes } = await runFix(options(project));
    expect(fixes.passes).toBe(1);
    expect(fixes.files.map(({ applied }) => applied.length)).toEqual([1, 3, 2]);
    expect(project.read('three.ts').match(/this\.timer\d? = setInterval/g)).toHaveLength(3);
    const again = await runFix(options(project));
    expect(again.fixes.files).toEqual([]);
  });

  it('come out as they do where each waits for a scan', async () => {
    const project = new SampleProject(files);
    const before = await run(options(project), { memory: new ScanMemory() });
    const request = { root: project.root, findings: before.result.findings, write: false };
    const slowly = await fixProject(request, async (texts) => (await before.rescan(texts)).result.findings);
    const { fixes } = await runFix({ ...options(project), write: false });
    expect(slowly.passes).toBe(3);
    expect(fixes.patch).toBe(slowly.patch);
    expect(fixes.files).toHaveLength(3);
  });

  it('are told of by the scan after as by any scan of the fixed code', async () => {
    const project = new SampleProject(files);
    const { after } = await runFix({ ...options(project), write: false });
    await runFix(options(project));
    expect(JSON.stringify(after.result)).toBe(JSON.stringify((await run(options(project))).result));
  });

  it('are where they were in the scan, whichever text they were made on', async () => {
    const project = new SampleProject(files);
    const { before, fixes } = await runFix(options(project));
    const placesOf = (findings: readonly { range: { start: { line: number } } }[]) =>
      findings.map(({ range }) => range.start.line).sort((a, b) => a - b);
    for (const { file, applied } of fixes.files) {
      const found = before.result.findings.filter((finding) => finding.file === file && finding.fix);
      expect(placesOf(applied)).toEqual(placesOf(found));
    }
  });
});

it('an interval that a public method starts is cleared there too, in the same fix', async () => {
  const project = new SampleProject({ 'package.json': files['package.json'], 'a.ts': poller('A', ['watch']) });
  const { fixes } = await runFix(options(project));
  expect(fixes.passes).toBe(1);
  expect(fixes.files[0]!.applied).toHaveLength(1);
  expect(project.read('a.ts')).toContain('clearInterval(this.timer);\n    this.timer = setInterval');
});
