import { InputError } from '../config/input-error.ts';
import type { RuleFacts } from '../model/rule-facts.ts';
import { ruleFacts } from '../rule-facts.generated.ts';
import { failureOf } from './failure.ts';
import { note } from './output.ts';

export interface RuleFlags {
  json?: boolean;
  config?: string | false;
}

interface Place {
  cwd: string;
  config?: string | false | undefined;
}

/** Every rule that holds here. A configuration that is wrong is told, and hides only the rules of its plugins. */
export async function listKnownRules(place: Place): Promise<readonly RuleFacts[]> {
  try {
    return await rulesOf(place);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { message, at } = failureOf(error);
    await note(`note: without the rules of plugins: ${message}${at === undefined ? '' : ` (${at})`}\n`);
    return ruleFacts;
  }
}

/** Plimsoll's own rules are found without a look at the configuration. */
export async function findRule(id: string, place: Place): Promise<RuleFacts> {
  const own = ruleFacts.find((rule) => rule.id === id);
  if (own) return own;
  const known = await listKnownRules(place);
  const found = known.find((rule) => rule.id === id);
  if (found) return found;
  const candidates = known.map((rule) => rule.id);
  throw new InputError(`unknown rule "${id}"`, { wrong: { name: id, candidates }, list: 'plimsoll rules' });
}

async function rulesOf({ cwd, config }: Place): Promise<readonly RuleFacts[]> {
  const { settingsFor } = await import('../run.ts');
  return (await settingsFor({ cwd, ...(config === undefined ? {} : { config }) })).ruleFacts;
}
