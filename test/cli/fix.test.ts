import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cache, manifest, plimsoll, project } from './plimsoll.ts';

const poller = `import { createServer } from 'node:http';

export class Poller {
  start(): void {
    setInterval(() => this.poll(), 1000);
  }

  stop(): void {
    console.log('stopped');
  }

  private poll(): void {}
}

const server = createServer((request, response) => {
  const poller = new Poller();
  poller.start();
  response.end(request.url);
}).listen(3000);
process.once('SIGTERM', () => server.close());
`;

async function withPoller(use: (folder: string, file: string) => Promise<void>): Promise<void> {
  const own = project({ 'package.json': '{ "name": "shop", "type": "module" }\n', 'src/poller.ts': poller });
  try {
    await use(own.folder, join(own.folder, 'src/poller.ts'));
  } finally {
    own.remove();
  }
}

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-C', cwd, ...args], { encoding: 'utf8' });

describe('--fix', () => {
  it('repairs, reports before and after, and leaves nothing for a second run', async () => {
    await withPoller(async (cwd, file) => {
      const { code, stdout, stderr } = await plimsoll(['--fix', 'src'], { cwd });
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain('Fixed 1 finding in 1 file');
      expect(stdout).toContain('Score  55 C+ → 100 A+');
      const fixed = readFileSync(file, 'utf8');
      expect(fixed).toContain('clearInterval(');
      const again = await plimsoll(['--fix', 'src'], { cwd });
      expect(again.code).toBe(0);
      expect(again.stdout).toContain('Nothing was changed.');
      expect(readFileSync(file, 'utf8')).toBe(fixed);
    });
  });

  it('with a format for programs, gives stdout to the result after the repair', async () => {
    await withPoller(async (cwd) => {
      const { code, stdout } = await plimsoll(['--fix', '--reporter', 'json'], { cwd });
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ findings: [], score: { value: 100 } });
    });
  });

  it('--diff prints a patch that git takes, changes nothing, and exits 1 because it would', async () => {
    await withPoller(async (cwd, file) => {
      const { code, stdout, stderr } = await plimsoll(['--diff'], { cwd });
      expect(code).toBe(1);
      expect(stderr).toBe('Would change 1 file: 1 fix.\n');
      expect(readFileSync(file, 'utf8')).toBe(poller);
      git(cwd, 'init', '-q');
      writeFileSync(join(cwd, 'fix.patch'), stdout);
      git(cwd, 'apply', 'fix.patch');
      expect((await plimsoll([], { cwd })).code).toBe(0);
      const none = await plimsoll(['--diff'], { cwd });
      expect([none.code, none.stdout]).toEqual([0, '']);
    });
  });

  it('--patch writes what a repair would change beside the report, and git takes it from below the top too', async () => {
    await withPoller(async (cwd, file) => {
      const windows = poller.replaceAll('\n', '\r\n');
      writeFileSync(file, windows);
      const folder = join(cwd, 'src/näme with "quotes"');
      mkdirSync(folder);
      writeFileSync(join(folder, 'my poller.ts'), poller);
      git(cwd, 'init', '-q');
      for (const at of [cwd, join(cwd, 'src')]) {
        const { code, stdout, stderr } = await plimsoll(['--patch', 'out/fix.patch', '--reporter', 'json'], {
          cwd: at,
        });
        expect(stderr).toBe('Would change 2 files: 2 fixes.\n');
        const { exit, findings } = JSON.parse(stdout);
        expect([code, exit.code, findings.length]).toEqual([1, 1, 2]);
        expect(readFileSync(file, 'utf8')).toBe(windows);
        git(cwd, 'apply', join(at, 'out/fix.patch'));
        expect(readFileSync(file, 'utf8')).toMatch(/clearInterval\(.*\r\n/);
        expect(readFileSync(join(folder, 'my poller.ts'), 'utf8')).toContain('clearInterval(');
        expect((await plimsoll([], { cwd: at })).code).toBe(0);
        const none = await plimsoll(['--patch', 'out/fix.patch', '--quiet'], { cwd: at });
        expect([none.code, readFileSync(join(at, 'out/fix.patch'), 'utf8')]).toEqual([0, '']);
        writeFileSync(file, windows);
        writeFileSync(join(folder, 'my poller.ts'), poller);
      }
    });
  });

  it('--fix --patch writes what it changed, and taking the patch back restores every byte', async () => {
    const files = { 'package.json': manifest, 'src/pages.ts': cache, 'src/poller.ts': poller };
    const own = project(files);
    try {
      git(own.folder, 'init', '-q');
      git(own.folder, 'add', '.');
      git(own.folder, 'commit', '-qm', 'one');
      const { stdout } = await plimsoll(['--fix=review', '--runtime', 'copy', '--patch', 'fix.patch'], {
        cwd: own.folder,
      });
      expect(stdout).toContain('Fixed 2 findings in 2 files');
      const patch = readFileSync(join(own.folder, 'fix.patch'), 'utf8');
      expect(patch).toContain('new file mode 100644');
      git(own.folder, 'apply', '-R', 'fix.patch');
      expect(git(own.folder, 'status', '--porcelain').trim()).toBe('?? fix.patch');
      const dry = await plimsoll(['--fix=review', '--runtime', 'copy', '--diff', '--patch', 'again.patch'], {
        cwd: own.folder,
      });
      expect([dry.code, dry.stdout]).toEqual([1, patch]);
      expect(readFileSync(join(own.folder, 'again.patch'), 'utf8')).toBe(patch);
    } finally {
      own.remove();
    }
  });

  it('refuses a tree with uncommitted changes, says how to go on, and goes on with --allow-dirty', async () => {
    await withPoller(async (cwd, file) => {
      git(cwd, 'init', '-q');
      git(cwd, 'add', '.');
      git(cwd, 'commit', '-qm', 'one');
      writeFileSync(file, `${poller}\n// more\n`);
      const refused = await plimsoll(['--fix'], { cwd });
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain('not committed');
      expect(refused.stderr).toContain('--allow-dirty');
      expect(readFileSync(file, 'utf8')).not.toContain('clearInterval');
      expect((await plimsoll(['--fix', '--allow-dirty'], { cwd })).code).toBe(0);
      expect(readFileSync(file, 'utf8')).toContain('clearInterval');
    });
  });

  it('--verify takes back the fix that breaks the command, and says which and why', async () => {
    await withPoller(async (cwd, file) => {
      const command = '! grep -q clearInterval src/poller.ts || { echo no clearing here; exit 1; }';
      const { code, stdout } = await plimsoll(['--fix', '--verify', command], { cwd });
      expect(code).toBe(1);
      expect(stdout).toContain('Taken back: 1 fix');
      expect(stdout).toContain('no clearing here');
      expect(readFileSync(file, 'utf8')).toBe(poller);
    });
  });

  it('--verify with a command that fails before any fix is exit 2, and nothing is changed', async () => {
    await withPoller(async (cwd, file) => {
      const { code, stderr } = await plimsoll(['--fix', '--verify', 'false'], { cwd });
      expect(code).toBe(2);
      expect(stderr).toContain('fails before any fix');
      expect(readFileSync(file, 'utf8')).toBe(poller);
    });
  });

  it.each([
    ['--verify without --fix', ['--verify', 'true'], '--verify only works with --fix'],
    ['--allow-dirty without --fix', ['--allow-dirty'], '--allow-dirty only works with --fix'],
    ['--runtime without --fix', ['--runtime', 'copy'], '--runtime only works with --fix'],
    ['an unknown kind of fix', ['--fix=reveiw'], 'unknown kind of fix "reveiw"'],
    ['a patch into a folder', ['--patch', 'src'], 'cannot write the patch: src is a folder'],
    ['a patch below a file', ['--fix', '--patch', 'package.json/fix.patch'], 'cannot write the patch: '],
    ['a patch without a name', ['--patch='], '--patch names no file'],
    ['a patch where a report goes', ['--patch', 'x', '--reporter', 'json=x'], 'cannot share the file x'],
    ['a patch of what is new', ['--changed', '--patch', 'x'], '--changed only reports: it does not work with --patch'],
    ['a report beside the patch', ['--diff', '--reporter', 'concise'], '--diff writes its patch to stdout'],
  ])('refuses %s', async (_, args, message) => {
    await withPoller(async (cwd, file) => {
      const { code, stderr } = await plimsoll(args, { cwd });
      expect(code).toBe(2);
      expect(stderr).toContain(message);
      expect(readFileSync(file, 'utf8')).toBe(poller);
    });
  });
});
