import { findPromisedKeys, isRedisClient, isRedisOfOtherFile } from '../../src/ast/clients/redis-home.ts';
import { isAwaitedOrReturned } from '../../src/ast/io/queries.ts';
import { functionOfCall } from '../../src/ast/io/request-wrapper.ts';
import { together } from '../../src/ast/mention-words.ts';
import { bareModule, findOrigin } from '../../src/ast/names/provenance.ts';
import { shownFunction } from '../../src/ast/names/shown-function.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  findStringValue,
  isFunctionNode,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { isStartup, runsFromOutside, runsRepeatedly } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { LinkCondition } from '../../src/model/link.ts';
import type { Match } from '../../src/model/rule.ts';

export interface RedisKeys {
  call: ts.CallExpression;
  library: 'ioredis' | 'redis' | undefined;
}

export const rule = defineRule<RedisKeys>({
  id: 'no-redis-keys',
  category: 'database',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 30,
  message: '`{call}` walks every key of the server while nothing else is served, each time {name} runs.',
  why: 'Redis runs one command at a time: KEYS takes time with the number of all keys, about 40 ms a million, and every other client waits.',
  advice: 'Walk with SCAN (`scanStream`, `scanIterator`), or keep a set of the keys that belong together.',
  limits: [
    'A client of another file is known where that file exports it by name, unless its own name tells.',
    'Where a function deletes all keys there are, it is `possible`: somebody asks for that once in a while. So it is where only a timetable, a job of a queue, a loop or an administrator leads to it.',
    'SMEMBERS and HGETALL of large keys are not reported: how large they are is not to be seen.',
  ],
  mentions: together(['.keys(', '.KEYS(', '.keysAsync(', 'promisify&.keys)'], ['edis', 'lient', 'ache']),
  visit: {
    CallExpression(call, file) {
      const target = findMethodCall(call);
      const isKeys = target !== undefined && /^(?:keys|KEYS|keysAsync)$/.test(target.method);
      const receiver = isKeys ? target.receiver : findPromisedKeys(call.expression, file);
      if (!receiver) return undefined;
      // The answer is waited for, or called back with.
      const [pattern, callback, ...others] = call.arguments;
      if (!pattern || others.length > 0 || (callback && !isFunctionNode(callback))) return undefined;
      return judge(call, receiver, target?.method !== 'keysAsync' && isKeys, file);
    },
  },
});

function judge(
  call: ts.CallExpression,
  receiver: ts.Expression,
  isPlain: boolean,
  file: FileContext,
): Match<RedisKeys> | undefined {
  const [pattern] = call.arguments;
  if (!pattern || ts.isObjectLiteralExpression(pattern) || ts.isArrayLiteralExpression(pattern)) return undefined;
  const origin = findOrigin(receiver, file);
  const isClient = isRedisClient(origin);
  const library = isClient && isPlain ? (bareModule(origin.module) === 'ioredis' ? 'ioredis' : 'redis') : undefined;
  // `getRedis().keys('session:*')`
  const given = skipWrappers(receiver);
  const path = findMemberPath(ts.isCallExpression(given) ? given.expression : given) ?? [];
  // A client of another module, by its name or its holder's and what is asked of it: `Redis.client.keys('session:*')`.
  const isNamed =
    /redis/i.test(path.slice(-2).join('.')) &&
    isAwaitedOrReturned(call) &&
    (ts.isStringLiteralLike(pattern) || ts.isTemplateExpression(pattern));
  const fn = findEnclosingFunction(call);
  const elsewhere = isClient ? undefined : isRedisOfOtherFile(receiver, file);
  if (!(isClient || isNamed || elsewhere) || !fn || isStartup(fn, file)) return undefined;
  const states: LinkCondition = {
    kind: 'any',
    of: ['import:ioredis', 'import:redis', 'import:@redis/client'].map((fact) => ({ kind: 'project-states', fact })),
  };
  const isOne = isNamed ? states : elsewhere;
  const requested = runsRepeatedly(call, file);
  return {
    at: call,
    values: { call: `${call.expression.getText(file.source)}()`, name: shownFunction(functionOfCall(call) ?? fn) },
    when: !isClient && isOne ? { kind: 'all', of: [requested, isOne] } : requested,
    ...(isFlush(pattern, fn, file) ? { confidence: 'possible' as const } : { sureWhen: runsFromOutside(call, file) }),
    data: { call, library },
  };
}

/** `keys('*')` of what deletes: all of it goes, as somebody asks for once in a while. */
function isFlush(pattern: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  return findStringValue(pattern) === '*' && /\.(?:del|unlink|DEL|UNLINK)\s*\(/.test(fn.getText(file.source));
}
