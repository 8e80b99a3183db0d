/**
 * Runs changesets, which knows only workspaces, with the root package as one of them for as long as it takes:
 * `npm run changeset add`, `npm run changeset status`, `npm run changeset version`. After `version` the action asks for
 * the new version too.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

interface Manifest {
  version: string;
  workspaces: string[];
}

const root = resolve(process.cwd());
const file = join(root, 'package.json');
const read = () => JSON.parse(readFileSync(file, 'utf8')) as Manifest;
const write = (manifest: Manifest) => writeFileSync(file, `${JSON.stringify(manifest, undefined, 2)}\n`);

const { workspaces } = read();
const require = createRequire(import.meta.url);
const cli = require.resolve('@changesets/cli/bin.js');
let status: number | null = 1;
write({ ...read(), workspaces: ['.', ...workspaces] });
try {
  ({ status } = spawnSync(process.execPath, [cli, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' }));
} finally {
  write({ ...read(), workspaces });
}
const action = join(root, 'action.yml');
const pinned = readFileSync(action, 'utf8');
writeFileSync(action, pinned.replace(/(Version of plimsoll on npm\.\s+default: )\S+/, `$1${read().version}`));
process.exitCode = status ?? 1;
