import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conversation, project } from './plimsoll.ts';

const poller = (name: string, more = '') => `export class ${name} {
  start(): void {
    setInterval(() => this.poll(), 1000);
  }

  stop(): void {
    console.log('stopped');
  }
${more}
  private poll(): void {}
}
`;
const server = `import { createServer } from 'node:http';
import { First } from './first.js';
import { Second } from './second.js';

createServer((request, response) => {
  new First().start();
  new Second().start();
  response.end(request.url);
}).listen(3000);
`;

/** Plays a person: each time it is opened it takes the next step of a plan, and notes what it was shown. */
const script = `import { readFileSync, writeFileSync } from 'node:fs';
const [folder, file] = process.argv.slice(2);
const plan = JSON.parse(readFileSync(folder + '/plan.json', 'utf8'));
const { steps: [step, ...steps], seen } = plan;
const text = readFileSync(file, 'utf8');
writeFileSync(folder + '/plan.json', JSON.stringify({ steps, seen: [...seen, { file, text }] }));
if (step.exit) process.exit(step.exit);
writeFileSync(file, text.replace(new RegExp(step.from, 'gm'), step.to));
`;

interface Step {
  from?: string;
  to?: string;
  exit?: number;
}

let own: ReturnType<typeof project>;
let desk: ReturnType<typeof project>;
beforeEach(() => {
  own = project({
    'package.json': '{ "name": "shop", "version": "1.0.0", "type": "module", "types": "index.d.ts" }\n',
    'src/first.ts': poller('First'),
    'src/second.ts': poller('Second'),
    'src/server.ts': server,
  });
  desk = project({ 'editor.mjs': script });
});
afterEach(() => {
  own.remove();
  desk.remove();
});

const text = (file: string) => readFileSync(join(own.folder, file), 'utf8');
const seen = (): { file: string; text: string }[] =>
  JSON.parse(readFileSync(join(desk.folder, 'plan.json'), 'utf8')).seen;
const question = 'quit, and carry out';

function talk(steps: readonly Step[], answers: readonly (readonly [string, string])[], ...args: string[]) {
  writeFileSync(join(desk.folder, 'plan.json'), JSON.stringify({ steps, seen: [] }));
  const EDITOR = `${process.execPath} ${join(desk.folder, 'editor.mjs')} ${desk.folder}`;
  return conversation(['-i', '--rule', 'no-leaked-interval', ...args], { cwd: own.folder, env: { EDITOR } }, answers);
}

/** Every added line with the period gets another one. */
const slower: Step = { from: '^(\\+.*)1000', to: '$12000' };

describe('e edits the proposed change', () => {
  it('and applies what comes back, in place of what was proposed', async () => {
    const { code, stdout } = await talk(
      [slower],
      [
        [question, 'e'],
        [question, 'q'],
      ],
    );
    expect(stdout).toContain('Edited src/first.ts:3:5 no-leaked-interval');
    expect(stdout).toContain('Fixed 1 finding in 1 file');
    expect(stdout).toContain('as edited by hand');
    expect(text('src/first.ts')).toMatch(/= setInterval\(\(\) => this\.poll\(\), 2000\)/);
    expect(text('src/first.ts')).toContain('clearInterval(');
    expect(text('src/second.ts')).toBe(poller('Second'));
    expect(code).toBe(1);
    const [shown] = seen();
    expect(shown!.file).toMatch(/first\.ts\.diff$/);
    expect(shown!.text).toMatch(/^@@ -\d+,\d+ \+\d+,\d+ @@\n/);
    expect(shown!.text).toMatch(/^-.*setInterval/m);
    expect(shown!.text).toContain('# src/first.ts:3:5 no-leaked-interval');
  });

  it('a text that does not parse is told, kept, and opened again', async () => {
    const { stdout } = await talk(
      [
        { from: '^\\+(.*)setInterval\\(', to: '+$1setInterval((' },
        { from: 'setInterval\\(\\(\\(', to: 'setInterval((' },
      ],
      [
        [question, 'e'],
        ['cannot be used: the fixed code would not parse', ''],
        [question, 'e'],
        [question, 'q'],
      ],
    );
    const [, again] = seen();
    expect(again!.text).toMatch(/^# the fixed code would not parse: .+\n@@/);
    expect(again!.text).toContain('setInterval(((');
    expect(stdout).toContain('Fixed 1 finding in 1 file');
    expect(text('src/first.ts')).toContain('clearInterval(');
  });

  it('one that no longer fits the file is told, and the repair can still be applied as it was', async () => {
    const { stdout } = await talk(
      [{ from: '^ .*start.*', to: ' begin(): void {' }],
      [
        [question, 'e'],
        ['cannot be used: it does not apply: these lines stand nowhere in the file', ''],
        [question, 'y'],
        [question, 'q'],
      ],
    );
    expect(stdout).toContain('Fixed 1 finding in 1 file');
    expect(stdout).not.toContain('as edited by hand');
    expect(text('src/first.ts')).toContain('setInterval(() => this.poll(), 1000)');
  });

  it.each<[string, Step, string]>([
    ['an editor that fails', { exit: 3 }, 'it ended with exit code 3'],
    ['a change of which nothing is left', { from: '^[-+].*\\n', to: '' }, 'No change is left of it'],
  ])('%s leaves the repair as it was proposed', async (_, step, message) => {
    const { stdout } = await talk(
      [step],
      [
        [question, 'e'],
        [message, ''],
        [question, 'q'],
      ],
    );
    expect(stdout).toContain('Nothing was repaired');
    expect(text('src/first.ts')).toBe(poller('First'));
  });

  it('without an editor it says which variables name one, and asks again', async () => {
    const { code, stdout } = await conversation(['-i'], { cwd: own.folder }, [
      [question, 'e'],
      ['No editor is set: name one in VISUAL or EDITOR', ''],
      [question, 'q'],
    ]);
    expect(stdout).toContain('Nothing was repaired');
    expect(code).toBe(1);
  });

  it('VISUAL comes before EDITOR, and an editor that is not there is named', async () => {
    const env = { VISUAL: 'no-such-editor --wait', EDITOR: 'true' };
    const { stdout } = await conversation(['-i'], { cwd: own.folder, env }, [
      [question, 'e'],
      [question, 'q'],
    ]);
    expect(stdout).toContain('Nothing was edited: no-such-editor --wait: it ended with exit code 127');
  });

  it('what it leaves of the defect is reported, not repaired a second time', async () => {
    const { code, stdout } = await talk(
      [{ from: '^[-+].*clearInterval.*\\n', to: '' }],
      [
        [question, 'e'],
        [question, 'q'],
      ],
    );
    expect(stdout).toContain('Edited src/first.ts:3:5');
    expect(text('src/first.ts')).not.toContain('clearInterval');
    expect(text('src/first.ts')).not.toBe(poller('First'));
    expect(code).toBe(1);
  });

  it('finds its place although a suppression moves the lines', async () => {
    const twice = poller('First', '\n  watch(): void {\n    setInterval(() => this.poll(), 1000);\n  }\n');
    writeFileSync(join(own.folder, 'src/first.ts'), twice);
    const { stdout } = await talk(
      [slower],
      [
        [question, 's'],
        ['Why may it stay', 'ends with the process\r'],
        [question, 'e'],
        [question, 'q'],
      ],
    );
    expect(stdout).toContain('Suppressed src/first.ts:3:5');
    expect(text('src/first.ts')).toMatch(/ignore-next-line .*\n {4}setInterval\(\(\) => this\.poll\(\), 1000\)/);
    expect(text('src/first.ts')).toMatch(/= setInterval\(\(\) => this\.poll\(\), 2000\)/);
  });

  it('one that is taken back afterwards is printed, so that it is not lost', async () => {
    const { code, stdout } = await talk(
      [slower],
      [
        [question, 'e'],
        [question, 'q'],
      ],
      '--verify',
      'false',
    );
    expect(code).toBe(2);
    expect(stdout).toContain('What you made of src/first.ts:3:5 no-leaked-interval was not applied. It was:');
    expect(stdout).toMatch(/^\+.*2000/m);
    expect(text('src/first.ts')).toBe(poller('First'));
  });

  it('edits in a checkout with a clean tree too, and leaves nothing behind', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: own.folder });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'one');
    await talk(
      [slower],
      [
        [question, 'e'],
        [question, 'q'],
      ],
    );
    expect(git('status', '--porcelain').toString()).toBe(' M src/first.ts\n');
  });
});
