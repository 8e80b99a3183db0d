import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');
let folder = '';

interface Manifest {
  version: string;
  workspaces: string[];
  dependencies: Record<string, string>;
}
const manifest = (path: string) => JSON.parse(readFileSync(join(folder, path), 'utf8')) as Manifest;
const changeset = (...args: string[]) =>
  spawnSync(
    process.execPath,
    [join(root, 'node_modules/tsx/dist/cli.mjs'), join(root, 'scripts/changeset.ts'), ...args],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, CI: 'true' },
    },
  );

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-release-'));
  for (const path of ['package.json', 'action.yml', 'CHANGELOG.md', '.changeset', 'runtime/package.json']) {
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const name of readdirSync(join(folder, '.changeset'))) {
    if (name.endsWith('.md') && name !== 'README.md') rmSync(join(folder, '.changeset', name));
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a release', () => {
  it('gives both packages the next version, the changelog its entry, and the action what it asks for', () => {
    const before = manifest('package.json');
    writeFileSync(join(folder, '.changeset/one.md'), '---\n"plimsoll": minor\n---\n\nShows the course of the score.\n');
    const { status, stderr } = changeset('version');
    expect([status, stderr]).toEqual([0, '']);
    const [major, minor] = before.version.split('.').map(Number);
    const next = `${major}.${minor! + 1}.0`;
    const after = manifest('package.json');
    expect([after.version, manifest('runtime/package.json').version]).toEqual([next, next]);
    expect(after.dependencies['@plimsoll/runtime']).toBe(`^${next}`);
    expect(after.workspaces).toEqual(before.workspaces);
    expect(readFileSync(join(folder, 'CHANGELOG.md'), 'utf8')).toMatch(
      new RegExp(`## ${next}\\n\\n### Minor Changes\\n\\n- (?:\\w+: )?Shows the course of the score\\.`),
    );
    expect(readFileSync(join(folder, 'action.yml'), 'utf8')).toContain(`default: ${next}\n`);
  });

  it('refuses a changeset for a package that there is not, and leaves the manifest as it was', () => {
    const before = readFileSync(join(folder, 'package.json'), 'utf8');
    writeFileSync(join(folder, '.changeset/one.md'), '---\n"plimsol": minor\n---\n\nNothing.\n');
    const { status, stderr } = changeset('version');
    expect(status).not.toBe(0);
    expect(stderr).toContain('plimsol');
    expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe(before);
  });
});

describe('the workflows of this repository', () => {
  const workflow = (name: string) => parse(readFileSync(join(root, '.github/workflows', name), 'utf8'));

  it('run what .ci/run runs, on every Node that the package names', () => {
    const { jobs } = workflow('ci.yml');
    expect(jobs.test.strategy.matrix.node).toEqual([20, 22, 24]);
    const commands = [...jobs.check.steps, ...jobs.test.steps].flatMap(({ run }: { run?: string }) => run ?? []);
    const own = readFileSync(join(root, '.ci/run'), 'utf8');
    for (const command of commands) expect(own).toContain(command);
  });

  it('publish with provenance, by scripts that there are, and read the code alone otherwise', () => {
    const { permissions, jobs } = workflow('release.yml');
    expect(permissions).toEqual({ contents: 'read' });
    expect(jobs.release.permissions['id-token']).toBe('write');
    const { scripts, publishConfig } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const { with: release } = jobs.release.steps.find(({ uses }: { uses?: string }) => uses?.startsWith('changesets/'));
    for (const command of [release.version, release.publish]) {
      expect(scripts).toHaveProperty([command.replace('npm run ', '')]);
    }
    expect(publishConfig).toEqual({ access: 'public', provenance: true });
  });
});
