import { isHeavyFileCall } from '../../src/ast/io/heavy-file-call.ts';
import { isLightFileCall } from '../../src/ast/io/light-file-call.ts';
import {
  checksPassword,
  findSyncCall,
  isDoneOnce,
  isForUsers,
  isOfSecret,
  isSlowKey,
  isSurelyRepeated,
  isWaitedTwin,
  type SyncCall,
  variesByCall,
} from '../../src/ast/io/sync-call.ts';
import { findEnclosingFunction, isAsync } from '../../src/ast/syntax.ts';
import { isOfService } from '../../src/ast/where/server-start.ts';
import {
  closeToRequests,
  onRequestPath,
  onUsersPath,
  openToUsers,
  whereOthersWait,
} from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { LinkCondition } from '../../src/model/link.ts';

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
    'A file call is `likely` only where it is shown to take long: one read for each entry of a folder or of a list that this file shows to be long, or written for each of a list, a copy, bytes that are written or read whole by a path that comes with the call, what the handler of a GET route reads itself, a template by a path that varies; or where its function waits for the contents of other files or for a question about this one, and so means to wait for it. One small file is `possible`.',
    'What no handler of the project is seen to reach, only users of the package, is `possible` unless the function is asynchronous, a key is derived in 50,000 rounds and more, or data is unpacked at once in a file that waits while it packs.',
    'What changes or removes one thing (PUT, PATCH, DELETE, a mutation of GraphQL), and what is a chore by the name of its file or route (a report, an export, an upload, a synchronisation, settings), is asked for by few: `possible`.',
    'Settings, state that is replaced by a renamed file, removals and renames by a synchronous helper, small files of a fixed path, what only a failure or a refusal (`return res.status(400)`) leads to, what only administrators, threads beside the server and background jobs ask for, the few bytes of a secret, and what a platform gives a process of its own (AWS Lambda, Netlify), are `possible`.',
    'Keys of elliptic curves and key derivations of up to 5,000 rounds are quick.',
    'What is kept in a variable outside of the function counts as read once.',
  ],
  mentions: ['Sync'],
  // The end of the name of what is called.
  shapes: { Sync: /Sync['"`\])!\s]*(?:\?\.\s*)?[(<]/ },
  visit: {
    CallExpression(call, file) {
      const found = findSyncCall(call, file);
      if (!found || isDoneOnce(found, file)) return undefined;
      const isShort = found.module === 'fs' && (isLightFileCall(found, file) || !isHeavyFileCall(found, file));
      const match = {
        at: call.expression,
        values: { name: found.name, what: costs[found.module] },
        ...((isShort || isOfSecret(found, file)) && { confidence: 'possible' as const }),
        sureWhen: orSignIn(found, asked(found, file), file),
        data: found,
      };
      const isSure = isSurelyRepeated(found, file);
      if (!isSure && !isLightFileCall(found, file) && variesByCall(found, file))
        return { ...match, when: closeToRequests(call, helperCalls, file) };
      return {
        ...match,
        ...(!isSure && { confidence: 'possible' as const }),
        when: orSignIn(found, isForUsers(found, file) ? onUsersPath(call, file) : onRequestPath(call, file), file),
      };
    },
  },
});

/** A service has each sign-in check the password, though its log-in may be called by a library. */
function orSignIn(found: SyncCall, reached: LinkCondition, file: FileContext): LinkCondition {
  return checksPassword(found, file) ? { kind: 'any', of: [reached, isOfService] } : reached;
}

/**
 * Sure is what requests of users lead to, where others share the process; another program takes as long whoever asks for it. Where users of a package are
 * all that is known to run it, they may well do so in a worker or a command: it is sure only where the function is
 * asynchronous, and so says that it keeps nobody waiting, or the file shows it to be slow.
 */
function asked(found: SyncCall, file: FileContext): LinkCondition {
  const { call, module } = found;
  const fn = findEnclosingFunction(call);
  const isOpen = (fn && isAsync(fn)) || isSlowKey(found, file) || isWaitedTwin(found, file);
  const byRequests = whereOthersWait(call, file, module !== 'child_process');
  return isOpen ? { kind: 'any', of: [byRequests, openToUsers(call, file)] } : byRequests;
}
