import { describe, expect, test } from 'vitest';
import { isLibraryPackage, PackageIndex } from '../../src/engine/packages.ts';
import { tempProject } from './temp-project.ts';

const base = { name: 'rows', version: '1.0.0', main: 'index.js' };
const parser = { dependencies: { commander: '^12.0.0' } };

describe('a library', () => {
  test('is what offers more than a command, and needs no framework of programs', () => {
    expect(isLibraryPackage(base)).toBe(true);
    expect(isLibraryPackage({ ...base, bin: 'index.js' })).toBe(false);
    expect(isLibraryPackage({ ...base, main: undefined, exports: './dist/app.js', bin: './dist/app.js' })).toBe(false);
    expect(isLibraryPackage({ ...base, dependencies: { express: '^5.0.0' } })).toBe(false);
  });

  test('is no bot: one that needs the client of bots says what it ships', () => {
    const dependencies = { 'discord.js': '^14.0.0', pg: '^8.0.0' };
    expect(isLibraryPackage({ ...base, dependencies })).toBe(false);
    expect(isLibraryPackage({ ...base, dependencies, types: 'index.d.ts' })).toBe(true);
    expect(isLibraryPackage({ ...base, dependencies, files: ['dist'] })).toBe(true);
  });

  test('may bring a command along that reads arguments, as something else than what is imported', () => {
    expect(isLibraryPackage({ ...base, ...parser, bin: { rows: './bin/rows.js' } })).toBe(true);
    expect(isLibraryPackage({ ...base, ...parser, bin: { rows: './index.js' } })).toBe(false);
    expect(isLibraryPackage({ ...base, ...parser, main: undefined, exports: './cli.js', bin: './cli.js' })).toBe(false);
    expect(isLibraryPackage({ ...base, ...parser })).toBe(false);
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

test('a package runs on the lowest Node.js that it names, or that the folder or the package above it does', () => {
  const nodeOf = (engines: object | undefined, more: Record<string, string> = {}): unknown => {
    const packages = new PackageIndex(tempProject({ 'jobs/package.json': JSON.stringify({ engines }), ...more }));
    packages.add('jobs');
    return packages.factsOf('jobs').node;
  };
  const ranges = ['>= 18.17.1 <21', '^22 || ^20.3', '16.x', 'v14', '14 - 18', '>16.2', '~20.10.0'];
  const lowest = [
    [18, 17],
    [20, 3],
    [16, 0],
    [14, 0],
    [14, 0],
    [16, 2],
    [20, 10],
  ];
  expect(ranges.map((node) => nodeOf({ node }))).toEqual(lowest);
  expect(['*', '<20', 'lts/*', ''].map((node) => nodeOf({ node }))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(nodeOf(undefined, { 'jobs/.nvmrc': 'v20.14.0\n' })).toEqual([20, 14]);
  expect(nodeOf({ node: '*' }, { 'jobs/.node-version': '22\n' })).toEqual([22, 0]);
  expect(nodeOf(undefined, { 'jobs/.nvmrc': 'lts/iron\n' })).toBeUndefined();
  expect(nodeOf(undefined, { '.nvmrc': '12' })).toEqual([12, 0]);
  expect(nodeOf(undefined, { 'package.json': '{ "engines": { "node": ">=18" } }', '.nvmrc': '22' })).toEqual([18, 0]);
});

test('a package names the major version of node-fetch that it asks for', () => {
  const nodeFetchOf = (range: string): unknown => {
    const manifest = { dependencies: { 'node-fetch': range } };
    return new PackageIndex(tempProject({ 'package.json': JSON.stringify(manifest) })).factsOf('').nodeFetch;
  };
  expect(['^2.7.0', '>=2.7.0 <3.0.0', '2', '3.3.2', 'latest'].map(nodeFetchOf)).toEqual([2, 2, 2, 3, undefined]);
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

test('a package whose main file loads its parts and exports nothing is a program', () => {
  const isPublished = (text: string, more: Record<string, string> = {}): boolean => {
    const manifest = { name: 'watcher', version: '2.1.0', main: 'lib/main', repository: 'desk/watcher' };
    const root = tempProject({ 'package.json': JSON.stringify(manifest), 'lib/main.js': text, ...more });
    const packages = new PackageIndex(root);
    packages.add('');
    return packages.isPublished('');
  };
  expect(isPublished("require('dotenv').config();\nrequire('./poll')();\n")).toBe(false);
  expect(isPublished("import { poll } from './poll.js';\nawait poll();\n")).toBe(false);
  expect(isPublished("module.exports = require('./poll');\n")).toBe(true);
  expect(isPublished("export { poll } from './poll.js';\n")).toBe(true);
  // What is built or put into a page has no exports that its source shows.
  expect(isPublished('jQuery.fn.poll = function () {};\n')).toBe(true);
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
