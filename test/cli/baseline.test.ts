import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leakyApp, manifest, plimsoll, project } from './plimsoll.ts';

const name = 'plimsoll-baseline.ndjson';
const leak = '  setInterval(() => console.log(request.path), 1000);\n';
const secondApp = leakyApp.replaceAll('/orders', '/users');

let own: ReturnType<typeof project>;
const at = (file: string) => join(own.folder, file);
const run = (...args: string[]) => plimsoll(args, { cwd: own.folder });
const scan = async (...args: string[]) => {
  const { code, stdout, stderr } = await run('scan', '--baseline', name, '--reporter', 'json', ...args);
  expect(stderr).toBe('');
  return { code, result: JSON.parse(stdout) };
};
beforeEach(() => {
  own = project({ 'package.json': manifest, 'src/app.ts': leakyApp });
});
afterEach(() => own.remove());

describe('a baseline', () => {
  it('lets known findings pass, marked and counted, and fails for new ones', async () => {
    const update = await run('baseline', 'update');
    expect(update.stderr).toBe('');
    expect(update.stdout).toBe(`${name} holds 1 finding: 1 high, 0 medium, 0 low\n`);
    const known = await scan('--max-new', '0');
    expect(known.code).toBe(0);
    expect(known.result.findings).toMatchObject([{ status: 'baselined' }]);
    expect(known.result.baseline).toEqual({ file: name, known: 1, fresh: 0, stale: [], worse: [] });
    expect(known.result.score.value).toBe(100);

    writeFileSync(at('src/users.ts'), secondApp);
    const fresh = await scan('--fail-on', 'never', '--max-new', '0');
    expect(fresh.code).toBe(1);
    expect(fresh.result.exit.reason).toBe('max-new: 1 new finding, 0 allowed');
    expect(fresh.result.findings.map((one: { status: string }) => one.status)).toEqual(['baselined', 'active']);
    expect((await scan('--fail-on', 'never', '--max-new', '1')).code).toBe(0);
  });

  it('knows code again after lines above it came and went and its blanks changed', async () => {
    await run('baseline', 'update');
    writeFileSync(at('src/app.ts'), `// a\n// b\n\n${leakyApp.replace(leak, leak.replace('  set', '\t\t  set'))}`);
    const { code, result } = await scan();
    expect(code).toBe(0);
    expect(result.baseline).toMatchObject({ known: 1, fresh: 0, stale: [] });
  });

  it('holds neither line numbers nor dates, one finding a line, the same bytes each time', async () => {
    writeFileSync(at('src/users.ts'), secondApp);
    await run('baseline', 'update');
    const text = readFileSync(at(name), 'utf8');
    expect(text.split('\n')).toEqual([
      '{"plimsollBaseline":1}',
      expect.stringMatching(
        /^\{"at":"src\/app\.ts#[^"]+","rule":"no-leaked-interval","code":"[0-9a-f]{12}","severity":"high"\}$/,
      ),
      expect.stringMatching(/^\{"at":"src\/users\.ts#/),
      '',
    ]);
    await run('baseline', 'update');
    expect(readFileSync(at(name), 'utf8')).toBe(text);
  });

  it('fails when the same code is there once more: an entry that got worse', async () => {
    await run('baseline', 'update');
    writeFileSync(at('src/app.ts'), leakyApp.replace(leak, leak + leak));
    const { code, result } = await scan('--fail-on', 'never');
    expect(code).toBe(1);
    expect(result.exit.reason).toBe('baseline: 1 entry got worse');
    expect(result.baseline.worse).toMatchObject([{ was: { count: 1 }, now: { count: 2, severity: 'high' } }]);
    expect(result.findings.map((one: { status: string }) => one.status)).toEqual(['baselined', 'active']);
  });

  it('fails when a known finding became more severe', async () => {
    const rules = (severity: string) => JSON.stringify({ rules: { 'no-leaked-interval': severity } });
    writeFileSync(at('plimsoll.config.json'), rules('low'));
    await run('baseline', 'update');
    writeFileSync(at('plimsoll.config.json'), rules('medium'));
    const { code, result } = await scan('--fail-on', 'never');
    expect(code).toBe(1);
    expect(result.baseline.worse).toMatchObject([{ was: { severity: 'low' }, now: { severity: 'medium' } }]);
  });

  it('reports entries that nothing answers to, and prunes them alone', async () => {
    writeFileSync(at('src/users.ts'), secondApp);
    await run('baseline', 'update');
    rmSync(at('src/users.ts'));
    const { code, result } = await scan();
    expect(code).toBe(0);
    expect(result.baseline.stale).toMatchObject([{ file: 'src/users.ts', ruleId: 'no-leaked-interval', count: 1 }]);
    const text = await run('scan', '--baseline', name);
    expect(text.stdout.replace(/\s+/g, ' ')).toContain(
      `baseline ${name}: 1 known, 0 new, 1 stale (plimsoll baseline prune)`,
    );
    writeFileSync(at('src/new.ts'), secondApp);
    const prune = await run('baseline', 'prune');
    expect(prune.code).toBe(0);
    expect(prune.stdout).toMatch(/^stale {2}src\/users\.ts#\S+ {2}no-leaked-interval\n.* holds 1 finding:/);
    expect(readFileSync(at(name), 'utf8')).not.toContain('src/new.ts');
  });

  it('calls nothing stale that the scan did not look for', async () => {
    await run('baseline', 'update');
    writeFileSync(at('src/add.ts'), 'export const add = (a: number, b: number) => a + b;\n');
    for (const args of [['src/add.ts'], ['--category', 'hashing'], ['--confidence', 'certain']]) {
      expect((await scan(...args)).result.baseline.stale, args.join(' ')).toEqual([]);
    }
  });

  it('takes no new findings in unless told to', async () => {
    await run('baseline', 'update');
    writeFileSync(at('src/users.ts'), secondApp);
    const refused = await run('baseline', 'update');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('add --accept-new');
    expect(readFileSync(at(name), 'utf8')).not.toContain('src/users.ts');
    const accepted = await run('baseline', 'update', '--accept-new');
    expect(accepted.stdout).toContain('holds 2 findings');
  });

  it('is merged by git without a conflict where its lines may be united', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: own.folder, stdio: 'pipe' });
    writeFileSync(at('.gitattributes'), `${name} merge=union\n`);
    await run('baseline', 'update');
    git('init', '-q', '-b', 'main');
    git('add', '.');
    git('commit', '-qm', 'start');
    git('checkout', '-qb', 'other');
    writeFileSync(at('src/b.ts'), secondApp);
    await run('baseline', 'update', '--accept-new');
    git('add', '.');
    git('commit', '-qm', 'b');
    git('checkout', '-q', 'main');
    writeFileSync(at('src/c.ts'), secondApp);
    await run('baseline', 'update', '--accept-new');
    git('add', '.');
    git('commit', '-qm', 'c');
    git('merge', '-q', 'other');
    const { code, result } = await scan('--max-new', '0');
    expect(code).toBe(0);
    expect(result.baseline).toMatchObject({ known: 3, fresh: 0, stale: [] });
  });

  it('is found through the configuration, with the limit of new findings', async () => {
    writeFileSync(at('plimsoll.config.json'), JSON.stringify({ baseline: 'debt/known.ndjson', gates: { maxNew: 0 } }));
    expect((await run('baseline', 'update')).stdout).toContain('debt/known.ndjson holds 1 finding');
    expect(existsSync(at('debt/known.ndjson'))).toBe(true);
    const { code, stdout } = await run();
    expect(code).toBe(0);
    expect(stdout).toContain('baseline debt/known.ndjson: 1 known, 0 new');
    expect(stdout).toContain('1 in the baseline');
  });

  it('leaves a result that matches the published schema', async () => {
    const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../schema/scan-result.schema.json'), 'utf8'));
    const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);
    writeFileSync(at('src/users.ts'), secondApp);
    await run('baseline', 'update');
    rmSync(at('src/users.ts'));
    writeFileSync(at('src/app.ts'), leakyApp.replace(leak, leak + leak));
    validate((await scan()).result);
    expect(validate.errors).toBeNull();
  });

  it.each([
    ['is missing', undefined, 'cannot read the baseline', 'plimsoll baseline update'],
    ['holds a conflict', '{"plimsollBaseline":1}\n<<<<<<< HEAD\n', 'a merge left its conflict', `at ${name}:2`],
    [
      'holds a line that is none',
      '{"plimsollBaseline":1}\n\n{"at":"a.ts"}\n',
      'not an entry of a baseline',
      `at ${name}:3`,
    ],
    ['is of another version', '{"plimsollBaseline":2}\n', 'another version', `at ${name}:1`],
    ['is something else', '', 'not a baseline', `at ${name}:1`],
  ])('that %s is exit 2, with the place', async (_, text, message, help) => {
    if (text !== undefined) writeFileSync(at(name), text);
    const { code, stdout, stderr } = await run('scan', '--baseline', name);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toContain(help);
  });

  it('must be there for a limit of new findings, and its action must be one', async () => {
    const limit = await run('--max-new', '3');
    expect(limit.code).toBe(2);
    expect(limit.stderr).toContain('needs a baseline');
    const action = await run('baseline', 'updat');
    expect(action.code).toBe(2);
    expect(action.stderr).toContain('did you mean "update"?');
    expect((await run('baseline')).stderr).toContain('there is no baseline');
  });
});
