import type { FunctionDeed } from '../model/link.ts';
import { orList } from './reasons.ts';

const words: Readonly<Record<FunctionDeed, string>> = {
  reads: 'wait for a read',
  writes: 'wait for a write',
  sends: 'wait for another service',
  'sends:unlimited': 'wait for another service without a limit',
  asks: 'ask the database',
  rows: 'ask for many rows',
  'all-rows': 'ask for all rows of a table',
  keeps: 'keep what it read',
  caches: 'ask a cache',
  'query:unique': 'look up a row',
  'query:point': 'look up a row',
  'query:list': 'ask for the rows of a key',
  'query:many': 'ask for the rows of many keys',
  'query:insert': 'insert a row',
  'query:delete': 'delete a row',
  sleeps: 'wait for a timer alone',
  catches: 'keep its failures to itself',
  'at-once': 'give what is there already',
  shares: 'take turns, or join what is in flight',
};

/** What some deeds are, for a reason: `wait for a read or ask the database`. */
export function wordsOf(deeds: readonly FunctionDeed[]): string {
  return orList([...new Set(deeds.map((deed) => words[deed]))]);
}
