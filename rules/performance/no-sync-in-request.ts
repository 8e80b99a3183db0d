import { isLightFileCall } from '../../src/ast/light-file-call.ts';
import {
  findSyncCall,
  isDoneOnce,
  isForUsers,
  isSurelyRepeated,
  type SyncCall,
  variesByCall,
} from '../../src/ast/sync-call.ts';
import { findMemberPath } from '../../src/ast/syntax.ts';
import { closeToRequests, onRequestPath, onUsersPath } from '../../src/ast/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';

const costs: Readonly<Record<SyncCall['module'], string>> = {
  fs: 'the disk',
  zlib: 'the whole of the data',
  crypto: 'a computation that is slow on purpose',
  child_process: 'another program',
  bcrypt: 'a computation that is slow on purpose (50 to 300 ms)',
};

/** Further from a handler it is more often part of what brings something up. */
const helperCalls = 2;

export const rule = defineRule<SyncCall>({
  id: 'no-sync-in-request',
  category: 'performance',
  severity: 'high',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 15,
  message: '{name} is reached by requests: every other request stands still while it waits for {what}.',
  why: 'Node serves all clients on one thread. A synchronous call keeps it from answering any of them until it is done, so that the time of the slowest call is added to each request that is in flight.',
  advice:
    'Use the asynchronous form (fs.promises, promisify(zlib.gunzip), crypto.scrypt, execFile), or read once at start-up and keep the result.',
  limits: [
    'existsSync, statSync and other calls of a few microseconds are left alone.',
    'A file call in a synchronous helper is reported only at most two calls from a handler, where its path comes with the call or the disk is changed; what reads a fixed path is `possible`: most often it reads settings once.',
    'Settings, state that is replaced by a renamed file, removals and renames by a synchronous helper, small files of a fixed path, what only a failure leads to, and the pages of administrators are `possible`.',
    'Keys of elliptic curves and key derivations of up to 5,000 rounds are quick.',
    'What is kept in a variable outside of the function counts as read once.',
  ],
  mentions: ['Sync'],
  visit: {
    CallExpression(call, file) {
      if (!findMemberPath(call.expression)?.at(-1)?.endsWith('Sync')) return undefined;
      const found = findSyncCall(call, file);
      if (!found || isDoneOnce(found, file)) return undefined;
      const isLight = isLightFileCall(found, file);
      const match = { at: call.expression, values: { name: found.name, what: costs[found.module] }, data: found };
      const isSure = isSurelyRepeated(found, file);
      if (!isSure && !isLight && variesByCall(found, file))
        return { ...match, when: closeToRequests(call, helperCalls, file) };
      return {
        ...match,
        ...((!isSure || isLight) && { confidence: 'possible' as const }),
        when: isForUsers(found, file) ? onUsersPath(call, file) : onRequestPath(call, file),
      };
    },
  },
});
