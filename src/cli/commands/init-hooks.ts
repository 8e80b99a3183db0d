import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addTo, type InitStep, writeNew } from './init-step.ts';

const check = 'plimsoll --staged --quiet --reporter concise';
const sources = '*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}';

const lintStagedFiles = [
  ...['', '.json', '.yaml', '.yml', '.js', '.cjs', '.mjs', '.ts', '.mts', '.cts'].map((end) => `.lintstagedrc${end}`),
  ...['js', 'cjs', 'mjs', 'ts', 'mts', 'cts'].map((extension) => `lint-staged.config.${extension}`),
];
const lefthookFiles = ['lefthook', '.lefthook', '.config/lefthook'].flatMap((name) =>
  ['yml', 'yaml', 'toml', 'json'].map((extension) => `${name}.${extension}`),
);

interface Manifest {
  'lint-staged'?: unknown;
  dependencies?: object;
  devDependencies?: object;
}

/** An entry for what the project runs before commits: lint-staged, lefthook or husky. Without any of them, none. */
export function hooks(folder: string): InitStep[] {
  const manifest = readManifest(folder);
  if (!manifest) return [];
  const has = (name: string) => name in { ...manifest.dependencies, ...manifest.devDependencies };
  const staged = lintStaged(folder, manifest, has('lint-staged'));
  // What runs lint-staged before commits runs its entry.
  if (staged) return [staged];
  const hook = lefthook(folder, has('lefthook')) ?? husky(folder, has('husky'));
  return hook ? [hook] : [];
}

function readManifest(folder: string): Manifest | undefined {
  const file = join(folder, 'package.json');
  try {
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : {};
  } catch {
    // A broken package.json is not ours to report.
    return undefined;
  }
}

function lintStaged(folder: string, manifest: Manifest, isUsed: boolean): InitStep | undefined {
  // Else it appends the names of what is staged, and nothing would be said of what a change does to other files.
  const code = `  // A function: no file names are appended.\n  '${sources}': () => '${check}',`;
  const entry = JSON.stringify({ [sources]: `sh -c '${check}'` }, undefined, 2);
  const own = lintStagedFiles.find((file) => existsSync(join(folder, file)));
  if (own !== undefined) return addTo(folder, own, /\.[cm]?[jt]s$/.test(own) ? code : entry);
  if (manifest['lint-staged'] !== undefined) {
    return addTo(folder, 'package.json', entry, JSON.stringify(manifest['lint-staged']));
  }
  return isUsed ? writeNew(folder, '.lintstagedrc.mjs', `export default {\n${code}\n};\n`) : undefined;
}

function lefthook(folder: string, isUsed: boolean): InitStep | undefined {
  const entry = `pre-commit:
  commands:
    plimsoll:
      glob: "${sources}"
      run: npx ${check}
`;
  const own = lefthookFiles.find((file) => existsSync(join(folder, file)));
  if (own !== undefined) return addTo(folder, own, entry.trimEnd());
  return isUsed ? writeNew(folder, 'lefthook.yml', entry) : undefined;
}

function husky(folder: string, isUsed: boolean): InitStep | undefined {
  if (!isUsed && !existsSync(join(folder, '.husky'))) return undefined;
  const file = '.husky/pre-commit';
  if (existsSync(join(folder, file))) return addTo(folder, file, `npx ${check}`);
  return writeNew(folder, file, `npx ${check}\n`, 0o755);
}
