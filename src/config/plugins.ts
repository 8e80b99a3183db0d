import { dirname } from 'node:path';
import type { RulePair } from '../model/fixer.ts';
import type { RuleFacts } from '../model/rule-facts.ts';
import { findRuleFault } from './check-rule.ts';
import { factsOf } from './facts-of.ts';
import { importedDefault } from './import-default.ts';
import { InputError } from './input-error.ts';
import { type ConfigFile, placeIn } from './load.ts';
import { resolveModule } from './resolve-module.ts';

export interface LoadedPlugins {
  /** Absolute paths, each once, in the order they are named. */
  modules: string[];
  pairs: RulePair<never>[];
  facts: RuleFacts[];
}

/** A plugin as it is named. Where is looked up for messages alone: that loads the compiler. */
interface Naming {
  name: string;
  at(): Promise<string>;
}

async function fault({ at }: Naming, message: string, details: { help?: string; cause?: unknown } = {}) {
  return new InputError(message, { at: await at(), ...details });
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
      const naming: Naming = { name, at: () => placeIn(file, ['plugins', index], shown) };
      const module = resolveModule(name, dirname(file));
      if (module === undefined) {
        throw await fault(naming, `there is no plugin ${name}`, {
          help: 'name a module by its path relative to the configuration file, or a package that is installed',
        });
      }
      if (loaded.modules.includes(module)) continue;
      loaded.modules.push(module);
      for (const pair of await pairsOf(module, naming)) {
        const { id } = pair.rule;
        const owner = owners.get(id);
        if (owner !== undefined) {
          throw await fault(naming, `the plugin ${name} has a rule "${id}", but so has ${owner}`, {
            help: 'give the rule an id of its own',
          });
        }
        owners.set(id, `the plugin ${name}`);
        loaded.pairs.push(pair);
        loaded.facts.push({ ...factsOf(pair), plugin: name });
      }
    }
  }
  return loaded;
}

/** The rules of a module that has been checked before: in a worker thread. */
export async function importPairs(module: string): Promise<RulePair<never>[]> {
  return pairsOf(module, { name: module, at: async () => module });
}

async function pairsOf(module: string, naming: Naming): Promise<RulePair<never>[]> {
  const { name } = naming;
  const plugin = await importedDefault(module, (reason, cause) =>
    fault(naming, `the plugin ${name} cannot be loaded: ${reason}`, { cause }),
  );
  const rules = (plugin as { rules?: unknown } | undefined | null)?.rules;
  if (!Array.isArray(rules) || rules.length === 0) {
    throw await fault(naming, `the plugin ${name} holds no rules`, {
      help: 'its default export must be definePlugin({ rules: [...] })',
    });
  }
  const pairs: RulePair<never>[] = [];
  for (const [index, value] of rules.entries()) {
    const pair = isPair(value) ? value : { rule: value };
    const wrong = findRuleFault(pair);
    if (wrong !== undefined) {
      const id = (pair.rule as { id?: unknown } | undefined | null)?.id;
      const which = typeof id === 'string' ? `rule "${id}"` : `rule ${index + 1}`;
      throw await fault(naming, `${which} of the plugin ${name}: ${wrong}`);
    }
    pairs.push(pair as RulePair<never>);
  }
  return pairs;
}

function isPair(value: unknown): value is { rule: unknown; fixer?: unknown } {
  return typeof value === 'object' && value !== null && 'rule' in value;
}
