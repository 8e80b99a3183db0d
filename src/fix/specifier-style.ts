import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isTypeScript } from './file-style.ts';

/** How relative specifiers end: in the compiled extension, in the source's, or in none. */
export type SpecifierStyle = 'js' | 'ts' | 'none';

const relative = /\b(?:from|import|require)\s*\(?\s*(['"])(\.\.?\/[^'"\r\n]+)\1/g;
const sampledFiles = 60;

/**
 * How a file ends its relative imports: as itself does, else as its neighbours and the package do, else as the
 * module system asks.
 *
 * @param packageDir absolute
 */
export function specifierStyleOf(
  path: string,
  text: string,
  root: string,
  packageDir: string,
  modules: 'esm' | 'cjs',
  packageType: 'module' | 'commonjs',
): SpecifierStyle {
  const own = styleIn(text);
  if (own) return own;
  const kind = isTypeScript(path);
  for (const sample of sampleFiles(dirname(resolve(root, path)), packageDir)) {
    if (isTypeScript(sample) !== kind) continue;
    const style = styleIn(readFileSync(sample, 'utf8'));
    if (style) return style;
  }
  if (!kind) return modules === 'cjs' || !(packageType === 'module' || path.endsWith('.mjs')) ? 'none' : 'js';
  return styleOfCompiler(packageDir, packageType);
}

function styleIn(text: string): SpecifierStyle | undefined {
  const counts = { js: 0, ts: 0, none: 0 };
  for (const [, , specifier] of text.matchAll(relative)) {
    const extension = /\.([a-z]+)$/.exec(specifier!)?.[1];
    if (extension === undefined) counts.none++;
    else if (/^[cm]?jsx?$/.test(extension)) counts.js++;
    else if (/^[cm]?tsx?$/.test(extension)) counts.ts++;
  }
  const [most] = (Object.entries(counts) as [SpecifierStyle, number][]).sort((a, b) => b[1] - a[1]);
  return most && most[1] > 0 ? most[0] : undefined;
}

/** Sources of the file's folder, then of the package, in a fixed order. */
function sampleFiles(dir: string, packageDir: string): string[] {
  const found: string[] = [];
  const visit = (folder: string, depth: number): void => {
    if (found.length >= sampledFiles || !existsSync(folder)) return;
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name) && !entry.name.endsWith('.d.ts')) {
        found.push(join(folder, entry.name));
      }
    }
    for (const entry of entries) {
      const isSource = !/^(?:node_modules|dist|build|out|coverage|\..*)$/.test(entry.name);
      if (entry.isDirectory() && isSource && depth > 0) visit(join(folder, entry.name), depth - 1);
    }
  };
  visit(dir, 0);
  visit(join(packageDir, 'src'), 3);
  visit(packageDir, 3);
  return found.slice(0, sampledFiles);
}

function styleOfCompiler(packageDir: string, packageType: 'module' | 'commonjs'): SpecifierStyle {
  for (let dir = packageDir; ; dir = dirname(dir)) {
    const config = join(dir, 'tsconfig.json');
    if (existsSync(config)) {
      const text = readFileSync(config, 'utf8');
      if (/"(?:allowImportingTsExtensions|rewriteRelativeImportExtensions)"\s*:\s*true/.test(text)) return 'ts';
      if (/"module(?:Resolution)?"\s*:\s*"node(?:16|18|20|next)"/i.test(text)) return 'js';
      return 'none';
    }
    if (dir === dirname(dir)) return packageType === 'module' ? 'js' : 'none';
  }
}
