import { relative, resolve } from 'node:path';
import { Chalk } from 'chalk';
import type { From } from '../../config/settings.ts';
import { settingsFor } from '../../run.ts';
import type { ScanFlags } from '../options.ts';
import { print } from '../output.ts';
import { assertPaths } from '../paths.ts';
import { splitReporters } from '../reporting.ts';
import type { Session } from '../session.ts';
import { terminalOf } from '../terminal.ts';

interface Effective {
  key: string;
  value: unknown;
  origin: string;
}

const variables: Readonly<Record<string, string>> = {
  trial: 'PLIMSOLL_TRIAL',
  confidence: 'PLIMSOLL_CONFIDENCE',
  'gates.failOn': 'PLIMSOLL_FAIL_ON',
  'gates.minScore': 'PLIMSOLL_MIN_SCORE',
  'gates.maxIssues': 'PLIMSOLL_MAX_ISSUES',
  'gates.maxNew': 'PLIMSOLL_MAX_NEW',
  'gates.maxStale': 'PLIMSOLL_MAX_STALE',
  baseline: 'PLIMSOLL_BASELINE',
  reporters: 'PLIMSOLL_REPORTER',
};

/** A variable of the environment stands above every file. */
function fromEnvironment(key: string): Pick<Effective, 'value' | 'origin'> | undefined {
  const origin = variables[key];
  const text = origin === undefined ? undefined : process.env[origin];
  if (origin === undefined || text === undefined || text === '') return undefined;
  const value = /^gates\.m/.test(key) ? Number(text) : key === 'reporters' ? splitReporters(text) : text;
  return { value, origin };
}

/** What holds for one file, each value with where it comes from. */
export async function printConfigCommand(
  file: string | undefined,
  flags: ScanFlags & { json?: boolean },
  session: Session,
): Promise<number> {
  const { cwd } = session;
  if (file !== undefined) assertPaths([file], cwd, []);
  const settings = await settingsFor({
    cwd,
    paths: file === undefined ? [] : [file],
    ...(flags.config === undefined ? {} : { config: flags.config }),
  });
  const { compileGlobs } = await import('../../engine/glob.ts');
  const path = file === undefined ? undefined : relative(settings.root, resolve(cwd, file)).replaceAll('\\', '/');
  const plain = (key: string, { value, origin }: From<unknown>): Effective => ({
    key,
    value,
    origin,
    ...fromEnvironment(key),
  });
  const effective: Effective[] = [
    plain('plugins', {
      ...settings.plugins,
      value: settings.plugins.value.map((module) => relative(settings.root, module)),
    }),
    plain('include', settings.include),
    plain('exclude', settings.exclude),
    plain('respectGitignore', settings.respectGitignore),
    plain('testFiles', settings.testFiles),
    plain('trial', settings.trial),
    plain('confidence', settings.confidence),
    ...Object.entries(settings.entryPoints.value).map(([key, value]) =>
      plain(`entryPoints.${key}`, { value, origin: settings.entryPoints.origin }),
    ),
    plain('gates.failOn', settings.failOn),
    plain('gates.minScore', settings.minScore),
    plain('gates.maxIssues', settings.maxIssues),
    plain('gates.maxNew', settings.maxNew),
    plain('gates.maxStale', settings.maxStale),
    plain('gates.categories', settings.categoryGates),
    plain('fix.runtime', settings.runtime),
    plain('fix.verify', settings.verify),
    plain('baseline', {
      ...settings.baseline,
      value: settings.baseline.value && relative(settings.root, settings.baseline.value),
    }),
    plain('reporters', {
      ...settings.reporters,
      value: settings.reporters.value?.map(({ name, file: out }) =>
        out === undefined ? name : [name, relative(settings.root, out)],
      ),
    }),
  ];
  for (const rule of settings.ruleFacts) {
    const isLeftOut = rule.lifecycle === 'trial' && settings.trial.value === 'off';
    let state: From<unknown> = isLeftOut
      ? { value: 'off', origin: settings.trial.origin }
      : { value: rule.severity, origin: rule.plugin === undefined ? 'default' : `plugin ${rule.plugin}` };
    let options: Record<string, unknown> = Object.fromEntries(
      Object.entries(rule.options).map(([name, option]) => [name, option.default]),
    );
    const layers = [
      ...(settings.rules[rule.id] ? [{ setting: settings.rules[rule.id], suffix: '' }] : []),
      ...settings.overrides
        .filter(({ value }) => path !== undefined && value.rules[rule.id] && compileGlobs(value.files)(path))
        .map(({ value, origin }) => ({
          setting: { value: value.rules[rule.id] ?? {}, origin },
          suffix: ` (overrides, ${value.files.join(', ')})`,
        })),
    ];
    for (const { setting, suffix } of layers) {
      if (!setting) continue;
      const { enabled, severity, options: own } = setting.value;
      state = { value: enabled === false ? 'off' : (severity ?? rule.severity), origin: setting.origin + suffix };
      options = { ...options, ...own };
    }
    const value = Object.keys(options).length > 0 ? [state.value, options] : state.value;
    effective.push({ key: `rules.${rule.id}`, value, origin: state.origin });
  }
  await print(flags.json ? `${JSON.stringify(effective, undefined, 2)}\n` : table(effective));
  return 0;
}

function table(effective: readonly Effective[]): string {
  const paint = new Chalk({ level: terminalOf(process.stdout).colour ? 1 : 0 });
  const shown = effective.map(({ key, value, origin }) => ({ key, text: JSON.stringify(value) ?? 'none', origin }));
  const widestKey = Math.max(...shown.map(({ key }) => key.length));
  const widestText = Math.min(40, Math.max(...shown.map(({ text }) => text.length)));
  return `${shown
    .map(
      ({ key, text, origin }) =>
        `${key.padEnd(widestKey)}  ${paint.cyan(text.padEnd(widestText))}  ${paint.dim(origin)}`,
    )
    .join('\n')}\n`;
}
