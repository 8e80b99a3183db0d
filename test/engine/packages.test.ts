import { describe, expect, test } from 'vitest';
import { isLibrary, PackageIndex } from '../../src/engine/packages.ts';
import { tempProject } from './temp-project.ts';

const base = { name: 'rows', version: '1.0.0', main: 'index.js' };
const parser = { dependencies: { commander: '^12.0.0' } };

describe('a library', () => {
  test('is what offers more than a command, and needs no framework of programs', () => {
    expect(isLibrary(base)).toBe(true);
    expect(isLibrary({ ...base, bin: 'index.js' })).toBe(false);
    expect(isLibrary({ ...base, dependencies: { express: '^5.0.0' } })).toBe(false);
  });

  test('may bring a command along that reads arguments, as something else than what is imported', () => {
    expect(isLibrary({ ...base, ...parser, bin: { rows: './bin/rows.js' } })).toBe(true);
    expect(isLibrary({ ...base, ...parser, bin: { rows: './index.js' } })).toBe(false);
    expect(isLibrary({ ...base, ...parser, main: undefined, exports: './cli.js', bin: './cli.js' })).toBe(false);
    expect(isLibrary({ ...base, ...parser })).toBe(false);
  });
});

test('a package that needs what programs are built with is published where it names what to import', () => {
  const manifest = { name: 'rows', version: '1.0.0', repository: 'rows/rows', dependencies: { express: '^5.0.0' } };
  const isPublished = (more: object): boolean => {
    const root = tempProject({ 'package.json': JSON.stringify({ ...manifest, ...more }), 'index.js': '' });
    const packages = new PackageIndex(root);
    packages.add('');
    return packages.isPublished('');
  };
  expect(isPublished({})).toBe(false);
  expect(isPublished({ main: 'index.js' })).toBe(true);
  expect(isPublished({ files: ['index.js'] })).toBe(true);
  expect(isPublished({ dependencies: {} })).toBe(true);
});

test('what offers nothing but its TypeScript is for its own repository, unless it says what is shipped', () => {
  const isPublished = (more: object): boolean => {
    const manifest = { name: 'rows', version: '2.1.0', repository: 'rows/rows', ...more };
    const root = tempProject({ 'package.json': JSON.stringify(manifest), 'src/index.ts': '' });
    const packages = new PackageIndex(root);
    packages.add('');
    return packages.isPublished('');
  };
  expect(isPublished({ main: 'src/index.ts' })).toBe(false);
  expect(isPublished({ exports: { '.': './src/index.ts', './view': './src/view.tsx' } })).toBe(false);
  expect(isPublished({ exports: { '.': { types: './dist/index.d.ts', import: './dist/index.js' } } })).toBe(true);
  expect(isPublished({ main: 'src/index.ts', types: 'dist/index.d.ts', exports: './dist/index.js' })).toBe(true);
  expect(isPublished({ main: 'src/index.ts', files: ['dist'] })).toBe(true);
  expect(isPublished({ main: 'src/index.ts', publishConfig: { main: 'dist/index.js' } })).toBe(true);
});

test('a part of a repository is published once it was released: it left its first version behind, or lists its changes', () => {
  const isPublished = (version: string, more: Record<string, string> = {}): boolean => {
    const manifest = { name: '@desk/rows', version, main: 'dist/index.js', publishConfig: { access: 'public' } };
    const root = tempProject({
      'package.json': JSON.stringify({ private: true, workspaces: ['packages/*'] }),
      'packages/rows/package.json': JSON.stringify(manifest),
      ...more,
    });
    const packages = new PackageIndex(root);
    packages.add('packages/rows');
    return packages.isPublished('packages/rows');
  };
  expect(['0.0.1', '0.1.0', '1.0.0'].some((version) => isPublished(version))).toBe(false);
  expect(isPublished('1.0.1')).toBe(true);
  expect(isPublished('1.0.0', { 'packages/rows/CHANGELOG.md': '## 1.0.0' })).toBe(true);
});

test('a package is of a page where a bundler builds what a browser shows, and nothing serves it', () => {
  const isBuiltIntoPage = (more: object): boolean => {
    const manifest = { private: true, dependencies: { 'react-dom': '^19.0.0' }, devDependencies: { vite: '^8.0.0' } };
    const packages = new PackageIndex(tempProject({ 'package.json': JSON.stringify({ ...manifest, ...more }) }));
    packages.add('');
    return packages.factsOf('').isBuiltIntoPage ?? false;
  };
  expect(isBuiltIntoPage({})).toBe(true);
  expect(isBuiltIntoPage({ private: false })).toBe(false);
  expect(isBuiltIntoPage({ devDependencies: {} })).toBe(false);
  expect(isBuiltIntoPage({ dependencies: { 'react-dom': '^19.0.0', express: '^5.0.0' } })).toBe(false);
  expect(
    isBuiltIntoPage({ dependencies: { '@angular/platform-browser': '^20.0.0', '@angular/core': '^20.0.0' } }),
  ).toBe(true);
});

test('a package that names no dependencies uses those of the one above it', () => {
  const root = tempProject({
    'package.json': JSON.stringify({ name: 'all', dependencies: { '@aws-sdk/client-s3': '3' } }),
    'services/orders/package.json': JSON.stringify({ name: 'orders' }),
    'services/mail/package.json': JSON.stringify({ name: 'mail', dependencies: { nodemailer: '7' } }),
  });
  const packages = new PackageIndex(root);
  for (const dir of ['', 'services/orders', 'services/mail']) packages.add(dir);
  expect([...packages.factsOf('services/orders').dependencies]).toEqual(['@aws-sdk/client-s3']);
  expect([...packages.factsOf('services/mail').dependencies]).toEqual(['nodemailer']);
});

test('a package that bun or deno starts by a file is an application, one whose scripts only build is not', () => {
  const isPublished = (start: string): boolean => {
    const manifest = { name: 'picture-bot', version: '1.2.0', main: 'bot.js', repository: 'example/picture-bot' };
    const packages = new PackageIndex(
      tempProject({ 'package.json': JSON.stringify({ ...manifest, scripts: { start } }), 'bot.js': '' }),
    );
    packages.add('');
    return packages.isPublished('');
  };
  expect(['bun bot.js', 'bun run --hot src/bot.ts', 'deno run -A bot.ts'].some(isPublished)).toBe(false);
  expect(isPublished('bun run build')).toBe(true);
  expect(isPublished('bun test')).toBe(true);
});

test('what `start` runs by other scripts makes a package a program', () => {
  const isPublished = (scripts: Record<string, string>): boolean => {
    const manifest = { name: 'desk', version: '2.0.0', repository: 'desk/desk', main: 'src/main', scripts };
    const packages = new PackageIndex(tempProject({ 'package.json': JSON.stringify(manifest) }));
    packages.add('');
    return packages.isPublished('');
  };
  const main = 'tsnd --respawn -- src/main.ts';
  expect(isPublished({ start: 'run-p page start:main', 'start:main': main })).toBe(false);
  expect(isPublished({ start: 'npm run start:main', 'start:main': main })).toBe(false);
  expect(isPublished({ start: 'npm-run-all --parallel page start:main', 'start:main': main })).toBe(false);
  expect(isPublished({ start: 'run-p page watch', page: 'vite', watch: 'tsc -w', 'start:main': main })).toBe(true);
});
