/** Packs both packages and holds them against publint and are-the-types-wrong. Builds nothing: run `npm run build` first. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = (name: string): string => join(root, 'node_modules/.bin', name);

/** The tool is ESM only; the runtime serves both. */
const packages = [
  { folder: '.', profile: 'esm-only' },
  { folder: 'runtime', profile: 'node16' },
] as const;

for (const { folder, profile } of packages) {
  const out = mkdtempSync(join(tmpdir(), 'plimsoll-pack-'));
  try {
    const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', out], {
      cwd: join(root, folder),
      encoding: 'utf8',
    });
    const parsed = JSON.parse(packed) as
      | { filename: string; size: number; entryCount: number }[]
      | Record<string, { filename: string; size: number; entryCount: number }>;
    const [pack] = Object.values(parsed) as { filename: string; size: number; entryCount: number }[];
    const tarball = join(out, pack!.filename.replace(/^@/, '').replace('/', '-'));
    execFileSync(bin('publint'), ['run', tarball, '--strict'], { stdio: 'inherit' });
    execFileSync(bin('attw'), [tarball, '--profile', profile], { stdio: 'inherit' });
    console.log(`${pack!.filename}: ${pack!.entryCount} files, ${Math.round(pack!.size / 1024)} kB`);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
