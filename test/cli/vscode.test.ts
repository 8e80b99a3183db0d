import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findServer } from '../../editors/vscode/src/server.ts';
import { startEditor } from './editor.ts';
import { bin, library, manifest, poller, project } from './plimsoll.ts';

const extension = join(import.meta.dirname, '../../editors/vscode');
const installed = 'node_modules/plimsoll';

/** A monorepo with plimsoll at its root, as `npm install` lays it out. */
function monorepo() {
  const { folder, remove } = project({ 'package.json': library, 'packages/api/src/poller.ts': poller });
  onTestFinished(remove);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(dirname(bin), '..'), join(folder, installed));
  return folder;
}

describe('the extension for VS Code', () => {
  test('starts the plimsoll of the nearest node_modules, and that serves the folder', async () => {
    const root = monorepo();
    const folder = join(root, 'packages/api');
    const server = findServer([folder]);
    expect(server).toBe(join(root, installed, 'bin/plimsoll.js'));
    const editor = await startEditor({ bin: server!, folder });
    expect(await editor.open('src/poller.ts')).toHaveLength(1);
  });

  test('takes the configured program, from the folder or absolute, and none that is not there', () => {
    const root = monorepo();
    const path = join(root, installed, 'bin/plimsoll.js');
    expect(findServer([root], `${installed}/bin/plimsoll.js`)).toBe(path);
    expect(findServer(['/'], path)).toBe(path);
    expect(findServer([root], 'elsewhere.js')).toBeUndefined();
  });

  test('finds nothing where plimsoll is not installed', () => {
    const { folder, remove } = project({ 'package.json': manifest });
    onTestFinished(remove);
    expect(findServer([realpathSync(folder)])).toBeUndefined();
  });

  test('is one file that needs nothing but VS Code and Node', async () => {
    const { folder, remove } = project({});
    onTestFinished(remove);
    const { main, scripts } = JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8')) as {
      main: string;
      scripts: { build: string };
    };
    expect(scripts.build).toContain(`--outfile=${main.slice(2)}`);
    const outfile = join(folder, 'extension.cjs');
    const { metafile } = await build({
      entryPoints: [join(extension, 'src/extension.ts')],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['vscode'],
      outfile,
      metafile: true,
      logLevel: 'silent',
    });
    const needed = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    expect([...new Set(needed)].filter((path) => !isBuiltin(path))).toEqual(['vscode']);
    expect(spawnSync(process.execPath, ['--check', outfile]).status).toBe(0);
  });
});
