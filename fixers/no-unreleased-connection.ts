import type { UnreleasedConnection } from '../rules/pooling/no-unreleased-connection.ts';
import { tellsWhetherGranted } from '../src/ast/clients/lent-connection.ts';
import { findMethodCall, isAsync } from '../src/ast/syntax.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { releaseInFinally } from './edit/release-in-finally.ts';

export const fixer: Fixer<UnreleasedConnection> = {
  rule: 'no-unreleased-connection',
  safety: 'safe',
  changes: 'moves the release to a `finally` that begins right after the connection was acquired',
  fix({ data }, file): Fix | Skip {
    const { call, binding, fn, releases, isGiven } = data;
    if (isGiven) return { skip: 'a callback is lent the connection: each of its ways out needs a release' };
    if (data.isReleasedElsewhere) return { skip: 'how it is given back, another function tells' };
    if (data.isGivenTwice)
      return { skip: 'which of the releases is meant is a decision: only one ends a broken connection' };
    if (data.isTransaction) return { skip: 'whether the transaction is to be rolled back there is a decision' };
    if (!binding) return { skip: 'the connection has no name to release it by' };
    if (tellsWhetherGranted(binding)) return { skip: 'what was refused holds nothing that could be given back' };
    const isSession = findMethodCall(call)?.method === 'startSession';
    const end = isSession
      ? `${isAsync(fn) ? 'await ' : ''}${binding.name}.endSession();`
      : `${binding.name}.release();`;
    return releaseInFinally({ call, binding, fn, releases }, end, file);
  },
};
