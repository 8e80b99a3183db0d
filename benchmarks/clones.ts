/** Git clones, bare ones too, as the benchmarks that read the code of strangers find them: laid out at one commit. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Clones that lack blobs never fetch them. */
const env = { ...process.env, GIT_NO_LAZY_FETCH: '1' };

/** The git folder of `<owner>/<name>` below `root`: `<owner>/<name>`, `<owner>+<name>/repo` or `<owner>/<name>.git`, bare ones too. */
export function findGitDir(root: string, repository: string): string | undefined {
  const [owner, name] = repository.split('/') as [string, string];
  return [
    join(root, owner, name, '.git'),
    join(root, `${owner}+${name}`, 'repo', '.git'),
    join(root, `${owner}+${name}`, 'repo'),
    join(root, owner, `${name}.git`),
  ].find(existsSync);
}

/** What git prints; undefined when it fails. */
export function git(gitDir: string, ...args: string[]): string | undefined {
  const run = spawnSync('git', ['--git-dir', gitDir, ...args], { encoding: 'utf8', maxBuffer: 1 << 28, env });
  return run.status === 0 ? run.stdout : undefined;
}

/** Lines of `git ls-tree -r`: `<mode> blob <hash>\t<path>`, of the whole commit or below `paths`. */
export function listEntries(gitDir: string, commit: string, paths: readonly string[] = []): string[] {
  const listed = git(gitDir, 'ls-tree', '-r', '-z', commit, ...paths) ?? '';
  return listed.split('\0').filter((entry) => entry !== '');
}

/** Writes files and links of tree entries below `root`; submodules and blobs that the clone lacks are left out. */
export function layOut(gitDir: string, entries: readonly string[], root: string): void {
  const blobs = entries.filter((entry) => entry.slice(7, 11) === 'blob');
  const input = blobs.map((entry) => entry.slice(12, 52)).join('\n');
  const output = execFileSync('git', ['--git-dir', gitDir, 'cat-file', '--batch'], { input, maxBuffer: 1 << 30, env });
  let at = 0;
  for (const entry of blobs) {
    const lineEnd = output.indexOf(10, at);
    const [, kind, size] = output.toString('latin1', at, lineEnd).split(' ');
    at = lineEnd + 1;
    if (kind !== 'blob') continue;
    const target = join(root, entry.slice(entry.indexOf('\t') + 1));
    const content = output.subarray(at, at + Number(size));
    at += Number(size) + 1;
    mkdirSync(dirname(target), { recursive: true });
    rmSync(target, { force: true });
    if (entry.startsWith('120000')) symlinkSync(content.toString(), target);
    else writeFileSync(target, content);
    if (entry.startsWith('100755')) chmodSync(target, 0o755);
  }
}
