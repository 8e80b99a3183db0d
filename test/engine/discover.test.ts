import { execFileSync } from 'node:child_process';
import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { discover } from '../../src/engine/discover.ts';
import { UsageError } from '../../src/engine/scan-request.ts';
import { tempProject } from './temp-project.ts';

const code = 'export const a = 1;\n';

function pathsIn(root: string, request: Partial<Parameters<typeof discover>[0]> = {}): string[] {
  return discover({ root, ...request }).files.map(({ path }) => path);
}

describe('the files in scope', () => {
  test('are the sources, without tests, build output, declarations, generated and minified ones, each counted', () => {
    const root = tempProject({
      'package.json': '{}',
      'src/a.ts': code,
      'src/b.jsx': code,
      'src/c.mts': code,
      'src/a.test.ts': code,
      '__tests__/x.ts': code,
      'dist/a.js': code,
      'build/deep/a.js': code,
      'src/types.d.ts': code,
      'src/api.generated.ts': code,
      'src/vendor.min.js': code,
      'node_modules/x/index.js': code,
      '.hidden/x.ts': code,
      'src/readme.md': '#',
    });
    const discovery = discover({ root });
    expect(discovery.files.map(({ path }) => path)).toEqual(['src/a.ts', 'src/b.jsx', 'src/c.mts']);
    expect(discovery.skipped).toEqual({
      test: 2,
      declaration: 1,
      generated: 1,
      minified: 1,
      'build-output': 2,
      ignored: 0,
      linked: 0,
      special: 0,
    });
  });

  test('leave out what stands beside its own minified form, unless the package at the root loads it', () => {
    const root = tempProject({
      'package.json': '{ "main": "./lib/widget.js" }',
      'lib/widget.js': code,
      'lib/widget.min.js': code,
      'public/editor/package.json': '{ "main": "editor.js" }',
      'public/editor/editor.js': code,
      'public/editor/editor.min.js': code,
      'public/page.js': code,
    });
    expect(pathsIn(root)).toEqual(['lib/widget.js', 'public/page.js']);
    expect(discover({ root }).skipped).toMatchObject({ minified: 2, 'build-output': 1 });
    expect(pathsIn(root, { paths: ['public/editor/editor.js'] })).toEqual(['public/editor/editor.js']);
  });

  test('take in a node_modules folder that .gitignore takes back, and no other', () => {
    const root = tempProject({
      '.gitignore': 'node_modules\n!packages/node_modules\n',
      'packages/node_modules/@app/core/index.js': code,
      'packages/node_modules/@app/core/node_modules/dep/index.js': code,
      'node_modules/dep/index.js': code,
    });
    expect(pathsIn(root)).toEqual(['packages/node_modules/@app/core/index.js']);
  });

  test('leave out installed packages, also where .gitignore takes them back', () => {
    const root = tempProject({
      '.gitignore': 'node_modules/*\n!node_modules/dep\n',
      'package.json': '{ "name": "app" }',
      'index.js': code,
      'node_modules/dep/index.js': code,
    });
    expect(pathsIn(root)).toEqual(['index.js']);
  });

  test('leave out what patterns with sets, escapes, wildcards and folders say', () => {
    const root = tempProject({
      '.gitignore': '[Ll]og/\n\\!odd.ts\nreport.[0-9]*.ts\nOut?ut/*.ts\ndocs/**/old\n**/gen/*.js\nes\n',
      ...Object.fromEntries(
        [
          ...['log/a.ts', '!odd.ts', 'report.12.ts', 'output/a.ts', 'docs/x/y/old/a.ts', 'x/gen/a.js', 'lib/es/a.ts'],
          ...['logs/a.ts', 'odd.ts', 'report.x.ts', 'output/x/a.ts', 'docs/new/a.ts', 'gen/a.ts', 'lib/esm-like/a.ts'],
        ].map((path) => [path, code]),
      ),
    });
    expect(pathsIn(root)).toEqual(
      ['docs/new/a.ts', 'gen/a.ts', 'lib/esm-like/a.ts', 'logs/a.ts', 'odd.ts', 'output/x/a.ts', 'report.x.ts'].sort(),
    );
  });

  test('leave out what .gitignore files say, nested ones and those above the root included', () => {
    const root = tempProject({
      '.git/HEAD': '',
      '.git/info/exclude': 'private.ts\n',
      '.gitignore': 'skipped/\n*.local.ts\n',
      'app/.gitignore': '!keep.local.ts\n/only-here.ts\n',
      'app/a.ts': code,
      'app/keep.local.ts': code,
      'app/other.local.ts': code,
      'app/only-here.ts': code,
      'app/deep/only-here.ts': code,
      'app/private.ts': code,
      'app/skipped/x.ts': code,
    });
    const kept = ['a.ts', 'deep/only-here.ts', 'keep.local.ts'];
    expect(pathsIn(root)).toEqual(kept.map((path) => `app/${path}`));
    expect(pathsIn(join(root, 'app'))).toEqual(kept);
    expect(pathsIn(root, { respectGitignore: false })).toHaveLength(7);
  });

  test('follow include and exclude globs', () => {
    const root = tempProject({ 'src/a.ts': code, 'src/gen/b.ts': code, 'lib/c.ts': code, 'd.js': code });
    expect(pathsIn(root, { include: ['src/**', '*.js'], exclude: ['**/gen/**'] })).toEqual(['d.js', 'src/a.ts']);
    expect(pathsIn(root, { include: ['{src,lib}/**/*.ts'] })).toEqual(['lib/c.ts', 'src/a.ts', 'src/gen/b.ts']);
  });

  test('take a file named as an argument whatever it looks like', () => {
    const root = tempProject({ '.gitignore': 'dist\n', 'dist/a.min.js': code, 'src/a.test.ts': code });
    const files = discover({ root, paths: ['dist/a.min.js', join(root, 'src/a.test.ts')] }).files;
    expect(files).toMatchObject([
      { path: 'dist/a.min.js', explicit: true },
      { path: 'src/a.test.ts', explicit: true },
    ]);
  });

  test('of a folder named as an argument are judged by their place in it', () => {
    const root = tempProject({ 'fixtures/service/src/a.ts': code, 'fixtures/service/test/b.ts': code });
    expect(pathsIn(root, { paths: ['fixtures/service'] })).toEqual(['fixtures/service/src/a.ts']);
  });

  test('of a package below fixtures are tests, but where it is named', () => {
    const root = tempProject({
      'lib/fixtures/app/package.json': '{}',
      'lib/fixtures/app/a.ts': code,
      'lib/b.ts': code,
    });
    expect(pathsIn(root)).toEqual(['lib/b.ts']);
    expect(pathsIn(root, { paths: ['lib/fixtures/app'] })).toEqual(['lib/fixtures/app/a.ts']);
  });

  test('can be given as a glob', () => {
    const root = tempProject({ 'src/a.ts': code, 'src/b/c.ts': code, 'src/d.css': '' });
    expect(pathsIn(root, { paths: ['src/**/*'] })).toEqual(['src/a.ts', 'src/b/c.ts']);
  });

  test('keep a package that is called build, and sources below src/out', () => {
    const root = tempProject({
      'packages/build/package.json': '{}',
      'packages/build/a.ts': code,
      'src/out/b.ts': code,
    });
    expect(pathsIn(root)).toEqual(['packages/build/a.ts', 'src/out/b.ts']);
  });
});

describe('wrong arguments', () => {
  test('a path that does not exist is named', () => {
    const root = tempProject({ 'a.ts': code });
    expect(() => discover({ root, paths: ['nope'] })).toThrow(
      new UsageError('missing-path', 'nope', 'No such file or folder: nope'),
    );
  });

  test('no file in scope is an error that says what was left out', () => {
    const root = tempProject({ 'a.test.ts': code, 'b.d.ts': code });
    expect(() => discover({ root })).toThrow(
      /No TypeScript or JavaScript file in scope under \. \(left out: 1 test, 1 declaration\)/,
    );
  });

  test('a file that is no source is refused', () => {
    const root = tempProject({ 'a.md': '' });
    expect(() => discover({ root, paths: ['a.md'] })).toThrow(/Not a TypeScript or JavaScript file: a\.md/);
  });
});

describe('links and locked folders', () => {
  test('a link back to a folder above ends, and each file is found once', () => {
    const root = tempProject({ 'src/a.ts': code });
    symlinkSync('..', join(root, 'src/up'));
    const discovery = discover({ root });
    expect(discovery.files.map(({ path }) => path)).toEqual(['src/a.ts']);
    expect(discovery.problems).toEqual([]);
  });

  test('a link that leads back to itself is a problem, and the rest is found', () => {
    const root = tempProject({ 'src/a.ts': code });
    symlinkSync('two', join(root, 'one'));
    symlinkSync('one', join(root, 'two'));
    const discovery = discover({ root });
    expect(discovery.files).toHaveLength(1);
    expect(discovery.problems).toMatchObject([
      { kind: 'unreadable', file: 'one', message: 'Cannot read: the symbolic link leads back to itself' },
      { kind: 'unreadable', file: 'two' },
    ]);
  });

  test('what is linked from elsewhere is read here, a folder once, unless it is ignored', () => {
    const outside = tempProject({ 'lib/x.ts': code, 'one.ts': code });
    const root = tempProject({ 'a.ts': code, '.gitignore': 'bazel-*\n', 'sub/b.ts': code });
    for (const name of ['linked', 'twice', 'bazel-out']) symlinkSync(join(outside, 'lib'), join(root, name));
    symlinkSync(join(outside, 'one.ts'), join(root, 'one.ts'));
    symlinkSync(join(root, 'a.ts'), join(root, 'again.ts'));
    symlinkSync(join(root, 'sub'), join(root, 'there'));
    expect(pathsIn(root)).toEqual(['a.ts', 'linked/x.ts', 'one.ts', 'sub/b.ts']);
    expect(discover({ root }).skipped.linked).toBe(1);
    expect(pathsIn(root, { paths: ['twice'] })).toEqual(['twice/x.ts']);
  });

  test('a link to a folder that holds the root brings in nothing', () => {
    const above = tempProject({ 'other/x.ts': code, 'own/a.ts': code });
    symlinkSync('../..', join(above, 'own/up'));
    symlinkSync('..', join(above, 'own/above'));
    expect(pathsIn(join(above, 'own'))).toEqual(['a.ts']);
  });

  test('what is no file is left out and counted, also behind a link, and refused by name', () => {
    const root = tempProject({ 'a.ts': code });
    execFileSync('mkfifo', [join(root, 'pipe.ts')]);
    symlinkSync('pipe.ts', join(root, 'linked.ts'));
    symlinkSync('/dev/null', join(root, 'null.ts'));
    const { files, skipped, problems } = discover({ root });
    expect(files.map(({ path }) => path)).toEqual(['a.ts']);
    expect(skipped.special).toBe(3);
    expect(problems).toEqual([]);
    expect(() => discover({ root, paths: ['pipe.ts'] })).toThrow('Not a file, but a pipe or a device: pipe.ts');
  });

  test('a folder that cannot be read is a problem, and the rest is found', () => {
    const root = tempProject({ 'open/a.ts': code, 'locked/b.ts': code });
    chmodSync(join(root, 'locked'), 0o000);
    chmodSync(root, 0o755);
    const script = `
      import { discover } from ${JSON.stringify(join(import.meta.dirname, '../../src/engine/discover.ts'))};
      if (process.getuid() === 0) process.setuid(65534);
      const { files, problems } = discover({ root: ${JSON.stringify(root)} });
      console.log(JSON.stringify({ files: files.map((file) => file.path), problems }));`;
    const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    chmodSync(join(root, 'locked'), 0o755);
    expect(JSON.parse(output)).toEqual({
      files: ['open/a.ts'],
      problems: [{ kind: 'unreadable', file: 'locked', message: 'Cannot read: permission denied' }],
    });
  });
});

describe('packages', () => {
  test('belong to the nearest package.json; what runs the service, or is only built or checked, is no command-line entry', () => {
    const root = tempProject({
      'package.json': JSON.stringify({
        name: 'root',
        workspaces: ['packages/*'],
        devDependencies: { typescript: '*' },
      }),
      'tool.ts': code,
      'packages/api/package.json': JSON.stringify({
        name: '@x/api',
        type: 'module',
        dependencies: { express: '*' },
        bin: { api: './bin/api.js' },
        scripts: {
          start: 'node src/server.ts',
          'dev:watch': 'tsx src/dev.ts',
          seed: 'tsx src/seed.ts --all',
          lint: 'eslint src/lint.ts --config ./lint/eslint.config.ts',
          build:
            'esbuild --bundle src/server.ts && bun build src/index.ts --outdir dist && cross-env CI=1 tsc src/types.ts && tsx src/after-build.ts',
        },
      }),
      'packages/api/src/server.ts': code,
    });
    const { files, packages } = discover({ root });
    expect(files.map(({ path, packageDir }) => [path, packageDir])).toEqual([
      ['packages/api/src/server.ts', 'packages/api'],
      ['tool.ts', ''],
    ]);
    const api = packages.factsOf('packages/api');
    expect(api).toMatchObject({ dir: 'packages/api', name: '@x/api', type: 'module' });
    expect([...api.dependencies]).toEqual(['express']);
    expect([...api.scripts]).toEqual(['bin/api.js', 'src/seed.ts', 'lint/eslint.config.ts', 'src/after-build.ts']);
    expect(packages.factsOf('')).toMatchObject({ name: 'root', type: 'commonjs' });
  });
});
