import type { FileContext } from '../../model/file-context.ts';
import { findOrigin } from '../names/provenance.ts';
import { findMemberPath, findMethodCall } from '../syntax.ts';
import type { ts } from '../ts.ts';
import { isRedisClient } from './redis-home.ts';

const clientName = /^_?(?:io)?redis(?:client|connection|conn)?$/i;

/** Whether a call is a command of a client of Redis, by where that comes from, or by its plain name: `this.redis.get(key)`. */
export function isRedisCommand(call: ts.CallExpression, file: FileContext): boolean {
  const target = findMethodCall(call);
  if (!target) return false;
  return (
    clientName.test(findMemberPath(target.receiver)?.at(-1) ?? '') || isRedisClient(findOrigin(target.receiver, file))
  );
}
