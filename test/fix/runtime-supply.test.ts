import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addDependency } from '../../src/fix/package-json.ts';
import { SampleProject } from './sample-project.ts';

const repository = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string };

describe('the runtime as a package', () => {
  it('is the default where it is a dependency already', async () => {
    const manifest = '{ "type": "module", "dependencies": { "@plimsoll/runtime": "^0.1.0" } }';
    const project = new SampleProject({ 'src/a.ts': 'log();\nstop();\n', 'package.json': manifest });
    const result = await project.fix();
    expect(project.files()).toEqual({
      'src/a.ts':
        "import { RingBuffer, TimerRegistry } from '@plimsoll/runtime';\n\nnew RingBuffer(9);\nnew TimerRegistry();\n",
      'package.json': manifest,
    });
    expect(result.next[0]).toBe('run `npm install`: the fixed code imports @plimsoll/runtime');
  });

  it('is added to the nearest package.json, which keeps its formatting', async () => {
    const manifest = '{\r\n\t"name": "api",\r\n\t"dependencies": {\r\n\t\t"express": "^5.0.0"\r\n\t}\r\n}\r\n';
    const project = new SampleProject({
      'packages/api/src/a.ts': 'log();\n',
      'packages/api/package.json': manifest,
      'package.json': '{}',
    });
    const result = await project.fix({ runtime: 'package' });
    expect(project.read('packages/api/package.json')).toBe(
      `{\r\n\t"name": "api",\r\n\t"dependencies": {\r\n\t\t"@plimsoll/runtime": "^${version}",\r\n\t\t"express": "^5.0.0"\r\n\t}\r\n}\r\n`,
    );
    expect(project.read('package.json')).toBe('{}');
    expect(result.support.map(({ file, what }) => [file, what])).toEqual([
      ['packages/api/package.json', `dependency @plimsoll/runtime ^${version}`],
    ]);
  });

  it('needs a package.json', async () => {
    const project = new SampleProject({ 'a.ts': 'log();\n' });
    const result = await project.fix({ runtime: 'package' });
    expect(result.skipped[0]!.why).toBe('there is no package.json to add the dependency to');
  });

  it.each([
    ['{}', '{\n  "dependencies": {\n    "b": "1"\n  }\n}'],
    ['{\n  "name": "x"\n}\n', '{\n  "name": "x",\n  "dependencies": {\n    "b": "1"\n  }\n}\n'],
    ['{ "dependencies": {} }', '{ "dependencies": {\n    "b": "1"\n  } }'],
    ['{ "dependencies": { "a": "1", "c": "1" } }', '{ "dependencies": { "a": "1", "b": "1", "c": "1" } }'],
    [
      '{\n    "dependencies": {\n        "a": "1"\n    }\n}',
      '{\n    "dependencies": {\n        "a": "1",\n        "b": "1"\n    }\n}',
    ],
  ])('is written into %s', (text, wanted) => {
    expect(addDependency(text, 'b', '1')).toBe(wanted);
    expect(JSON.parse(wanted)).toHaveProperty('dependencies.b', '1');
  });
});

describe('the runtime as a copy', () => {
  it('brings each part and what it imports, with its origin, beside the sources of the package', async () => {
    const project = new SampleProject({
      'api/src/http/a.ts': "import { b } from './b.js';\n\nlog();\nstop();\n",
      'api/src/http/b.ts': 'export const b = 1;\n',
      'api/package.json': '{ "type": "module" }',
      'package.json': '{}',
    });
    const result = await project.fix();
    expect(project.read('api/src/http/a.ts')).toBe(
      "import { b } from './b.js';\nimport { RingBuffer } from '../lib/plimsoll/ring-buffer.js';\nimport { TimerRegistry } from '../lib/plimsoll/timer-registry.js';\n\nnew RingBuffer(9);\nnew TimerRegistry();\n",
    );
    expect(result.support.map(({ file }) => file)).toEqual([
      'api/src/lib/plimsoll/internal.ts',
      'api/src/lib/plimsoll/ring-buffer.ts',
      'api/src/lib/plimsoll/timer-registry.ts',
    ]);
    const copy = project.read('api/src/lib/plimsoll/ring-buffer.ts');
    expect(copy).toMatch(
      /^\/\/ ring-buffer of @plimsoll\/runtime \d+\.\d+\.\d+, https:.*\n\/\/ MIT License, Copyright/,
    );
    expect(copy).toContain("from './internal.js'");
    expect((await project.scan()).files.skipped.generated).toBe(3);
  });

  it.each([
    [
      'TypeScript with source extensions',
      'src/a.ts',
      "import { b } from './b.ts';\nlog();\n",
      "'./lib/plimsoll/ring-buffer.ts'",
    ],
    ['TypeScript without extensions', 'src/a.ts', "import { b } from './b';\nlog();\n", "'./lib/plimsoll/ring-buffer'"],
    [
      'TypeScript in a folder without src',
      'a.ts',
      "import { b } from './b.js';\nlog();\n",
      "'./lib/plimsoll/ring-buffer.js'",
    ],
  ])('is imported as the project does: %s', async (_, file, text, wanted) => {
    const project = new SampleProject({ [file]: text, 'package.json': '{ "type": "module" }' });
    await project.fix();
    expect(project.read(file)).toContain(`import { RingBuffer } from ${wanted};`);
  });

  it('stays in the top folder of the file where the package has a src of another program', async () => {
    const project = new SampleProject({
      'server/jobs/a.ts': "import { b } from './b.ts';\nlog();\n",
      'server/jobs/b.ts': 'export const b = 1;\n',
      'src/page.ts': 'export {};\n',
      'package.json': '{ "type": "module" }',
    });
    const result = await project.fix();
    expect(project.read('server/jobs/a.ts')).toContain("'../lib/plimsoll/ring-buffer.ts'");
    expect(result.support.map(({ file }) => file)).toContain('server/lib/plimsoll/ring-buffer.ts');
  });

  it('takes the way to write specifiers from the neighbours, else from the compiler options', async () => {
    const near = new SampleProject({ 'src/a.ts': 'log();\n', 'src/b.ts': "import './a.js';\n", 'package.json': '{}' });
    await near.fix();
    expect(near.read('src/a.ts')).toContain("'./lib/plimsoll/ring-buffer.js'");
    const config = '{ "compilerOptions": { "module": "NodeNext" } }';
    const alone = new SampleProject({ 'src/a.ts': 'log();\n', 'tsconfig.json': config, 'package.json': '{}' });
    await alone.fix();
    expect(alone.read('src/a.ts')).toContain("'./lib/plimsoll/ring-buffer.js'");
  });

  it.each([
    ['an ES module', 'src/a.mjs', '{}', 'log();\nexport {};\n'],
    ['a package of ES modules', 'src/a.js', '{ "type": "module" }', 'export {};\nlog();\n'],
    ['CommonJS', 'src/a.js', '{}', "'use strict';\nlog();\n"],
    ['a .cjs file', 'a.cjs', '{ "type": "module" }', 'log();\n'],
  ])('runs in %s', async (_, file, manifest, text) => {
    const project = new SampleProject({ [file]: text, 'package.json': manifest });
    const result = await project.fix();
    expect(result.files).toHaveLength(1);
    project.write(
      file,
      project.read(file).replace('new RingBuffer(9)', 'console.log(new RingBuffer(9).constructor.name)'),
    );
    expect(execFileSync(process.execPath, [project.path(file)], { encoding: 'utf8' })).toBe('RingBuffer\n');
  });

  it('compiles under strict options in TypeScript', async () => {
    const project = new SampleProject({
      'src/a.ts': 'declare function log(): { push(n: number): void };\nlog().push(1);\nstop();\n',
      'package.json': '{ "type": "module" }',
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          ...{ target: 'ES2022', lib: ['ES2022'], module: 'NodeNext', strict: true, noEmit: true, skipLibCheck: true },
          ...{ noUnusedLocals: true, noUnusedParameters: true, noUncheckedIndexedAccess: true, types: ['node'] },
          ...{ exactOptionalPropertyTypes: true, noImplicitReturns: true, noPropertyAccessFromIndexSignature: true },
        },
      }),
    });
    symlinkSync(join(repository, 'node_modules'), project.path('node_modules'));
    await project.fix();
    project.write('src/a.ts', project.read('src/a.ts').replace(/^declare.*\n/m, ''));
    const tsc = join(repository, 'node_modules/typescript/bin/tsc');
    expect(execFileSync(process.execPath, [tsc, '-p', project.root], { encoding: 'utf8' })).toBe('');
  });

  it('is used again when it is there, whatever version its head names', async () => {
    const project = new SampleProject({ 'src/a.ts': 'log();\n', 'src/b.ts': 'fine();\n', 'package.json': '{}' });
    await project.fix();
    const copy = 'src/lib/plimsoll/ring-buffer.ts';
    project.write(
      copy,
      project
        .read(copy)
        .replace(/runtime \d+\.\d+\.\d+/, 'runtime 0.0.1')
        .replaceAll('\n', '\r\n'),
    );
    const kept = project.read(copy);
    project.write('src/b.ts', 'log();\n');
    const result = await project.fix();
    expect(result.support).toEqual([]);
    expect(project.read('src/b.ts')).toContain("from './lib/plimsoll/ring-buffer'");
    expect(project.read(copy)).toBe(kept);
  });

  it('never overwrites a file that differs', async () => {
    const copy = 'src/lib/plimsoll/internal.ts';
    const project = new SampleProject({ 'src/a.ts': 'log();\nslow(1);\n', [copy]: 'mine();\n', 'package.json': '{}' });
    const result = await project.fix();
    expect(project.read('src/a.ts')).toBe('log();\nfast(1);\n');
    expect(project.read(copy)).toBe('mine();\n');
    expect(result.skipped[0]!.why).toBe(
      `${copy} is there already and differs from the runtime's; move it away to have it copied again`,
    );
  });

  it('into a read-only folder is refused before anything is written', async () => {
    const project = new SampleProject({ 'src/a.ts': 'log();\n', 'package.json': '{}' });
    chmodSync(project.path('src'), 0o555);
    const result = await project.fix();
    chmodSync(project.path('src'), 0o755);
    expect(result.skipped[0]!.why).toBe('src is read-only');
    expect(existsSync(project.path('src/lib'))).toBe(false);
  });

  it('is left out where the name is taken', async () => {
    const text = 'class RingBuffer {}\nlog();\nslow(1);\n';
    const project = new SampleProject({ 'a.ts': text, 'package.json': '{}' });
    const result = await project.fix();
    expect(project.files()).toEqual({ 'a.ts': text.replace('slow', 'fast'), 'package.json': '{}' });
    expect(result.skipped[0]!.why).toBe('the name RingBuffer is already taken in this file');
  });
});
