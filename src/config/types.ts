import type { Confidence, Severity } from '../model/rule.ts';
import type { RuleOptionTypes } from '../rule-options.generated.ts';
import type { PluginRuleOptions } from './plugin-rule-options.ts';

/** `off`, `on` with the rule's own severity, or on with another one. */
export type RuleState = 'off' | 'on' | Severity;

/** A rule's state, alone or with its options. */
export type RuleConfig<Options = Readonly<Record<string, unknown>>> = RuleState | readonly [RuleState, Options?];

/** Settings by rule id; the ids and the options of each are known to the type. */
export type RuleConfigs = {
  readonly [Id in keyof RuleOptionTypes]?: RuleConfig<Readonly<RuleOptionTypes[Id]>>;
} & { readonly [Id in keyof PluginRuleOptions]?: RuleConfig<Readonly<PluginRuleOptions[Id]>> };

/** What plimsoll.config.ts exports. Every key can be left out. */
export interface Config {
  $schema?: string;
  /** Configuration files that this one builds on, relative to it. Later ones win; this one wins over all. */
  extends?: readonly string[];
  /** Modules with rules of your own: a path relative to the configuration file, or a package. Default: none. */
  plugins?: readonly string[];
  /** Globs relative to the configuration file: with any, a file must match one. */
  include?: readonly string[];
  /** Globs of files that are left out; they are counted as ignored. */
  exclude?: readonly string[];
  /** Default: true. */
  respectGitignore?: boolean;
  /** Scan test files too. Default: false. */
  testFiles?: boolean;
  /** Least confidence that is reported. Default: `likely`. */
  confidence?: Confidence;
  /** Globs of files whose exported functions are run by something that a scan does not know. */
  entryPoints?: { request?: readonly string[]; event?: readonly string[] };
  rules?: RuleConfigs;
  /** Rule settings for the files that match; later ones win. */
  overrides?: readonly { files: readonly string[]; rules: RuleConfigs }[];
  gates?: {
    /** The mildest severity that fails a scan. Default: `high`. */
    failOn?: Severity | 'never';
    /** The least score that passes. Default: none. */
    minScore?: number;
    /** The most findings outside the baseline that pass. Default: any number. */
    maxNew?: number;
  };
  /** File of known findings, written by `plimsoll baseline update`; they are marked and do not count. Default: none. */
  baseline?: string;
  /** Names, or names with the file to write. Default: `pretty` on the terminal. */
  reporters?: readonly (string | readonly [name: string, file: string])[];
}

/** Checks a configuration in the editor; returns it unchanged. */
export function defineConfig(config: Config): Config {
  return config;
}
