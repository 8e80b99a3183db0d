import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { afterAll, describe, expect, it } from 'vitest';
import { leakyApp, library, manifest, onTerminal, plimsoll, project } from './plimsoll.ts';

const leaky = project({ 'package.json': manifest, 'src/app.ts': leakyApp });
const clean = project({
  'package.json': manifest,
  'src/add.ts': 'export const add = (a: number, b: number) => a + b;\n',
});
const broken = project({ 'package.json': manifest, 'src/app.ts': leakyApp, 'src/broken.ts': 'setInterval(((;\n' });
afterAll(() => {
  for (const one of [leaky, clean, broken]) one.remove();
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const ansi = /\u001b\[/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const links = /\u001b\]8;/g;

describe('colour, links and streams', () => {
  const vte = { VTE_VERSION: '7600' };
  it.each([
    ['a pipe', 'pipe', {}, false, false],
    ['a pipe under FORCE_COLOR', 'pipe', { FORCE_COLOR: '1' }, true, false],
    ['a pipe under FORCE_COLOR and NO_COLOR', 'pipe', { FORCE_COLOR: '1', NO_COLOR: '1' }, false, false],
    ['a pipe in CI', 'pipe', { CI: 'true' }, false, false],
    ['a terminal', 'tty', {}, true, false],
    ['a terminal that follows links', 'tty', vte, true, true],
    ['a terminal under NO_COLOR', 'tty', { ...vte, NO_COLOR: '1' }, false, false],
    ['a dumb terminal', 'tty', { ...vte, TERM: 'dumb' }, false, false],
    ['a terminal under FORCE_COLOR=0', 'tty', { ...vte, FORCE_COLOR: '0' }, false, false],
    ['a terminal in CI', 'tty', { ...vte, CI: 'true' }, true, false],
  ] as const)('%s', async (_, kind, env, colour, hyperlinks) => {
    const run = kind === 'pipe' ? plimsoll : onTerminal;
    const { code, stdout, stderr } = await run([], { cwd: leaky.folder, env });
    expect(code).toBe(1);
    expect(stdout).toContain('src/app.ts:6:3');
    expect((stdout.match(ansi) ?? []).length > 0).toBe(colour);
    expect((stdout.match(links) ?? []).length > 0).toBe(hyperlinks);
    expect(stderr).toBe('');
    if (env && 'CI' in env) expect(stdout).not.toContain(' files\r');
  });

  it('a reader that stops early (EPIPE) ends it quietly, with the exit code of the scan', async () => {
    const shell = `{} | head -c 10 >/dev/null; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await plimsoll(['--reporter', 'json'], { cwd: leaky.folder, shell });
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe('1');
  });

  it('writes the same bytes in two runs, in another locale and time zone, and with more threads', async () => {
    const args = ['--reporter', 'json'];
    const first = await plimsoll(args, { cwd: leaky.folder });
    const env = { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', TZ: 'Asia/Tokyo' };
    const second = await plimsoll([...args, '--threads', '2'], { cwd: leaky.folder, env });
    expect(second.stdout).toBe(first.stdout);
    expect(first.stdout).not.toContain(leaky.folder);
  });

  it('reaches no network: a scan and its reports under a guard that forbids sockets', async () => {
    const guard = project({
      'guard.cjs': `
        const fail = (what) => () => { process.stderr.write('NETWORK ' + what); process.exit(99); };
        const net = require('node:net'), dgram = require('node:dgram'), dns = require('node:dns'), tls = require('node:tls');
        net.Socket.prototype.connect = fail('connect'); net.createConnection = fail('net'); tls.connect = fail('tls');
        dgram.createSocket = fail('udp'); dns.lookup = fail('dns'); globalThis.fetch = fail('fetch');`,
    });
    const { code, stderr } = await plimsoll(['--reporter', 'sarif'], {
      cwd: leaky.folder,
      nodeOptions: ['--require', join(guard.folder, 'guard.cjs')],
    });
    guard.remove();
    expect(stderr).toBe('');
    expect(code).toBe(1);
  });
});

describe('exit codes', () => {
  it.each([
    ['0 when every gate passes', [], clean.folder, {}, 0],
    ['0 when findings stay below the gate', ['--fail-on', 'never'], leaky.folder, {}, 0],
    ['1 when a severity fails', [], leaky.folder, {}, 1],
    ['1 when the score is too low', ['--fail-on', 'never', '--min-score', '90'], leaky.folder, {}, 1],
    ['1 when the environment asks for a score', ['--fail-on', 'never'], leaky.folder, { PLIMSOLL_MIN_SCORE: '90' }, 1],
    [
      '0 when a flag beats the environment',
      ['--fail-on', 'never', '--min-score', '1'],
      leaky.folder,
      { PLIMSOLL_MIN_SCORE: '90' },
      0,
    ],
    ['3 when a file could not be analysed, though a gate failed too', [], broken.folder, {}, 3],
    ['1 when partial results are allowed', ['--allow-partial'], broken.folder, {}, 1],
  ] as const)('%s', async (_, args, cwd, env, code) => {
    const outcome = await plimsoll(args, { cwd, env });
    expect(outcome.stderr).toBe('');
    expect(outcome.code).toBe(code);
  });

  it('rules on trial weigh, or are off, where the configuration or the command line says so', async () => {
    const text = `export class Pool {
  constructor(private readonly check: () => void) {
    setInterval(this.check, 1000);
  }
  close() {}
}
`;
    const judge = async (config: object, ...args: string[]) => {
      const files = { 'package.json': library, 'src/pool.ts': text, 'plimsoll.config.json': JSON.stringify(config) };
      const own = project(files);
      const env = { PLIMSOLL_TRIAL: undefined };
      const { code, stdout } = await plimsoll(['--reporter', 'json', ...args], { cwd: own.folder, env });
      own.remove();
      const { findings } = JSON.parse(stdout) as { findings: { ruleId: string; lifecycle: string }[] };
      return [code, ...findings.map(({ ruleId, lifecycle }) => `${ruleId} ${lifecycle}`)];
    };
    const reported = [0, 'no-leaked-interval trial'];
    const weighed = [1, 'no-leaked-interval stable'];
    expect(await judge({})).toEqual(reported);
    expect(await judge({ rules: { 'no-leaked-interval': 'on' } })).toEqual(reported);
    expect(await judge({ rules: { 'no-leaked-interval': 'high' } })).toEqual(weighed);
    expect(await judge({ trial: 'weigh' })).toEqual(weighed);
    expect(await judge({ trial: 'weigh' }, '--trial', 'report')).toEqual(reported);
    expect(await judge({ trial: 'off' })).toEqual([0]);
    expect(await judge({ trial: 'off', rules: { 'no-leaked-interval': 'on' } })).toEqual(reported);
    expect(await judge({ trial: 'off' }, '--rule', 'no-leaked-interval')).toEqual(reported);
  });

  it('3 for a file that is not text, which is named', async () => {
    const own = project({ 'package.json': manifest, 'src/a.ts': 'export {};\n' });
    writeFileSync(join(own.folder, 'src/binary.ts'), Buffer.from([0x63, 0xff, 0xfe, 0x00, 0x80]));
    const { code, stdout } = await plimsoll([], { cwd: own.folder });
    own.remove();
    expect(code).toBe(3);
    expect(stdout).toContain('✖ not analysed  src/binary.ts  Not valid UTF-8');
    expect(stdout).toContain('partial');
  });

  it('names in the report the gate that failed, its number and the limit', async () => {
    const { stdout } = await plimsoll(['--min-score', '90'], { cwd: leaky.folder });
    expect(stdout).toContain('✖ fail-on  1 high finding, none allowed');
    expect(stdout).toContain('✖ min-score  score 55 < 90');
    expect(stdout).toContain('exit code 1: fail-on: 1 high finding, none allowed; min-score: score 55 < 90');
  });

  it('130 when interrupted, with nothing written', async () => {
    const files: Record<string, string> = { 'package.json': manifest };
    for (let index = 0; index < 1500; index++) files[`src/f${index}.ts`] = leakyApp.repeat(4);
    const large = project(files);
    const { code, stdout, stderr } = await plimsoll([], {
      cwd: large.folder,
      onStart: (pid) => setTimeout(() => process.kill(pid, 'SIGINT'), 700),
    });
    large.remove();
    expect(code).toBe(130);
    expect(stdout).toBe('');
    expect(stderr).toBe('error: interrupted\n');
  });

  it('70 for a bug of ours, with the place to report it and the stack only when asked', async () => {
    const trap = project({
      'trap.cjs': `JSON.stringify = () => { throw new TypeError('trapped'); };`,
    });
    const options = { cwd: leaky.folder, nodeOptions: ['--require', join(trap.folder, 'trap.cjs')] };
    const plain = await plimsoll(['--reporter', 'gitlab'], options);
    const debug = await plimsoll(['--reporter', 'gitlab', '--debug'], options);
    trap.remove();
    expect(plain.code).toBe(70);
    expect(plain.stdout).toBe('');
    expect(plain.stderr).toMatch(/^error: internal error: trapped\n {2}help: this is a bug .*\/issues/);
    expect(plain.stderr).not.toContain('    at ');
    expect(debug.stderr).toContain('    at ');
  });
});

describe('wrong usage: exit 2, one line, the nearest right name', () => {
  it.each([
    ['an option', ['--minscore', '3'], 'unknown option "--minscore"', '--min-score', 'plimsoll scan --help'],
    ['an option of a command', ['rules', '--jsno'], 'unknown option "--jsno"', '--json', 'plimsoll rules --help'],
    ['a letter', ['-v'], 'unknown option "-v"', '-V', 'plimsoll scan --help'],
    ['what the environment says', ['--no-color'], 'unknown option "--no-color"', undefined, 'help: set NO_COLOR=1'],
    ['a format', ['--format', 'json'], 'unknown option "--format"', undefined, 'help: say --reporter <name>'],
    ['what is left out', ['--ignore=src'], 'unknown option "--ignore"', undefined, 'help: list the globs in `exclude`'],
    ['of a command', ['rules', '--jobs'], 'unknown option "--jobs"', undefined, 'plimsoll rules --help'],
    [
      'a rule',
      ['--rule', 'no-leaked-intervall'],
      'unknown rule "no-leaked-intervall"',
      'no-leaked-interval',
      'plimsoll rules',
    ],
    [
      'a rule to explain',
      ['explain', 'leaked-interval'],
      'unknown rule "leaked-interval"',
      'no-leaked-interval',
      'plimsoll rules',
    ],
    ['a category', ['--category', 'memroy'], 'unknown category "memroy"', 'memory', 'resources, memory'],
    ['a severity', ['--fail-on', 'hihg'], 'unknown severity "hihg"', 'high', undefined],
    ['a confidence', ['--confidence', 'sure'], 'unknown confidence "sure"', undefined, undefined],
    ['what trial does', ['--trial', 'no'], 'unknown value of --trial "no"', undefined, undefined],
    ['a reporter', ['--reporter', 'jsno'], 'unknown reporter "jsno"', 'json', 'pretty, concise'],
    ['a path', ['src/ap.ts'], 'no such file or folder: src/ap.ts', 'src/app.ts', undefined],
    ['a command', ['explian'], 'no such file, folder or command: explian', 'explain', 'plimsoll --help'],
    ['a shell', ['completion', 'zhs'], 'unknown shell "zhs"', 'zsh', 'bash, zsh, fish'],
    [
      'a number',
      ['--min-score', '101'],
      '--min-score must be a whole number from 0 to 100, not "101"',
      undefined,
      undefined,
    ],
    ['a missing argument', ['explain'], 'missing required argument "rule"', undefined, 'plimsoll explain --help'],
    ['a place', ['why', 'src/app.ts'], 'not a place: src/app.ts', undefined, undefined],
    ['a configuration file', ['--config', 'nope.json'], 'no such configuration file: nope.json', undefined, undefined],
    ['a saved result', ['report', 'package.json'], 'package.json is not a result', undefined, undefined],
    [
      'a path to configure',
      ['print-config', 'src/ap.ts'],
      'no such file or folder: src/ap.ts',
      'src/app.ts',
      undefined,
    ],
    [
      'a result that is not there',
      ['report', 'package.jso'],
      'no such file or folder: package.jso',
      'package.json',
      undefined,
    ],
    [
      'a rule to suppress',
      ['suppress', 'no-leaked-intervall', '--reason', 'x'],
      'unknown rule "no-leaked-intervall"',
      'no-leaked-interval',
      'plimsoll rules',
    ],
    [
      'a reason that is missing',
      ['suppress', 'no-leaked-interval'],
      'required option "--reason <text>" not specified',
      undefined,
      'plimsoll suppress --help',
    ],
    ['an action on the baseline', ['baseline', 'updat'], 'unknown action "updat"', 'update', 'update, prune'],
    ['a path that is no source', ['package.json'], 'package.json', undefined, undefined],
    ['a glob that matches nothing', ['src/*.vue'], 'src/*.vue', undefined, undefined],
    [
      'two reports on stdout',
      ['--reporter', 'json', '--reporter', 'sarif'],
      'cannot share stdout: json and sarif',
      undefined,
      undefined,
    ],
    [
      'two reports in one file',
      ['--reporter', 'json=x', '--reporter', 'sarif=x'],
      'cannot share the file',
      undefined,
      undefined,
    ],
  ])('%s', async (_, args, message, didYouMean, list) => {
    const { code, stdout, stderr } = await plimsoll(args, { cwd: leaky.folder });
    expect(code).toBe(2);
    const lines = stderr.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^error: /);
    expect(lines[0]).toContain(message);
    if (didYouMean === undefined) expect(stderr).not.toContain('did you mean');
    else expect(lines).toContain(`  did you mean "${didYouMean}"?`);
    if (list !== undefined) expect(lines.at(-1)).toContain(list);
    expect(stderr).not.toContain('    at ');
    if (!args.includes('--reporter')) expect(stdout).toBe('');
  });

  it('says where nothing was found, and what was left out there', async () => {
    const empty = project({ 'package.json': manifest, 'docs/readme.md': 'x\n' });
    const { code, stderr } = await plimsoll([], { cwd: empty.folder });
    empty.remove();
    expect(code).toBe(2);
    expect(stderr).toContain('No TypeScript or JavaScript file');
  });

  it.each(['json', 'ndjson', 'sarif'])(
    'with %s, stdout is a document of that format that tells the error',
    async (reporter) => {
      const { code, stdout, stderr } = await plimsoll(['--reporter', reporter, '--rule', 'nope'], {
        cwd: leaky.folder,
      });
      expect(code).toBe(2);
      expect(stderr).toContain('unknown rule "nope"');
      const document = JSON.parse(stdout);
      if (reporter === 'sarif')
        expect(document.runs[0].invocations[0]).toMatchObject({ executionSuccessful: false, exitCode: 2 });
      else
        expect(document).toMatchObject({
          schemaVersion: 1,
          error: { message: 'unknown rule "nope"' },
          exit: { code: 2 },
        });
    },
  );

  it('tells the error on stdout even when it is the option before the reporter that is wrong', async () => {
    const { stdout } = await plimsoll(['--nonsense', '--reporter=json'], { cwd: leaky.folder });
    expect(JSON.parse(stdout).error.message).toBe('unknown option "--nonsense"');
  });
});

describe('reports', () => {
  it('writes several in one run, the terminal staying human', async () => {
    const own = project({ 'package.json': manifest, 'src/app.ts': leakyApp });
    const { code, stdout } = await plimsoll(
      [
        '--reporter',
        'sarif=out/report.sarif',
        '--reporter',
        'json=out/report.json',
        '--reporter',
        'markdown=out/report.md',
      ],
      { cwd: own.folder },
    );
    expect(code).toBe(1);
    expect(stdout).toContain('Score 55 / 100');
    const read = (name: string) => readFileSync(join(own.folder, 'out', name), 'utf8');
    expect(JSON.parse(read('report.sarif')).runs[0].results).toHaveLength(1);
    expect(read('report.md')).toContain('## Plimsoll: 55 / 100');
    const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../schema/scan-result.schema.json'), 'utf8'));
    const validate = new Ajv({ allErrors: true }).compile(schema);
    validate(JSON.parse(read('report.json')));
    expect(validate.errors).toBeNull();

    const env = { PLIMSOLL_REPORTER: 'concise,badge=out/score.svg' };
    await plimsoll(['report', 'out/report.json'], { cwd: own.folder, env });
    expect(read('score.svg')).toContain('plimsoll: 55 C+');
    const again = await plimsoll(['report', 'out/report.json'], { cwd: own.folder });
    expect(again.code).toBe(0);
    expect(again.stdout).toBe(stdout);

    writeFileSync(join(own.folder, 'src/app.ts'), '// moved away\n');
    const elsewhere = await plimsoll(['report', 'out/report.json', '--reporter', 'concise'], { cwd: own.folder });
    own.remove();
    expect(elsewhere.stdout).toContain('src/app.ts:6:3: high');
  });

  it.each([
    'json',
    'ndjson',
    'sarif',
    'gitlab',
    'junit',
    'checkstyle',
    'rdjson',
    'sonar',
    'azure',
    'teamcity',
    'badge',
    'markdown',
    'agent',
    'concise',
  ])('gives %s stdout to itself', async (reporter) => {
    const { code, stdout, stderr } = await plimsoll(['--reporter', reporter], { cwd: leaky.folder });
    expect([code, stderr]).toEqual([1, '']);
    if (reporter !== 'azure') expect(stdout).not.toContain('Repair first (in');
  });

  it('annotates by itself under GitHub Actions, with the job summary, unless reports are chosen', async () => {
    const own = project({ 'package.json': manifest, 'src/app.ts': leakyApp });
    const env = { GITHUB_ACTIONS: 'true', CI: 'true', GITHUB_STEP_SUMMARY: join(own.folder, 'summary.md') };
    const chosen = await plimsoll(['--reporter', 'concise'], { cwd: own.folder, env });
    expect(chosen.stdout).not.toContain('::error');
    expect(existsSync(env.GITHUB_STEP_SUMMARY)).toBe(false);
    writeFileSync(env.GITHUB_STEP_SUMMARY, 'an earlier step\n');
    const { stdout } = await plimsoll([], { cwd: own.folder, env });
    const summary = readFileSync(env.GITHUB_STEP_SUMMARY, 'utf8');
    own.remove();
    expect(stdout).toContain('::error file=src/app.ts,line=6,endLine=6,');
    expect(summary).toMatch(/^an earlier step\n## Plimsoll: 55/);
  });

  it('writes for an agent by itself where one runs it, unless reports are chosen or a person looks on', async () => {
    const env = { AI_AGENT: '1' };
    const agent = await plimsoll([], { cwd: leaky.folder, env });
    expect(agent.code).toBe(1);
    expect(agent.stdout).toBe((await plimsoll(['--reporter', 'agent'], { cwd: leaky.folder })).stdout);
    expect((await plimsoll(['--reporter', 'pretty'], { cwd: leaky.folder, env })).stdout).toContain('Repair first (in');
    expect((await onTerminal([], { cwd: leaky.folder, env })).stdout).toContain('Repair first');
    const wrong = await plimsoll(['--rule', 'nope'], { cwd: leaky.folder, env });
    expect([wrong.code, wrong.stderr.split('\n')[0]]).toEqual([2, 'error: unknown rule "nope"']);
  });

  it('names the file that a report cannot be written to', async () => {
    const { code, stderr } = await plimsoll(['--reporter', 'json=package.json/x'], { cwd: leaky.folder });
    expect(code).toBe(2);
    expect(stderr).toContain('cannot write the json report');
  });
});

/** Runs the command, and lists the files of all modules that it loaded: V8 reports on each of them. */
async function withModules(args: readonly string[]) {
  const coverage = project({});
  const outcome = await plimsoll(args, { cwd: leaky.folder, env: { NODE_V8_COVERAGE: coverage.folder } });
  const loaded = readdirSync(coverage.folder).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(coverage.folder, file), 'utf8')) as { result: { url: string }[] };
    return result.flatMap(({ url }) => (url.startsWith('file:') ? [fileURLToPath(url)] : []));
  });
  coverage.remove();
  return { ...outcome, loaded };
}

/** A function of the parser that no other module has. */
function holdsParser(file: string): boolean {
  return readFileSync(file, 'utf8').includes('reScanTemplateToken');
}

describe('commands', () => {
  it.each([
    ['--version', ['--version'], /^\d+\.\d+\.\d+\n$/],
    ['--help', ['--help'], /Exit codes:/],
    ['explain', ['explain', 'no-leaked-interval'], /What it says, of the code below\n[\s\S]*Why\n[\s\S]*Limits\n/],
    ['explain --json', ['explain', 'no-leaked-interval', '--json'], /"id": "no-leaked-interval"/],
    ['rules', ['rules'], /no-leaked-interval +high/],
    ['rules --json', ['rules', '--json', '--category', 'resources'], /"category": "resources"/],
    ['baseline --help', ['baseline', '--help'], /--accept-new[\s\S]*Examples:\n {2}plimsoll baseline update/],
    ['completion bash', ['completion', 'bash'], /complete -o filenames -F _plimsoll plimsoll/],
    ['completion zsh', ['completion', 'zsh'], /^#compdef plimsoll/],
    ['completion fish', ['completion', 'fish'], /^complete -c plimsoll/],
  ])('%s answers without loading a compiler', async (_, args, expected) => {
    const { loaded, code, stdout, stderr } = await withModules(args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(expected);
    expect(loaded.filter(holdsParser)).toEqual([]);
  });

  it('has examples in the help of each command, and they name that command', async () => {
    const { stdout } = await plimsoll(['--help'], { cwd: leaky.folder });
    const names = [...stdout.matchAll(/^ {2}([a-z-]+) \[options\]/gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) {
      const help = (await plimsoll([name, '--help'], { cwd: leaky.folder })).stdout;
      const [, examples = ''] = help.split('Examples:\n');
      expect(examples).toContain(name === 'scan' ? 'plimsoll' : `plimsoll ${name}`);
    }
  });

  it('the guard above does see the parser when a scan loads it, and a scan loads no more of the compiler', async () => {
    const { loaded } = await withModules([]);
    expect(loaded.filter(holdsParser)).toHaveLength(1);
    expect(loaded.filter((file) => /node_modules.*(?:ts-morph|typescript)/.test(file))).toEqual([]);
  });

  it('bash completes options, rules and reporters', async () => {
    const complete = (line: string) => {
      const words = line.split(' ');
      const array = words.map((word) => `"${word}"`).join(' ');
      const shell = `source <({}); COMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}; _plimsoll; echo "\${COMPREPLY[*]}"`;
      return plimsoll(['completion', 'bash'], { cwd: leaky.folder, shell });
    };
    expect((await complete('plimsoll --fail-on n')).stdout.trim()).toBe('never');
    expect((await complete('plimsoll explain no-leaked-i')).stdout.trim()).toBe('no-leaked-interval');
    expect((await complete('plimsoll --repo')).stdout.trim()).toBe('--reporter');
    expect((await complete('plimsoll expl')).stdout.trim()).toBe('explain');
  });

  it('why shows the evidence chain of a finding, and says why there is none', async () => {
    const found = await plimsoll(['why', 'src/app.ts:6'], { cwd: leaky.folder });
    expect(found.code).toBe(0);
    expect(found.stdout).toContain('evidence src/app.ts:5:1  request handler: GET /orders');
    const none = await plimsoll(['why', 'src/app.ts:3'], { cwd: leaky.folder });
    expect(none.stdout).toContain('No rule reports anything on src/app.ts:3.');
    expect(none.stdout).toMatch(/lines 6, 10 \(\d of \d only possible\)/);
    const unparsed = await plimsoll(['why', 'src/add.ts:1'], { cwd: clean.folder });
    expect(unparsed.stdout).toContain('src/add.ts holds nothing that any rule looks for');
  });

  it('why says what was not found that would make a possible finding sure', async () => {
    const store = `import { EventEmitter } from 'node:events';
const bus = new EventEmitter();
export function watch(told: () => void) {
  bus.on('order', told.bind(bus));
  return () => bus.off('order', told.bind(bus));
}
export const size = 1;
`;
    const main = "import { size } from './store.js';\nconsole.log(size);\n";
    const idle = project({ 'package.json': manifest, 'src/store.ts': store, 'src/main.ts': main });
    const { stdout } = await plimsoll(['why', 'src/store.ts:5'], { cwd: idle.folder });
    idle.remove();
    expect(stdout.replace(/\s+/g, ' ')).toContain('alone. Nothing of the project is seen to run it.');
  });

  it('score prints the number and the grade, and --explain numbers that add up to it', async () => {
    expect((await plimsoll(['score', '--fail-on', 'never'], { cwd: leaky.folder })).stdout).toBe('55 C+\n');
    const { stdout } = await plimsoll(['score', '--explain'], { cwd: leaky.folder });
    const [, sum] = /100 − (.+) = [\d.]+ → 55/.exec(stdout) ?? [];
    const lost = (sum ?? '').split(' − ').map(Number);
    expect(Math.round(100 - lost.reduce((total, one) => total + one, 0))).toBe(55);
    const json = JSON.parse((await plimsoll(['score', '--json'], { cwd: leaky.folder })).stdout);
    expect(json.score.value).toBe(55);
  });

  it('--timing tells on stderr where the time goes, by rule, and changes nothing else', async () => {
    const plain = await plimsoll(['--reporter', 'json'], { cwd: leaky.folder });
    const { code, stdout, stderr } = await plimsoll(['--reporter', 'json', '--timing'], { cwd: leaky.folder });
    expect([code, stdout]).toEqual([1, plain.stdout]);
    for (const part of ['find files', 'read and parse', 'rules', 'link', 'no-leaked-interval']) {
      expect(stderr).toMatch(new RegExp(`^  ${part} +\\d+ +\\d+ %$`, 'm'));
    }
    const wrong = await plimsoll(['--timing', '--threads', '2', '--fix'], { cwd: leaky.folder });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('--timing measures one scan: it does not work with --threads and --fix');
  });

  it('inputs lists the sources and what can change the result, relative to the root', async () => {
    const { stdout } = await plimsoll(['inputs', '--json'], { cwd: leaky.folder });
    const inputs = JSON.parse(stdout);
    expect(inputs.sources).toEqual(['src/app.ts']);
    expect(inputs.packages).toEqual(['package.json']);
    expect(stdout).not.toContain(leaky.folder);
    const wrong = await plimsoll(['inputs', 'src/ap.ts'], { cwd: leaky.folder });
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.stdout).error).toMatchObject({
      message: 'no such file or folder: src/ap.ts',
      didYouMean: 'src/app.ts',
    });
  });
});
