import { Command, CommanderError, type Option } from 'commander';
import { InputError } from '../config/input-error.ts';
import { exitCodes } from '../score/gates.ts';
import { version } from '../version.ts';
import { commandExamples, examples } from './examples.ts';
import { type Failure, failureDocument, failureOf, failureText } from './failure.ts';
import {
  type BaselineFlags,
  baselineOptions,
  dashboardOptions,
  fixOptions,
  gateOptions,
  type InitFlags,
  initOptions,
  lspOptions,
  reporterOption,
  type ScanFlags,
  type SuppressFlags,
  scanOptions,
  suppressOptions,
} from './options.ts';
import { note, print } from './output.ts';
import { assertPaths } from './paths.ts';
import type { Session } from './session.ts';
import { hasColour } from './terminal.ts';
import { namingVariable, warnOfVariables } from './variables.ts';

type Action = (...args: never[]) => Promise<number>;

/** The commands. Each loads its own code when it runs: help, version and the rule pages load no compiler. */
function programFor(session: Session, done: (code: number) => void): Command {
  const program = new Command('plimsoll')
    .description('Finds the code that will sink a Node.js service under load, scores it, and repairs it.')
    .version(version, '-V, --version')
    .addHelpText('after', examples)
    .helpCommand(false);
  const add = (name: string, summary: string, options: Option[], action: Action, isDefault = false) => {
    const command = program.command(name, { isDefault }).summary(summary).description(summary);
    const lines = commandExamples[command.name()] ?? [];
    if (lines.length > 0) command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`);
    for (const option of options) command.addOption(namingVariable(command, option));
    command.option('--debug', 'stacks of errors');
    command.action(async (...args: unknown[]) => {
      session.debug = session.debug || command.opts().debug === true;
      done(await (action as (...args: unknown[]) => Promise<number>)(...args));
    });
    return command;
  };
  const json = () => scanOptions.json();
  const scanning = () => [
    scanOptions.rule(),
    scanOptions.category(),
    scanOptions.trial(),
    scanOptions.confidence(),
    scanOptions.config(),
    scanOptions.noConfig(),
    scanOptions.threads(),
    scanOptions.noCache(),
    scanOptions.cacheLocation(),
    scanOptions.quiet(),
  ];
  const narrow = () => [
    scanOptions.trial(),
    scanOptions.confidence(),
    scanOptions.config(),
    scanOptions.noConfig(),
    scanOptions.threads(),
    scanOptions.noCache(),
    scanOptions.cacheLocation(),
    scanOptions.quiet(),
  ];
  const fixing = () => [
    fixOptions.fix(),
    fixOptions.interactive(),
    fixOptions.diff(),
    fixOptions.patch(),
    fixOptions.verify(),
    fixOptions.runtime(),
    fixOptions.allowDirty(),
  ];
  const gates = () => [
    gateOptions.failOn(),
    gateOptions.minScore(),
    gateOptions.maxIssues(),
    gateOptions.baseline(),
    gateOptions.maxNew(),
    gateOptions.maxStale(),
    gateOptions.changed(),
    gateOptions.staged(),
    gateOptions.lines(),
    gateOptions.allowPartial(),
  ];

  add(
    'scan [paths...]',
    'scan files, folders or globs (the default command)',
    [
      ...fixing(),
      reporterOption(),
      gateOptions.history(),
      ...gates(),
      ...scanning(),
      scanOptions.timing(),
      scanOptions.shard(),
      scanOptions.watch(),
    ],
    async (paths: string[], flags: ScanFlags) =>
      (await import('./commands/scan.ts')).scanCommand(paths, flags, session),
    true,
  );
  const configured = () => [scanOptions.config(), scanOptions.noConfig()];
  add(
    'explain <rule>',
    'what a rule finds, why, its fix and its limits',
    [json(), ...configured()],
    async (id: string, flags: object) => (await import('./commands/explain.ts')).explainCommand(id, flags, session),
  );
  add(
    'why <file:line>',
    'the evidence of a finding, or why there is none',
    scanning(),
    async (place: string, flags: ScanFlags) => (await import('./commands/why.ts')).whyCommand(place, flags, session),
  );
  add(
    'rules',
    'every rule, those of plugins among them',
    [scanOptions.category(), json(), ...configured()],
    async (flags: object) => (await import('./commands/rules.ts')).rulesCommand(flags, session),
  );
  add(
    'score [paths...]',
    'the score alone',
    [scanOptions.explain(), json(), ...gates(), ...scanning()],
    async (paths: string[], flags: ScanFlags) =>
      (await import('./commands/score.ts')).scoreCommand(paths, flags, session),
  );
  add(
    'baseline [action]',
    'known findings: show them, update the file, or prune what is fixed',
    [baselineOptions.file(), baselineOptions.acceptNew(), ...scanning()],
    async (action: string | undefined, flags: BaselineFlags) =>
      (await import('./commands/baseline.ts')).baselineCommand(action, flags, session),
  );
  add(
    'suppress <rule> [paths...]',
    'write a directive with a reason at each finding of a rule',
    [suppressOptions.reason(), suppressOptions.until(), ...narrow()],
    async (rule: string, paths: string[], flags: ScanFlags & SuppressFlags) =>
      (await import('./commands/suppress.ts')).suppressCommand(rule, paths, flags, session),
  );
  add(
    'init',
    'write what is missing of configuration, CI job and hook; nothing is overwritten',
    [initOptions.ci()],
    async (flags: InitFlags) => (await import('./commands/init.ts')).initCommand(flags, session),
  );
  add('doctor', 'check what a scan depends on', narrow(), async (flags: ScanFlags) =>
    (await import('./commands/doctor.ts')).doctorCommand(flags, session),
  );
  add('mcp', 'serve scan, explain, why and fix to coding agents (Model Context Protocol, stdio)', [], async () =>
    (await import('./commands/mcp.ts')).mcpCommand(session),
  );
  add(
    'lsp',
    'serve diagnostics and fixes to editors (Language Server Protocol, stdio)',
    [lspOptions.stdio()],
    async () => (await import('./commands/lsp.ts')).lspCommand(session),
  );
  add(
    'merge <shards...>',
    'join the shards of a scan: link, score and report',
    [
      reporterOption(),
      gateOptions.failOn(),
      gateOptions.minScore(),
      gateOptions.maxIssues(),
      gateOptions.baseline(),
      gateOptions.maxNew(),
      gateOptions.maxStale(),
      gateOptions.allowPartial(),
      ...configured(),
    ],
    async (files: string[], flags: ScanFlags) =>
      (await import('./commands/merge.ts')).mergeCommand(files, flags, session),
  );
  add('report <json>', 'render a saved result again', [reporterOption()], async (file: string, flags: ScanFlags) =>
    (await import('./commands/report.ts')).reportCommand(file, flags, session),
  );
  add(
    'print-config [file]',
    'the settings that hold for a file, and where each comes from',
    [json(), scanOptions.config(), scanOptions.noConfig()],
    async (file: string | undefined, flags: ScanFlags) =>
      (await import('./commands/print-config.ts')).printConfigCommand(file, flags, session),
  );
  add(
    'inputs [paths...]',
    'every input of a scan as JSON, for build caches',
    [json(), ...scanning()],
    async (paths: string[], flags: ScanFlags) =>
      (await import('./commands/inputs.ts')).inputsCommand(paths, flags, session),
  );
  add(
    'dashboard [command...]',
    "a live page of a program's pools, caches, queues, timers and memory",
    [dashboardOptions.port(), dashboardOptions.host()],
    async (words: string[], flags: object) =>
      (await import('./commands/dashboard.ts')).dashboardCommand(words, flags, session),
  );
  add('completion <shell>', 'completion script for bash, zsh or fish', [], async (shell: string) =>
    (await import('./commands/completion.ts')).completionCommand(shell, program),
  );
  add('help [command]', 'help of a command', [], async (name?: string) => {
    const about = name === undefined ? program : program.commands.find((command) => command.name() === name);
    if (!about) {
      throw new InputError(`unknown command "${name}"`, {
        wrong: { name: String(name), candidates: session.commands },
        list: 'plimsoll --help',
      });
    }
    about.outputHelp();
    return 0;
  });
  return program;
}

/** What other tools have options for, and we read from the environment as all of them do too. */
const byEnvironment: Readonly<Record<string, string>> = {
  '--color': 'set FORCE_COLOR=1',
  '--no-color': 'set NO_COLOR=1',
};

const reporterHelp = 'say --reporter <name>, or --reporter <name>=<file>';
const excludeHelp = 'list the globs in `exclude` of the configuration, or in .gitignore';

/** What the scans of other tools have options for under these names, and ours does another way. */
const byAnotherOption: Readonly<Record<string, string>> = {
  '--format': reporterHelp,
  '--output': reporterHelp,
  '--output-file': reporterHelp,
  '--json': 'say --reporter json',
  '--sarif': 'say --reporter sarif',
  '--exclude': excludeHelp,
  '--ignore': excludeHelp,
  '--ignore-pattern': excludeHelp,
  '--max-warnings': 'say --max-issues <n>, or --fail-on <severity>',
  '--severity': 'say --fail-on <severity> for what fails, or --confidence <level> for what is reported',
  '--dry-run': 'say --diff',
  '--fix-dry-run': 'say --diff',
  '--write': 'say --fix',
  '--jobs': 'say --threads <n>',
  '--concurrency': 'say --threads <n>',
};

/** Commander's own errors, said in our shape and with the nearest right name. */
function inputErrorOf(error: CommanderError, command: Command): InputError {
  const text = error.message.replace(/^error: /, '');
  const list = command.parent ? `plimsoll ${command.name()} --help` : 'plimsoll --help';
  const quoted = /'([^']+)'/.exec(text)?.[1] ?? '';
  if (error.code === 'commander.unknownOption') {
    const name = quoted.split('=')[0] ?? quoted;
    const message = `unknown option "${name}"`;
    const help = byEnvironment[name] ?? (command.name() === 'scan' ? byAnotherOption[name] : undefined);
    if (help) return new InputError(message, { help, list });
    const long = [...command.options.flatMap((option) => option.long ?? []), '--help', '--version'];
    return new InputError(message, { wrong: { name, candidates: /^-\w$/.test(name) ? ['-h', '-V'] : long }, list });
  }
  return new InputError(text.replaceAll("'", '"').replace(/\.$/, ''), { list });
}

/** Commander helps with `plimsoll compare --help` as with `plimsoll --help`; undefined where the first word is none that is wrong. */
function wrongWord([first = '']: readonly string[], session: Session): unknown {
  if (first.startsWith('-') || session.commands.includes(first)) return undefined;
  try {
    return assertPaths([first], session.cwd, session.commands);
  } catch (error) {
    return error;
  }
}

/** Runs one command line and returns its exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  const onSigint = () => interrupt.abort(new DOMException('interrupted', 'AbortError'));
  process.once('SIGINT', onSigint);
  process.once('SIGTERM', onSigint);
  const session: Session = {
    cwd: process.cwd(),
    debug: argv.includes('--debug'),
    signal: interrupt.signal,
    commands: [],
  };
  let code = 0;
  const program = programFor(session, (result) => {
    code = result;
  });
  session.commands = program.commands.map((command) => command.name());
  if (!argv.includes('--quiet')) await warnOfVariables(program);
  guessFormat(argv, session);
  let out = '';
  let active = program;
  for (const command of [program, ...program.commands]) {
    command.exitOverride((error) => {
      active = command;
      throw error;
    });
    command.configureOutput({
      writeOut: (text) => {
        out += text;
      },
      writeErr() {},
    });
    command.showSuggestionAfterError(false);
    command.allowExcessArguments(false);
  }
  try {
    await program.parseAsync(argv.map(withFixKind), { from: 'user' });
  } catch (thrown) {
    let error: unknown = thrown;
    if (thrown instanceof CommanderError) {
      error = thrown.exitCode === 0 ? wrongWord(argv, session) : inputErrorOf(thrown, active);
      if (error === undefined) {
        await print(out);
        return 0;
      }
    }
    return fail(interrupt.signal.aborted ? interrupt.signal.reason : error, session);
  } finally {
    process.off('SIGINT', onSigint);
    process.off('SIGTERM', onSigint);
  }
  await print(out);
  return interrupt.signal.aborted ? exitCodes.interrupted : code;
}

/** `--fix src` means the folder src, not a kind of fix: only `--fix=` takes one. */
function withFixKind(word: string): string {
  return word === '--fix' ? '--fix=safe' : word;
}

/** A failure can come before the options are read; a machine that waits for a document must get one then too. */
function guessFormat(argv: readonly string[], session: Session): void {
  const at = argv.indexOf('--reporter');
  const named =
    at >= 0 ? argv[at + 1] : argv.find((word) => word.startsWith('--reporter='))?.slice('--reporter='.length);
  if (named !== undefined && !named.includes('=')) session.stdoutFormat = named;
}

async function fail(error: unknown, session: Session): Promise<number> {
  const failure: Failure = failureOf(error);
  const document = session.stdoutFormat === undefined ? undefined : failureDocument(failure, session.stdoutFormat);
  if (document !== undefined) await print(document);
  const red = hasColour(process.stderr.isTTY === true, process.env);
  await note(failureText(failure, (text) => (red ? `\u001b[31m${text}\u001b[39m` : text)));
  if (session.debug && error instanceof Error) await note(`${error.stack}\n`);
  return failure.code;
}
