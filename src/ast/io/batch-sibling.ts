import type { LinkCondition, SymbolRef } from '../../model/link.ts';
import { allOf } from '../all-of.ts';
import { pluralOf } from '../size/size-words.ts';
import { calleeName } from '../syntax.ts';
import type { ts } from '../ts.ts';

const singular = /^(get|find|load|fetch|read|query|lookup|resolve)([A-Z]\w*?)?(By|For|From|Of)([A-Z]\w*)$/;

/** `getUserById` → `getUsersByIds`, `getUserByIds`: what a project would call the function that takes many keys. */
export function listBatchNames(name: string): string[] {
  const match = singular.exec(name);
  if (!match) return [];
  const [, verb = '', what = '', word = '', key = ''] = match;
  if (/s$/.test(key)) return [];
  const keys = pluralOf(key);
  const things = what === '' ? [''] : [pluralOf(what), what];
  return things.map((thing) => `${verb}${thing}${word}${keys}`);
}

/**
 * "The project has a function for many keys beside the one that is called, which does not gather by itself, nor give at once
 * what is at hand": undefined where its name tells of no key.
 */
export function hasBatchSibling(call: ts.CallExpression, to: SymbolRef | undefined): LinkCondition | undefined {
  const name = calleeName(call);
  const names = listBatchNames(name);
  if (names.length === 0) return undefined;
  const keeps: LinkCondition[] = [{ kind: 'project-states', fact: `keeping:${name}` }];
  if (to) {
    keeps.unshift({ kind: 'callee-does', to, deeds: ['keeps'] }, { kind: 'callee-does', to, deeds: ['at-once'] });
  }
  return allOf(
    { kind: 'any', of: names.map((name): LinkCondition => ({ kind: 'project-states', fact: `function:${name}` })) },
    { kind: 'not', of: { kind: 'any', of: keeps } },
  );
}
