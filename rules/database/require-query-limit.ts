import { allOf } from '../../src/ast/all-of.ts';
import { findQuery, isInsideChain, listChain } from '../../src/ast/io/queries.ts';
import { together } from '../../src/ast/mention-words.ts';
import { findSize } from '../../src/ast/size/size.ts';
import {
  findMemberName,
  findMethodCall,
  findProperty,
  getOutermostWrapped,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { findRepetition, onRequestPath } from '../../src/ast/where/where.ts';
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
  message: '`{query}` reads {what} for each request{use}.',
  why: 'Memory and time of one request grow with the number of rows that were ever written; some day one request takes the process down.',
  advice: 'Read a page (`take`, `limit`), filter and count in the database, and select the columns that are used.',
  limits: [
    'Rows behind a filter are reported where all that is done with them is to count them, or to look for one among all of a table or of a tenant; whether there are any at all is asked of few most often.',
    'A table that always stays small (settings, groups, what somebody makes by hand) is not told from one that grows.',
  ],
  mentions: ['findMany', 'findAll', 'find(', ...together(['.length'], ['.where(', 'getMany('])],
  visit: {
    CallExpression(call, file) {
      const method = findMethodCall(call)?.method;
      const isWhole = method === 'findMany' || method === 'findAll' || method === 'find';
      return (isWhole ? judgeWhole(call, file) : undefined) ?? judgeCounted(call, file);
    },
  },
});

function judgeWhole(call: ts.CallExpression, file: FileContext): Match<{ call: ts.CallExpression }> | undefined {
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
    values: { query: query.text, what: 'the whole table', use: use ? `, only to \`${use}\` it in memory` : '' },
    when: allOf(onRequestPath(call, file), query.when),
    data: { call },
  };
}

/** `(await db('messages').where({ unread: true })).length`, `rows.find((row) => …)`: counted or looked through in memory, behind whatever filter. */
function judgeCounted(call: ts.CallExpression, file: FileContext): Match<{ call: ts.CallExpression }> | undefined {
  if (isInsideChain(call)) return undefined;
  const query = findQuery(call, file);
  if (query?.kind !== 'list' || query.library === 'sql') return undefined;
  const use = findUseInMemory(call, file, true);
  const { size, why } = findSize(call, file);
  const isMany = use === 'length' ? size !== 'small' && !/^(?:few|a page)/.test(why) : size === 'large';
  if (!use || !/^(?:length|find|some)$/.test(use) || !isMany || hasLimitBehind(call)) return undefined;
  return {
    at: call,
    values: { query: query.text, what: 'all rows that it finds', use: `, only to \`${use}\` them in memory` },
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

/** `filter`, `slice`, `length` … of what was read, when that is all that is done with it; where it `counts`, its length tells more than whether there are any. */
function findUseInMemory(call: ts.CallExpression, file: FileContext, counts?: true): string | undefined {
  let outer = getOutermostWrapped(call);
  if (ts.isAwaitExpression(outer.parent)) outer = getOutermostWrapped(outer.parent);
  const wanted = /^(?:filter|slice|some|find|length|at)$/;
  const isCounted = (uses: readonly ts.Node[]): boolean => !counts || !uses.every(tellsWhether);
  const own = findMemberName(outer.parent);
  if (own !== undefined) return wanted.test(own) && isCounted([outer.parent]) ? own : undefined;
  if (!ts.isVariableDeclaration(outer.parent) || !ts.isIdentifier(outer.parent.name)) return undefined;
  const parents = file.bindingOf(outer.parent.name)?.references.map((reference) => reference.parent) ?? [];
  const uses = parents.map(findMemberName);
  // What a loop looks up again and again is read once for it.
  if (counts && parents.some((use) => findRepetition(use) !== findRepetition(call))) return undefined;
  return uses.length > 0 && uses.every((use) => use !== undefined && wanted.test(use)) && isCounted(parents)
    ? (uses.find((use) => use !== 'length') ?? uses[0])
    : undefined;
}

/** `rows.length > 0`, `!rows.length`, `if (rows.length)`: whether there are any, of which there are most often few. */
function tellsWhether(length: ts.Node): boolean {
  if (findMemberName(length) !== 'length') return false;
  const { parent } = getOutermostWrapped(length);
  if (ts.isBinaryExpression(parent)) return /^(?:[<>]=?|[!=]==?|&&|\|\|)$/.test(parent.operatorToken.getText());
  return ts.isPrefixUnaryExpression(parent) || ts.isIfStatement(parent) || ts.isConditionalExpression(parent);
}
