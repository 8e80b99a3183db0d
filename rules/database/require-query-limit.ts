import { allOf } from '../../src/ast/all-of.ts';
import { findQuery, listChain } from '../../src/ast/io/queries.ts';
import {
  findMemberName,
  findMethodCall,
  findProperty,
  getOutermostWrapped,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { onRequestPath } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export const rule = defineRule<{ call: ts.CallExpression }>({
  id: 'require-query-limit',
  category: 'database',
  severity: 'low',
  confidence: 'possible',
  lifecycle: 'trial',
  effort: 20,
  message: '`{query}` reads the whole table for each request{use}.',
  why: 'Memory and time of one request grow with the number of rows that were ever written; some day one request takes the process down.',
  advice: 'Read a page (`take`, `limit`), filter and count in the database, and select the columns that are used.',
  limits: [
    'A table that always stays small (settings, groups, what somebody makes by hand) is not told from one that grows.',
  ],
  mentions: ['findMany', 'findAll', 'find('],
  visit: {
    CallExpression(call, file) {
      const method = findMethodCall(call)?.method;
      return method === 'findMany' || method === 'findAll' || method === 'find' ? judge(call, file) : undefined;
    },
  },
});

function judge(call: ts.CallExpression, file: FileContext): Match<{ call: ts.CallExpression }> | undefined {
  const query = findQuery(call, file);
  if (query?.kind !== 'list' || listChain(call).first !== call) return undefined;
  const argument = call.arguments[0] && skipWrappers(call.arguments[0]);
  if (argument && !(ts.isObjectLiteralExpression(argument) && !argument.properties.some(ts.isSpreadAssignment)))
    return undefined;
  const isMongo = query.library === 'mongoose';
  if (
    isMongo
      ? argument !== undefined && argument.properties.length > 0
      : ['where', 'take', 'limit', 'cursor', 'distinct', 'first'].some((name) => findProperty(argument, name))
  )
    return undefined;
  if (query.library === 'mikro-orm' || query.library === 'mongodb' || hasLimitBehind(call)) return undefined;
  const use = findUseInMemory(call, file);
  return {
    at: call,
    values: { query: query.text, use: use ? `, only to \`${use}\` it in memory` : '' },
    when: allOf(onRequestPath(call, file), query.when),
    data: { call },
  };
}

function hasLimitBehind(call: ts.CallExpression): boolean {
  for (let at: ts.Node = call; at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isPropertyAccessExpression(parent)) {
      if (/^(?:limit|take|cursor|countDocuments|count|distinct)$/.test(parent.name.text)) return true;
    } else if (!ts.isCallExpression(parent)) return false;
  }
  return false;
}

/** `filter`, `slice`, `length` … of what was read, when that is all that is done with it. */
function findUseInMemory(call: ts.CallExpression, file: FileContext): string | undefined {
  let outer = getOutermostWrapped(call);
  if (ts.isAwaitExpression(outer.parent)) outer = getOutermostWrapped(outer.parent);
  const wanted = /^(?:filter|slice|some|find|length|at)$/;
  const own = findMemberName(outer.parent);
  if (own !== undefined) return wanted.test(own) ? own : undefined;
  if (!ts.isVariableDeclaration(outer.parent) || !ts.isIdentifier(outer.parent.name)) return undefined;
  const uses = file.bindingOf(outer.parent.name)?.references.map((reference) => findMemberName(reference.parent)) ?? [];
  return uses.length > 0 && uses.every((use) => use !== undefined && wanted.test(use)) ? uses[0] : undefined;
}
