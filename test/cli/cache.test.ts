import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { leakyApp, manifest, plimsoll, project } from './plimsoll.ts';

const plugin = `import { word } from './word.mjs';
const rule = {
  id: 'no-word', category: 'api', severity: 'low', confidence: 'certain', lifecycle: 'stable',
  message: 'A word.', why: 'It is long.', advice: 'Do without.', limits: ['None.'], mentions: ['a'],
  visit: { CallExpression: (node) => (node.expression.text === word ? { at: node, data: undefined } : undefined) },
};
export default { rules: [rule] };
`;

function shop(files: Record<string, string> = {}) {
  const made = project({
    'package.json': manifest,
    'node_modules/express/package.json': '{ "name": "express" }',
    'src/app.ts': leakyApp,
    ...files,
  });
  onTestFinished(() => made.remove());
  const at = (path: string) => join(made.folder, path);
  const json = async (...args: string[]) => {
    const { stdout, stderr } = await plimsoll(['scan', '--reporter', 'json', ...args], { cwd: made.folder });
    expect(stderr).toBe('');
    return stdout;
  };
  return { folder: made.folder, at, json };
}

describe('the cache of the command', () => {
  test('lies in node_modules, gives the same bytes, and is not used with --no-cache', async () => {
    const { at, json } = shop();
    const right = await json('--no-cache');
    expect(JSON.parse(right).findings).not.toEqual([]);
    expect(existsSync(at('node_modules/.cache'))).toBe(false);
    expect(await json()).toBe(right);
    expect(readdirSync(at('node_modules/.cache/plimsoll'))).toHaveLength(1);
    expect(await json()).toBe(right);
    writeFileSync(at('src/app.ts'), 'export {};\n');
    expect(JSON.parse(await json()).findings).toEqual([]);
  });

  test('is kept nowhere without node_modules, and where --cache-location says', async () => {
    const made = project({ 'package.json': manifest, 'src/app.ts': leakyApp });
    onTestFinished(() => made.remove());
    const run = (...args: string[]) => plimsoll(['scan', '--reporter', 'json', ...args], { cwd: made.folder });
    const { stdout } = await run();
    expect(readdirSync(made.folder).sort()).toEqual(['package.json', 'src']);
    for (const _ of [1, 2]) expect((await run('--cache-location', 'kept')).stdout).toBe(stdout);
    expect(readdirSync(join(made.folder, 'kept'))).toHaveLength(1);
  });

  test('knows the modules of plugins by their contents', async () => {
    const { at, json } = shop({
      'plimsoll.config.json': '{ "plugins": ["./plugin.mjs"] }',
      'plugin.mjs': plugin,
      'word.mjs': "export const word = 'setInterval';\n",
    });
    const words = async () => JSON.parse(await json('--rule', 'no-word')).findings.length;
    expect([await words(), await words()]).toEqual([1, 1]);
    writeFileSync(at('word.mjs'), "export const word = 'nothing';\n");
    expect([await words(), await words()]).toEqual([0, 0]);
  });

  test('serves --changed, --staged and --fix', async () => {
    const { folder, at, json } = shop({ '.gitignore': 'node_modules\n' });
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: folder });
    git('init', '-q', '-b', 'main');
    git('add', '.');
    git('commit', '-qm', 'start');
    writeFileSync(at('src/new.ts'), leakyApp.replaceAll('/orders', '/users'));
    git('add', '.');
    for (const kind of [['--changed', 'main'], ['--staged']]) {
      const right = await json('--no-cache', ...kind);
      expect(JSON.parse(right).comparison).toMatchObject({ fresh: 1 });
      for (const _ of [1, 2]) expect(await json(...kind), kind[0]).toBe(right);
    }
    git('commit', '-qm', 'more');
    const before = await json('--no-cache');
    const { stdout } = await plimsoll(['--diff', '--no-cache'], { cwd: folder });
    expect((await plimsoll(['--diff'], { cwd: folder })).stdout).toBe(stdout);
    expect(await json()).toBe(before);
  });
});
