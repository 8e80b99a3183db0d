import { isBuiltin } from 'node:module';

/** Tokens that several rules build their `mentions` from, for the sift: what must stand in a text for a question to be worth asking. */

/** A loop, or a method that calls a function for each item. */
export const roundWords: readonly string[] = [
  'for (',
  'for(',
  'for await',
  'while',
  '.map',
  '.forEach',
  '.flatMap(',
  '.filter(',
  '.some(',
  '.every(',
  '.find',
  '.reduce',
  '.sort(',
  '.each',
  '.times(',
  'Array.from',
  'pMap',
  'pEach',
  'mapLimit(',
  'eachLimit(',
  'eachSeries(',
  'mapSeries(',
];

/** Something that is waited for, or handed on as a promise. */
export const waitWords: readonly string[] = ['await', 'Promise', '.then('];

/** A callback that is told of an error first. */
export const callbackWords: readonly string[] = ['(err'];

/** An item put under a key that is computed. */
export const itemWrites: readonly string[] = [
  '] =',
  ']=',
  '] ??=',
  ']??=',
  '] ||=',
  ']||=',
  '] +=',
  ']++',
  'Object.assign(',
];

export const emptyObjects: readonly string[] = ['= {}', '={}', '?? {}', '|| {}', 'Object.create(null'];

export const emptyArrays: readonly string[] = ['[]', 'new Array'];

/** A listener that is added. */
export const listenerWords: readonly string[] = [
  ...['.on', "['on", '["on', 'addListener', 'addEventListener'],
  ...['prependListener', 'prependOnceListener', 'addAbortListener'],
];

const quotes = ["'", '"', '`'] as const;

/** How modules are named where they are imported; a trailing `*` stands for the rest of the name. */
export function importWords(modules: readonly string[]): [string, ...string[]] {
  const words = modules.flatMap((module) => {
    if (module.endsWith('*')) return quotes.map((quote) => quote + module.slice(0, -1));
    const names = isBuiltin(module) ? [module, `node:${module}`] : [module];
    return names.flatMap((name) => quotes.map((quote) => quote + name + quote));
  });
  return words as [string, ...string[]];
}

/** Mentions of the texts that have a token of each group. */
export function together(...groups: readonly (readonly string[])[]): [string, ...string[]] {
  const joined = groups.reduce<string[]>(
    (heads, group) =>
      heads.length === 0 ? [...group] : heads.flatMap((head) => group.map((word) => `${head}&${word}`)),
    [],
  );
  return joined as [string, ...string[]];
}
