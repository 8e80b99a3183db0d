import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { EntryPointSettings, RuleOverride, RuleSetting } from '../engine/scan-request.ts';
import type { RulePair } from '../model/fixer.ts';
import type { Confidence, OptionValues, Severity, Trial } from '../model/rule.ts';
import type { RuleFacts } from '../model/rule-facts.ts';
import { assertGlobs, posix, rebaseGlobs } from './globs.ts';
import { InputError } from './input-error.ts';
import { type ConfigFile, checkConfig, configIn, findConfig, placeIn, readConfig } from './load.ts';
import { presets } from './presets.ts';
import { resolveModule } from './resolve-module.ts';
import { configShape, pluginKeys, type Shape } from './schema.ts';
import type { CategoryGates, Config, RuleConfig } from './types.ts';

/** A setting and where it comes from: a file, "--min-score", "PLIMSOLL_MIN_SCORE" or "default". */
export interface From<Value> {
  value: Value;
  origin: string;
}

/** The configuration with its extended files merged in, every glob relative to the root. */
export interface Settings {
  /** Absolute; the folder of the configuration file, or where the scan starts when there is none. */
  root: string;
  /** Files that were read, absolute, the most general first. */
  files: readonly string[];
  include: From<readonly string[] | undefined>;
  exclude: From<readonly string[]>;
  respectGitignore: From<boolean>;
  testFiles: From<boolean>;
  trial: From<Trial>;
  confidence: From<Confidence>;
  entryPoints: From<Required<EntryPointSettings>>;
  rules: Readonly<Record<string, From<RuleSetting>>>;
  overrides: readonly From<RuleOverride>[];
  failOn: From<Severity | 'never'>;
  minScore: From<number | undefined>;
  maxIssues: From<number | undefined>;
  maxNew: From<number | undefined>;
  maxStale: From<number | undefined>;
  categoryGates: From<CategoryGates>;
  runtime: From<'package' | 'copy' | undefined>;
  verify: From<string | undefined>;
  /** Absolute. */
  baseline: From<string | undefined>;
  /** Rules that the configuration brings in, with what names the module of each: absolute paths. */
  plugins: From<readonly string[]>;
  /** Every rule that there is: Plimsoll's own, then those of plugins. */
  ruleFacts: readonly RuleFacts[];
  /** The rules of plugins, as they run. */
  pluginPairs: readonly RulePair<never>[];
  /** Files are absolute. */
  reporters: From<readonly { name: string; file?: string }[] | undefined>;
}

/** `config`: a file to read, false for none, or the configuration itself; by default the nearest file is looked for. */
export interface SettingsSource {
  cwd: string;
  paths: readonly string[];
  config?: string | false | Config;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The deepest folder that holds all paths; a glob counts as the folder before its first wildcard. */
function commonFolder(cwd: string, paths: readonly string[]): string {
  const folders = paths.map((path) => {
    const plain = posix(path).split('/');
    const wild = plain.findIndex((part) => /[*?[{]/.test(part));
    const absolute = resolve(cwd, (wild < 0 ? plain : plain.slice(0, wild)).join('/'));
    return existsSync(absolute) && statSync(absolute).isDirectory() ? absolute : dirname(absolute);
  });
  let common = folders[0] ?? cwd;
  while (!folders.every((folder) => isInside(common, folder))) common = dirname(common);
  return common;
}

/** What there is to configure, before plugins add to it. */
export interface Known {
  rules: readonly RuleFacts[];
  reporters: readonly string[];
}

/** Reads the configuration that holds for `source`; throws `InputError` when anything in it is wrong. */
export async function loadSettings(source: SettingsSource, known: Known): Promise<Settings> {
  const { cwd } = source;
  const start = source.paths.length === 0 ? cwd : commonFolder(cwd, source.paths);
  const rootWithout = isInside(cwd, start) ? cwd : start;
  const shown = (file: string) =>
    Object.hasOwn(presets, file) ? file : posix(isInside(cwd, file) ? relative(cwd, file) : file);
  if (source.config === false) return settle(rootWithout, [], shown, known);
  if (typeof source.config === 'object') {
    const inline = { file: join(cwd, 'config'), config: source.config };
    const name = (file: string) => (file === inline.file ? 'config' : shown(file));
    return settle(rootWithout, await withExtended(inline, name, []), name, known);
  }
  const file = source.config === undefined ? findConfig(start) : resolve(cwd, source.config);
  if (file === undefined) return settle(rootWithout, [], shown, known);
  if (!existsSync(file)) throw new InputError(`no such configuration file: ${shown(file)}`);
  const chosen = statSync(file).isDirectory() ? configIn(file) : file;
  if (chosen === undefined) throw new InputError(`no configuration in ${shown(file)}`);
  const folder = dirname(chosen);
  const files = await withExtended(await readConfig(chosen, shown), shown, []);
  if (isInside(folder, start)) return settle(folder, files, shown, known);
  // Named from elsewhere (`--config ci/plimsoll.json`): it speaks of the project, which is where it would be without.
  const own = files.pop()!;
  return settle(rootWithout, [...files, { ...own, globsFrom: rootWithout }], shown, known);
}

/** The file and those it extends, the most general first. */
async function withExtended(
  one: ConfigFile,
  shown: (file: string) => string,
  above: readonly string[],
): Promise<ConfigFile[]> {
  await checkConfig({ ...one, config: onlyKeys(one.config, pluginKeys) as Config }, pluginKeys, shown);
  const files: ConfigFile[] = [];
  for (const path of one.config.extends ?? []) {
    if (path.startsWith('plimsoll/')) {
      files.push(await presetNamed(path, one, shown));
      continue;
    }
    const file = extendedFile(path, one);
    if (file === one.file || above.includes(file)) {
      throw new InputError(`"extends" comes back to ${shown(file)}`, { at: shown(one.file) });
    }
    if (!existsSync(file)) {
      throw new InputError(`"extends" names no file, and no package that is installed: ${path}`, {
        at: shown(one.file),
      });
    }
    const extended = { ...(await readConfig(file, shown)), globsFrom: globsOfExtended(file, path, one) };
    files.push(...(await withExtended(extended, shown, [...above, one.file])));
  }
  return [...files, one];
}

/** The file that an entry of `extends` means: a path from the file that has it, else a package that is installed. */
function extendedFile(path: string, { file }: ConfigFile): string {
  const beside = resolve(dirname(file), path);
  return existsSync(beside) ? beside : (resolveModule(path, dirname(file)) ?? beside);
}

/**
 * What the globs of an extended file are relative to, where that is not its own folder: a package holds none of the
 * sources that it speaks of, so it speaks of those of whoever extends it.
 */
function globsOfExtended(file: string, path: string, { file: from, globsFrom }: ConfigFile): string | undefined {
  const isPackage = file !== resolve(dirname(from), path) || posix(path).split('/').includes('node_modules');
  return isPackage ? (globsFrom ?? dirname(from)) : globsFrom;
}

async function presetNamed(name: string, { file }: ConfigFile, shown: (file: string) => string): Promise<ConfigFile> {
  const config = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (config) return { file: name, config };
  const candidates = Object.keys(presets);
  const at = await placeIn(file, ['extends'], shown);
  throw new InputError(`unknown preset "${name}"`, { at, wrong: { name, candidates }, list: candidates.join(', ') });
}

/** What must be right before the rules are known that the rest is held against. */
function onlyKeys(value: unknown, { keys }: Extract<Shape, { kind: 'object' }>): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => Object.hasOwn(keys, key)));
}

/** Loads the plugins, checks every file against the rules that there are then, and merges. */
async function settle(
  root: string,
  files: readonly ConfigFile[],
  shown: (file: string) => string,
  known: Known,
): Promise<Settings> {
  const named = files.some(({ config }) => config.plugins?.length);
  const plugins = named
    ? await (await import('./plugins.ts')).loadPlugins(files, shown, known.rules)
    : { modules: [], pairs: [], facts: [] };
  const ruleFacts = [...known.rules, ...plugins.facts];
  const shape = configShape(ruleFacts, known.reporters);
  for (const file of files) {
    await checkConfig(file, shape, shown);
    await assertGlobs(root, file, shown);
  }
  return { ...merge(root, files, shown), ...pluginSettings(plugins, files, shown), ruleFacts };
}

function pluginSettings(
  { modules, pairs }: { modules: readonly string[]; pairs: readonly RulePair<never>[] },
  files: readonly ConfigFile[],
  shown: (file: string) => string,
): Pick<Settings, 'plugins' | 'pluginPairs'> {
  const origins = files.filter(({ config }) => config.plugins?.length).map(({ file }) => shown(file));
  return { plugins: { value: modules, origin: origins.join(', ') || 'default' }, pluginPairs: pairs };
}

/** What a rule's line in a configuration says; `options` alone keep the rule on. */
export function ruleSettingOf(config: RuleConfig): RuleSetting {
  const [state, options] = typeof config === 'string' ? [config] : config;
  return {
    enabled: state !== 'off',
    ...(state === 'off' || state === 'on' ? {} : { severity: state }),
    ...(options === undefined ? {} : { options: options as OptionValues }),
  };
}

function merge(
  root: string,
  files: readonly ConfigFile[],
  shown: (file: string) => string,
): Omit<Settings, 'plugins' | 'pluginPairs' | 'ruleFacts'> {
  const last = <Value>(pick: (config: Config, file: ConfigFile) => Value | undefined, fallback: Value): From<Value> => {
    for (const file of [...files].reverse()) {
      const value = pick(file.config, file);
      if (value !== undefined) return { value, origin: shown(file.file) };
    }
    return { value: fallback, origin: 'default' };
  };
  const rebase = (globs: readonly string[], file: ConfigFile) => rebaseGlobs(root, globs, file);
  const rules: Record<string, From<RuleSetting>> = {};
  const overrides: From<RuleOverride>[] = [];
  for (const file of files) {
    const origin = shown(file.file);
    for (const [id, config] of Object.entries<RuleConfig>(file.config.rules ?? {})) {
      const setting = ruleSettingOf(config);
      const options = { ...rules[id]?.value.options, ...setting.options };
      rules[id] = { value: { ...setting, ...(Object.keys(options).length > 0 ? { options } : {}) }, origin };
    }
    for (const override of file.config.overrides ?? []) {
      const settings = Object.entries<RuleConfig>(override.rules).map(
        ([id, config]) => [id, ruleSettingOf(config)] as const,
      );
      overrides.push({ value: { files: rebase(override.files, file), rules: Object.fromEntries(settings) }, origin });
    }
  }
  return {
    root,
    files: files.flatMap(({ file }) => (Object.hasOwn(presets, file) ? [] : [file])),
    include: last<readonly string[] | undefined>(
      (config, file) => config.include && rebase(config.include, file),
      undefined,
    ),
    exclude: last<readonly string[]>((config, file) => config.exclude && rebase(config.exclude, file), []),
    respectGitignore: last((config) => config.respectGitignore, true),
    testFiles: last((config) => config.testFiles, false),
    trial: last<Trial>((config) => config.trial, 'report'),
    confidence: last<Confidence>((config) => config.confidence, 'likely'),
    entryPoints: last<Settings['entryPoints']['value']>(
      (config, file) =>
        config.entryPoints && {
          request: rebase(config.entryPoints.request ?? [], file),
          event: rebase(config.entryPoints.event ?? [], file),
          requestCalls: config.entryPoints.requestCalls ?? [],
          eventCalls: config.entryPoints.eventCalls ?? [],
        },
      { request: [], event: [], requestCalls: [], eventCalls: [] },
    ),
    rules,
    overrides,
    failOn: last<Severity | 'never'>((config) => config.gates?.failOn, 'high'),
    minScore: last<number | undefined>((config) => config.gates?.minScore, undefined),
    maxIssues: last<number | undefined>((config) => config.gates?.maxIssues, undefined),
    maxNew: last<number | undefined>((config) => config.gates?.maxNew, undefined),
    maxStale: last<number | undefined>((config) => config.gates?.maxStale, undefined),
    categoryGates: last<CategoryGates>((config) => config.gates?.categories, {}),
    runtime: last<'package' | 'copy' | undefined>((config) => config.fix?.runtime, undefined),
    verify: last<string | undefined>((config) => config.fix?.verify, undefined),
    baseline: last<string | undefined>(
      (config, { file }) => (config.baseline === undefined ? undefined : resolve(dirname(file), config.baseline)),
      undefined,
    ),
    reporters: last<Settings['reporters']['value']>(
      (config, { file }) =>
        config.reporters?.map((reporter) =>
          typeof reporter === 'string'
            ? { name: reporter }
            : { name: reporter[0], file: resolve(dirname(file), reporter[1]) },
        ),
      undefined,
    ),
  };
}
