import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrendPoint } from '../../src/model/scan-result.ts';
import { leakyApp, manifest, plimsoll, project } from './plimsoll.ts';

let own: ReturnType<typeof project>;
beforeEach(() => {
  own = project({ 'package.json': manifest, 'src/app.ts': leakyApp });
});
afterEach(() => own.remove());

const scan = (...args: string[]) => plimsoll(['--history', 'log/history.ndjson', ...args], { cwd: own.folder });
const file = () => join(own.folder, 'log/history.ndjson');
const recorded = () =>
  readFileSync(file(), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as TrendPoint);

function repair(): void {
  const repaired = leakyApp.replace('  setInterval(() => console.log(request.path), 1000);\n', '');
  writeFileSync(join(own.folder, 'src/app.ts'), repaired);
}

describe('--history', () => {
  it('appends the score of each scan, and shows the course in every report for people', async () => {
    execFileSync('git', ['init', '-q'], { cwd: own.folder });
    execFileSync(
      'git',
      ['-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '-qm', 'a', '--allow-empty'],
      {
        cwd: own.folder,
      },
    );
    const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: own.folder, encoding: 'utf8' }).trim();
    const first = await scan();
    expect(first.stdout).not.toContain('Trend');
    repair();
    const second = await scan('--reporter', 'pretty', '--reporter', 'json=r.json', '--reporter', 'markdown=r.md');
    const points = recorded();
    expect(points).toHaveLength(2);
    expect(points[0]).toMatchObject({ commit, counts: { high: 1, medium: 0, low: 0 } });
    const [was, is] = points.map(({ score }) => score);
    expect(is).toBe(100);
    const course = `${was} → 100 over 2 scans since ${points[0]!.at.slice(0, 10)}`;
    expect(second.stdout).toContain(`Trend ▁█  ${course}`);
    expect(readFileSync(join(own.folder, 'r.md'), 'utf8')).toContain(`Trend ▁█ ${course}`);
    expect(JSON.parse(readFileSync(join(own.folder, 'r.json'), 'utf8')).trend).toEqual(points);
    const ascii = await plimsoll(['--history', 'log/history.ndjson'], { cwd: own.folder, env: { LANG: 'C' } });
    expect(ascii.stdout).toContain(`Trend ${was} 100 100  ${was} -> 100 over 3 scans`);
  });

  it('loses no line when scans record at the same time', async () => {
    await Promise.all([scan(), scan(), scan(), scan()]);
    expect(recorded()).toHaveLength(4);
  });

  it('keeps what is there, also a last line without an end, and puts merged branches in order', async () => {
    await scan();
    const [point] = recorded();
    const later = JSON.stringify({ ...point, at: '2020-02-01T00:00:00.000Z', score: 7 });
    const earlier = JSON.stringify({ ...point, at: '2020-01-01T00:00:00.000Z', score: 5 });
    writeFileSync(file(), `${later}\n${earlier}`);
    const { stdout } = await scan('--reporter', 'json');
    expect(JSON.parse(stdout).trend.map(({ score }: TrendPoint) => score)).toEqual([5, 7, point!.score]);
    expect(readFileSync(file(), 'utf8').startsWith(`${later}\n${earlier}\n{`)).toBe(true);
  });

  it('records nothing of a scan that is not whole, and says so', async () => {
    writeFileSync(join(own.folder, 'src/broken.ts'), 'setInterval((');
    const { code, stderr } = await scan();
    expect(code).toBe(3);
    expect(stderr).toContain('not recorded: the result is partial');
    expect(existsSync(file())).toBe(false);
  });

  it.each([['--rule=no-leaked-interval'], ['--category=resources'], ['--confidence=possible'], ['--diff'], ['--fix']])(
    'is exit 2 with %s, which would not compare',
    async (flag) => {
      const { code, stderr } = await scan(flag);
      expect([code, stderr]).toEqual([2, `error: --history does not work with ${flag.split('=')[0]}\n`]);
    },
  );

  it('is exit 2, before the scan, where the file is none of a history or cannot be written', async () => {
    mkdirSync(join(own.folder, 'log'));
    for (const line of ['<<<<<<< HEAD', '{}', '{"at":"yesterday"}', 'null']) {
      writeFileSync(file(), `\n${line}\n`);
      const { code, stderr } = await scan();
      expect([code, stderr]).toEqual([2, 'error: not a line of a history of Plimsoll\n  at log/history.ndjson:2\n']);
    }
    const folder = await plimsoll(['--history', 'src'], { cwd: own.folder });
    expect([folder.code, folder.stderr]).toEqual([
      2,
      expect.stringContaining('error: cannot read the history: EISDIR'),
    ]);
    const below = await plimsoll(['--history', 'package.json/h.ndjson'], { cwd: own.folder });
    expect([below.code, below.stderr]).toEqual([2, expect.stringContaining('the history: ')]);
  });
});
