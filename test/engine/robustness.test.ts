import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scan } from '../../src/engine/scan.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileRole } from '../../src/model/file-context.ts';
import type { RulePair } from '../../src/model/fixer.ts';
import { pairs } from '../../src/registry.generated.ts';
import { callRule, plainRule } from './sample-rules.ts';
import { tempProject } from './temp-project.ts';

const good = { 'good.ts': 'slow();\n' };

describe('a file that is hard to read does not end the scan, and is named', () => {
  test('an empty file has nothing in it', async () => {
    const outcome = await scan({ root: tempProject({ ...good, 'empty.ts': '' }) }, [plainRule]);
    expect(outcome.files).toMatchObject({ inScope: 2, parsed: 1, codeLines: 1 });
    expect(outcome.problems).toEqual([]);
  });

  test('a syntax error is a problem with its place, and gives no finding', async () => {
    const outcome = await scan({ root: tempProject({ ...good, 'bad.ts': 'slow();\nconst = 1;\n' }) }, [plainRule]);
    expect(outcome.problems).toMatchObject([
      {
        kind: 'syntax',
        file: 'bad.ts',
        position: { line: 2, column: 7 },
        message: expect.stringMatching(/^Syntax error: /),
      },
    ]);
    expect(outcome.findings.map(({ file }) => file)).toEqual(['good.ts']);
  });

  test('octal literals are no syntax error in a script, where the language allows them', async () => {
    const octal = "slow();\nmkdir('x', 0755);\nprint('\\033[0m');\n";
    const files = { 'old.js': octal, 'module.js': `${octal}export {};\n`, 'typed.ts': octal };
    const outcome = await scan({ root: tempProject(files) }, [plainRule]);
    expect(outcome.problems.map(({ file }) => file)).toEqual(['module.js', 'typed.ts']);
    expect(outcome.findings.map(({ file }) => file)).toEqual(['old.js']);
  });

  test('a private name in an optional chain is no syntax error', async () => {
    const files = {
      'socket.js': 'class Line {\n  #socket;\n  end() {\n    this?.#socket?.close();\n    slow();\n  }\n}\n',
    };
    const outcome = await scan({ root: tempProject(files) }, [plainRule]);
    expect(outcome.problems).toEqual([]);
    expect(outcome.findings.map(({ file }) => file)).toEqual(['socket.js']);
  });

  test('a syntax error in a file that says it is Flow names that, and the way out', async () => {
    const flow = '/**\n * @flow strict\n */\nexport type Point = {| x: number |};\nslow();\n';
    const outcome = await scan({ root: tempProject({ ...good, 'flow.js': flow }) }, [plainRule]);
    expect(outcome.problems).toMatchObject([
      { kind: 'syntax', file: 'flow.js', message: expect.stringMatching(/written in Flow.*`exclude`/) },
    ]);
  });

  test('nesting of 10,000 levels is a limit', async () => {
    for (const text of [
      `slow(${'[\n'.repeat(10_000)}${']'.repeat(10_000)});`,
      `slow();\n${'{\n'.repeat(10_000)}${'}'.repeat(10_000)}`,
      `slow(${'a(\n'.repeat(10_000)}${')'.repeat(10_000)});`,
    ]) {
      const outcome = await scan({ root: tempProject({ ...good, 'deep.ts': text, 'z.ts': 'slow();' }) }, [plainRule]);
      expect(outcome.problems).toEqual([
        { kind: 'limit', file: 'deep.ts', message: 'Nested too deeply to be analysed' },
      ]);
      expect(outcome.findings.map(({ file }) => file)).toEqual(['good.ts', 'z.ts']);
    }
  });

  test('a chain of 10,000 calls or operators is read or is a limit, never a crash', async () => {
    const root = tempProject({
      ...good,
      'chain.ts': `slow()${'.then(a)\n'.repeat(10_000)};`,
      'sum.ts': `slow(${'1+\n'.repeat(10_000)}1);`,
    });
    const outcome = await scan({ root }, [...pairs, plainRule]);
    expect(outcome.problems.every(({ kind }) => kind === 'limit')).toBe(true);
    expect(outcome.findings.some(({ file }) => file === 'good.ts')).toBe(true);
  });

  test('a byte order mark and CRLF leave offsets those of the file', async () => {
    const text = '\uFEFF// first\r\nslow();\r\n';
    const [finding] = (await scan({ root: tempProject({ 'a.ts': text }) }, [plainRule])).findings;
    const { start, end } = finding!.range;
    expect(start).toEqual({ line: 2, column: 1, offset: text.indexOf('slow') });
    expect(text.slice(start.offset, end.offset)).toBe('slow()');
    expect(finding!.snippet).toBe('slow();');
  });

  test('bytes that are not UTF-8 are a problem', async () => {
    const root = tempProject({
      ...good,
      'latin.ts': Buffer.from([0x73, 0x6c, 0x6f, 0x77, 0xe9]),
      'wide.ts': Buffer.from('\uFEFFslow()', 'utf16le'),
    });
    const { problems, files } = await scan({ root }, [plainRule]);
    expect(problems).toEqual([
      { kind: 'encoding', file: 'latin.ts', message: 'Not valid UTF-8: save it as UTF-8' },
      { kind: 'encoding', file: 'wide.ts', message: 'Not valid UTF-8 (the file is UTF-16): save it as UTF-8' },
    ]);
    expect(files.inScope).toBe(3);
  });

  test('a line of 2 MB is left out as minified, and scanned when it is named', async () => {
    const text = `${'fast(1);'.repeat(20_000)}x = "${'y'.repeat(1_900_000)}";slow();`;
    const root = tempProject({ ...good, 'wide.js': text });
    const outcome = await scan({ root }, [plainRule]);
    expect(outcome.files.skipped.minified).toBe(1);
    const named = await scan({ root, paths: ['wide.js'] }, [plainRule]);
    expect(named.findings).toMatchObject([{ file: 'wide.js', snippet: 'slow();' }]);
  });

  test('a file that may not be read is a problem', async () => {
    const root = tempProject({ ...good, 'locked.ts': 'slow();' });
    chmodSync(root, 0o755);
    chmodSync(join(root, 'locked.ts'), 0o000);
    const script = `
      import { scan } from ${JSON.stringify(join(import.meta.dirname, '../../src/engine/scan.ts'))};
      if (process.getuid() === 0) process.setuid(65534);
      const { files, problems } = await scan({ root: ${JSON.stringify(root)} }, []);
      console.log(JSON.stringify({ inScope: files.inScope, problems }));`;
    const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(JSON.parse(output)).toEqual({
      inScope: 2,
      problems: [{ kind: 'unreadable', file: 'locked.ts', message: 'Cannot read: permission denied' }],
    });
  });

  test('a file that goes away during the scan is a problem', async () => {
    const root = tempProject({ 'a.ts': 'slow();', 'b.ts': 'slow();' });
    const remover = callRule('no-remover', 'slow', () => {
      rmSync(join(root, 'b.ts'), { force: true });
      return { kind: 'project-states', fact: 'none' };
    });
    const { problems } = await scan({ root }, [remover]);
    expect(problems).toEqual([{ kind: 'unreadable', file: 'b.ts', message: 'Cannot read: it is gone' }]);
  });
});

describe('a rule or fixer that fails', () => {
  const failing = callRule('no-luck', 'slow', () => {
    throw new Error('out of luck');
  });

  test('is named with the file, and the other rules go on', async () => {
    const outcome = await scan({ root: tempProject(good) }, [failing, plainRule]);
    expect(outcome.problems).toEqual([
      { kind: 'crashed-rule', file: 'good.ts', message: 'Rule no-luck failed: out of luck' },
    ]);
    expect(outcome.findings).toMatchObject([{ ruleId: 'no-slow' }]);
  });

  test('by what it asks of other files is named with the file, and what is found stays, unsure', async () => {
    const lost = callRule('no-thread', 'slow', () => ({ kind: 'callee-does', to: undefined as never, deeds: [] }));
    const root = tempProject(good);
    const outcome = await scan({ root, confidence: 'possible' }, [lost, plainRule]);
    expect(outcome.problems).toMatchObject([{ kind: 'crashed-rule', file: 'good.ts' }]);
    expect(outcome.problems[0]!.message).toMatch(/^What rule no-thread asks of other files failed: /);
    expect(outcome.findings).toMatchObject([
      { ruleId: 'no-slow', confidence: 'likely' },
      { ruleId: 'no-thread', confidence: 'possible' },
    ]);
    expect((await scan({ root }, [lost, plainRule])).problems).toHaveLength(1);
  });

  test('leaves its finding without a fix', async () => {
    const pairWith = (
      edits: [{ start: number; end: number; text: string }, ...{ start: number; end: number; text: string }[]],
    ) =>
      ({
        ...plainRule,
        fixer: { rule: 'no-slow', safety: 'safe', changes: 'x', fix: () => ({ edits }) },
      }) as RulePair<never>;
    const overlapping = pairWith([
      { start: 0, end: 4, text: 'a' },
      { start: 3, end: 5, text: 'b' },
    ]);
    const outcome = await scan({ root: tempProject(good) }, [overlapping]);
    expect(outcome.problems).toEqual([
      { kind: 'crashed-rule', file: 'good.ts', message: 'The fixer of no-slow failed: edits overlap at offset 3' },
    ]);
    expect(outcome.findings).toMatchObject([{ skip: 'The fixer failed on this place' }]);
    const beyond = await scan({ root: tempProject(good) }, [pairWith([{ start: 0, end: 400, text: '' }])]);
    expect(beyond.problems).toMatchObject([{ kind: 'crashed-rule' }]);
  });
});

describe('a finding', () => {
  const code = 'export class Cache {\n  get() {\n    slow();\n    slow();\n  }\n}\n';

  test('keeps its fingerprint when lines above it change, and has one of its own', async () => {
    const before = (await scan({ root: tempProject({ 'a.ts': code }) }, [plainRule])).findings;
    const after = (await scan({ root: tempProject({ 'a.ts': `\n\nother();\n${code}` }) }, [plainRule])).findings;
    expect(before[0]!.fingerprint).not.toBe(before[1]!.fingerprint);
    expect(after.map((f) => f.fingerprint)).toEqual(before.map((f) => f.fingerprint));
    expect(before[0]).toMatchObject({ scope: 'Cache.get', message: 'Calls slow.', status: 'active' });
  });

  test('is reported once for one place, however many visitors see it', async () => {
    const twice = defineRule<undefined>({
      ...(plainRule.rule as object as ReturnType<typeof defineRule<undefined>>),
      visit: {
        CallExpression: (call) => [
          { at: call, data: undefined },
          { at: call, data: undefined },
        ],
      },
    });
    const { findings } = await scan({ root: tempProject(good) }, [
      { rule: twice } as RulePair<unknown> as RulePair<never>,
    ]);
    expect(findings).toHaveLength(1);
  });
});

describe('settings', () => {
  test('turn rules off, change their severity and options, by file too', async () => {
    const root = tempProject({ 'a.ts': 'slow();', 'lib/b.ts': 'slow();' });
    const rules = { 'no-slow': { severity: 'high' as const } };
    const overrides = [{ files: ['lib/**'], rules: { 'no-slow': { enabled: false } } }];
    const { findings } = await scan({ root, rules, overrides }, [plainRule]);
    expect(findings).toMatchObject([{ file: 'a.ts', severity: 'high' }]);
    expect((await scan({ root, rules: { 'no-slow': { enabled: false } } }, [plainRule])).files.parsed).toBe(0);
  });

  test('a rule looks at product code unless it names other roles, and no other file is parsed', async () => {
    const root = tempProject({
      'src/a.ts': 'slow();',
      'scripts/b.ts': 'slow();',
      'src/c.tsx': "'use client';\nslow();",
    });
    const byRole = async (roles?: FileRole[]): Promise<unknown> => {
      const { findings, files } = await scan({ root }, [callRule('no-slow', 'slow', undefined, roles && { roles })]);
      return { parsed: files.parsed, found: findings.map(({ file }) => file) };
    };
    expect(await byRole()).toEqual({ parsed: 1, found: ['src/a.ts'] });
    expect(await byRole(['script', 'ui'])).toEqual({ parsed: 2, found: ['scripts/b.ts', 'src/c.tsx'] });
  });

  test('an unknown rule is refused', async () => {
    const root = tempProject(good);
    await expect(scan({ root, ruleIds: ['no-slwo'] }, [plainRule])).rejects.toThrow('There is no rule no-slwo');
  });
});

test('an abort ends the scan at once with its reason', async () => {
  const files = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`f${i}.ts`, 'slow();\n'.repeat(300)]));
  const root = tempProject(files);
  const controller = new AbortController();
  let seen = 0;
  const running = scan(
    {
      root,
      signal: controller.signal,
      onProgress: ({ done }) => {
        seen = done;
        controller.abort(new Error('stop'));
      },
    },
    [plainRule],
  );
  await expect(running).rejects.toThrow('stop');
  expect(seen).toBeLessThan(400);
});
