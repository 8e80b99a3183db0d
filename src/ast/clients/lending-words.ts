import { together } from '../mention-words.ts';

/** What the text of a file holds that takes a connection from a pool, or begins a transaction. */
export const lendingWords: readonly [string, ...string[]] = [
  'connect(&release',
  'getConnection',
  'Client(&release',
  'Conn(&release',
  'acquire(&release',
  'createQueryRunner',
  'startSession',
  'connect(&pg',
  'connect(&pool',
  'checkout(',
  'acquireConnection(',
  'neo4j-driver&session(',
  'reserve(&postgres',
  ...together(['.transaction(', '.startTransaction(', '.beginTransaction(', '.begin('], ['.commit(']),
];
