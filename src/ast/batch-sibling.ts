import { pluralOf } from './size-words.ts';

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
