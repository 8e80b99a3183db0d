import { dirname } from 'node:path';
import type { RulePair } from '../model/fixer.ts';
import type { RuleFacts } from '../model/rule-facts.ts';
import { findRuleFault } from './check-rule.ts';
import { importedDefault } from './import-default.ts';
import { InputError } from './input-error.ts';
import { type ConfigFile, placeIn } from './load.ts';
import { resolvePlugin } from './resolve-plugin.ts';

export interface LoadedPlugins {
  /** Absolute paths, each once, in the order they are named. */
  modules: string[];
  pairs: RulePair<never>[];
  facts: RuleFacts[];
}

/** Where a plugin is named, for the messages about it. */
interface Naming {
  name: string;
  at: string;
}

/**
 * Loads the plugins that configuration files name and checks their rules.
 *
 * @throws InputError when one is not there, cannot be loaded, holds no rules, or holds a rule that is wrong or that
 * takes the id of another.
 */
export async function loadPlugins(
  files: readonly ConfigFile[],
  shown: (file: string) => string,
  own: readonly RuleFacts[],
): Promise<LoadedPlugins> {
  const loaded: LoadedPlugins = { modules: [], pairs: [], facts: [] };
  const owners = new Map(own.map(({ id }) => [id, 'Plimsoll itself']));
  for (const { file, config } of files) {
    for (const [index, name] of (config.plugins ?? []).entries()) {
      const naming = { name, at: await placeIn(file, ['plugins', index], shown) };
      const module = resolvePlugin(name, dirname(file));
      if (module === undefined) {
        throw new InputError(`there is no plugin ${name}`, {
          at: naming.at,
          help: 'name a module by its path relative to the configuration file, or a package that is installed',
        });
      }
      if (loaded.modules.includes(module)) continue;
      loaded.modules.push(module);
      for (const pair of await pairsOf(module, naming)) {
        const { id } = pair.rule;
        const owner = owners.get(id);
        if (owner !== undefined) {
          throw new InputError(`the plugin ${name} has a rule "${id}", but so has ${owner}`, {
            at: naming.at,
            help: 'give the rule an id of its own',
          });
        }
        owners.set(id, `the plugin ${name}`);
        loaded.pairs.push(pair);
        loaded.facts.push(factsOf(pair, name));
      }
    }
  }
  return loaded;
}

/** The rules of a module that has been checked before: in a worker thread. */
export async function importPairs(module: string): Promise<RulePair<never>[]> {
  return pairsOf(module, { name: module, at: module });
}

async function pairsOf(module: string, { name, at }: Naming): Promise<RulePair<never>[]> {
  const plugin = await importedDefault(
    module,
    (reason, cause) => new InputError(`the plugin ${name} cannot be loaded: ${reason}`, { at, cause }),
  );
  const rules = (plugin as { rules?: unknown } | undefined | null)?.rules;
  if (!Array.isArray(rules) || rules.length === 0) {
    throw new InputError(`the plugin ${name} holds no rules`, {
      at,
      help: 'its default export must be definePlugin({ rules: [...] })',
    });
  }
  return rules.map((value: unknown, index) => {
    const pair = isPair(value) ? value : { rule: value };
    const fault = findRuleFault(pair);
    if (fault !== undefined) {
      const id = (pair.rule as { id?: unknown } | undefined | null)?.id;
      const which = typeof id === 'string' ? `rule "${id}"` : `rule ${index + 1}`;
      throw new InputError(`${which} of the plugin ${name}: ${fault}`, { at });
    }
    return pair as RulePair<never>;
  });
}

function isPair(value: unknown): value is { rule: unknown; fixer?: unknown } {
  return typeof value === 'object' && value !== null && 'rule' in value;
}

function factsOf({ rule, fixer }: RulePair<never>, plugin: string): RuleFacts {
  const { id, category, severity, confidence, lifecycle, message, why, advice, limits, options, page } = rule;
  return {
    id,
    category,
    severity,
    confidence,
    lifecycle,
    message,
    why,
    advice,
    limits,
    options: options ?? {},
    plugin,
    ...(page === undefined ? {} : { page }),
    ...(fixer ? { fix: { safety: fixer.safety, changes: fixer.changes } } : {}),
  };
}
