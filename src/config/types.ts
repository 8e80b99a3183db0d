import type { Category, Confidence, Severity, Trial } from '../model/rule.ts';
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

/** The most findings that pass, and the least score, by category. */
export type CategoryGates = { readonly [Name in Category]?: { maxIssues?: number; minScore?: number } };

/** What plimsoll.config.ts exports. Every key can be left out. */
export interface Config {
  $schema?: string;
  /**
   * Configuration files that this one builds on, relative to it, installed packages whose entry is one, or
   * `plimsoll/recommended` or `plimsoll/strict`. Later ones win; this one wins over all.
   */
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
  /**
   * What rules on trial do: `report` without moving score and gates, `weigh` as stable ones do, or `off`. One that is
   * given a severity weighs in any case. Default: `report`.
   */
  trial?: Trial;
  /** Least confidence that is reported. Default: `likely`. */
  confidence?: Confidence;
  /** Where outside load comes in by ways that a scan does not know. */
  entryPoints?: {
    /** Globs of files whose exported functions run for each request or message. */
    request?: readonly string[];
    /** Globs of files whose exported functions run again and again, but not for each request. */
    event?: readonly string[];
    /** Names of functions, methods and decorators: what is handed to them runs for each request or message. */
    requestCalls?: readonly string[];
    /** The same for what runs again and again, but not for each request. */
    eventCalls?: readonly string[];
  };
  rules?: RuleConfigs;
  /** Rule settings for the files that match; later ones win. */
  overrides?: readonly { files: readonly string[]; rules: RuleConfigs }[];
  gates?: {
    /** The mildest severity that fails a scan. Default: `high`. */
    failOn?: Severity | 'never';
    /** The least score that passes. Default: none. */
    minScore?: number;
    /** The most findings that pass, of any severity. Default: any number. */
    maxIssues?: number;
    /** The most findings outside the baseline that pass. Default: any number. */
    maxNew?: number;
    /** The most directives that do not apply and baseline entries that nothing answers to that pass. Default: any number. */
    maxStale?: number;
    /** Budgets of single categories. Default: none. */
    categories?: CategoryGates;
  };
  fix?: {
    /** How fixed code gets the runtime. Default: as a package where it is a dependency already, else copied. */
    runtime?: 'package' | 'copy';
    /** A command line that must pass before and after; fixes that break it are taken back. Default: none. */
    verify?: string;
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
