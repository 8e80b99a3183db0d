import type { FileContext } from '../../model/file-context.ts';
import { skipAwait } from '../syntax.ts';
import { ts } from '../ts.ts';
import { domainOfName, type KeyDomain } from './key-words.ts';

const bareName = /^_*(?:id|key|name|k|identifier)$/;
const holderWord = /^(?:map|cache|caches|set|store|list|table|index|lookup|memo|dict|info|data|entries|records|state)$/;
const openWord = /^(?:cached?|caches|memo|memoized|pending|inflight|waiting|seen|visited)$/;

/** Whether a key is a parameter called `id` or `key`: whatever callers pass, which its name does not tell. */
export function isBareKey(key: ts.Expression, file: FileContext): boolean {
  const value = skipAwait(key);
  return ts.isIdentifier(value) && bareName.test(value.text) && file.bindingOf(value)?.kind === 'parameter';
}

/**
 * How many entries a collection can have by its own name: `data` for `usersById`, `sessionMap` and what is only called a
 * cache, `bounded` for `pluginsByName`, `unknown` for what says neither.
 */
export function domainOfTable(name: string): KeyDomain {
  const words = name
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ')
    .replace(/\s(?:By|To|Per|For|Of)(?=\s).*$/, '')
    .split(/[\s_$#]+/)
    .filter(Boolean)
    .map((word) => word.toLowerCase());
  const things = words.filter((word) => !holderWord.test(word) && !openWord.test(word));
  const last = things.at(-1);
  if (last === undefined) return words.some((word) => openWord.test(word)) ? 'data' : 'unknown';
  const named = domainOfName(last.replace(/ies$/, 'y').replace(/(?<=[^s])s$/, ''));
  return named === 'unknown' && words.some((word) => openWord.test(word)) ? 'data' : named;
}
