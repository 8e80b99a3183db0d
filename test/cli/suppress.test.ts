import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { leakyApp, manifest, plimsoll, project } from './plimsoll.ts';

const rule = 'no-leaked-interval';
let own: ReturnType<typeof project>;
const read = (file: string) => readFileSync(join(own.folder, file), 'utf8');
const run = (...args: string[]) => plimsoll(args, { cwd: own.folder });
beforeEach(() => {
  own = project({ 'package.json': manifest, 'src/app.ts': leakyApp });
});
afterEach(() => own.remove());

it('writes a directive with the reason above each finding, which then weighs nothing', async () => {
  const { code, stdout, stderr } = await run(
    'suppress',
    rule,
    '--reason',
    'ends with the process',
    '--until',
    '2999-12-31',
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toBe(`suppressed  src/app.ts:6:3\n1 finding of ${rule} suppressed in 1 file\n`);
  const directive = `  // plimsoll-ignore-next-line ${rule} until=2999-12-31 -- ends with the process\n`;
  expect(read('src/app.ts')).toBe(leakyApp.replace('  setInterval', `${directive}  setInterval`));
  const scan = await run('--reporter', 'json');
  expect(scan.code).toBe(0);
  expect(JSON.parse(scan.stdout)).toMatchObject({
    findings: [{ status: 'suppressed', reason: 'ends with the process' }],
    suppressionProblems: [],
  });
  expect((await run('suppress', rule, '--reason', 'again')).stdout).toBe(
    `no finding of ${rule}: nothing to suppress\n`,
  );
});

it('keeps Windows line ends, and leaves alone what no comment can reach', async () => {
  const template = leakyApp.replace(
    /( {2})(setInterval.*);/,
    (_, indent: string, call: string) => `${indent}const page = \`\n  <p>\${${call}}</p>\n  \`;\n  console.log(page);`,
  );
  writeFileSync(join(own.folder, 'src/app.ts'), leakyApp.replaceAll('\n', '\r\n'));
  writeFileSync(join(own.folder, 'src/page.ts'), template);
  const { code, stdout, stderr } = await run('suppress', rule, '--reason', 'known');
  expect(read('src/app.ts')).toContain(`  // plimsoll-ignore-next-line ${rule} -- known\r\n  setInterval`);
  // Inside a template no comment can stand: it is left, told, and the file is not touched.
  expect(read('src/page.ts')).toBe(template);
  expect(code).toBe(1);
  expect(stderr).toContain('left  src/page.ts:7:8:');
  expect(stdout).toContain('suppressed in 1 file');
});

it.each([
  ['without a reason', ['suppress', rule], 'required option'],
  ['with an empty reason', ['suppress', rule, '--reason', ' '], 'needs a reason'],
  ['with a reason that would end the comment', ['suppress', rule, '--reason', 'a */ b'], 'without "*/"'],
  ['with a day that is none', ['suppress', rule, '--reason', 'x', '--until', '2026-02-30'], 'YYYY-MM-DD'],
  ['with a day that is over', ['suppress', rule, '--reason', 'x', '--until', '2020-01-01'], 'over already'],
  [
    'of a rule that there is not',
    ['suppress', 'no-leaked-intervall', '--reason', 'x'],
    'did you mean "no-leaked-interval"?',
  ],
])('is refused %s, and changes nothing', async (_, args, message) => {
  const { code, stdout, stderr } = await run(...args);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
  expect(read('src/app.ts')).toBe(leakyApp);
});
