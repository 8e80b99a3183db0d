import type { Size } from '../size/size.ts';
import { findMemberPath, findMethodCall, skipAwait } from '../syntax.ts';
import { ts } from '../ts.ts';

/** What one machine or one program has of it at the moment. */
const liveNouns =
  /(?:^|[a-z_])(?:[aA]pps|[aA]pplications|[cC]ontainers|[pP]rocesses|[pP]lugins|[aA]ddons|[eE]xtensions|[rR]outes|[vV]olumes|[iI]nterfaces|[pP]layers|[wW]atchdog)(?:[A-Z]\w*)?$/;
const liveState =
  /(?:^|[a-z_])(?:[nN]owPlaying|[pP]laying|[rR]unning|[iI]nstalled|[mM]ounted|[cC]onfigured|[lL]oaded)(?:[A-Z]\w*)?$/;
const sessions = /(?:^|[a-z_])[sS]essions?(?:Data|List)?$/;
/** What is kept in a database is what ever was. */
const stored = /repo|model|store|prisma|dao|knex|(?:^|[a-z])[dD]b|collection|table/i;

/**
 * Whether a list holds what exists at the moment (sessions that play, apps on this machine, configured routes), by its
 * own name and by the call it comes from: never as many as a table of what ever was.
 */
export function isLiveTable(list: ts.Expression, { at }: Size): boolean {
  return isLive(skipAwait(list)) || isLive(at);
}

function isLive(node: ts.Node): boolean {
  let value = node;
  for (let target = findMethodCall(value); target; target = findMethodCall(value)) {
    if (!/^(?:filter|map|sort|slice|then|flat|concat)$/.test(target.method)) break;
    value = skipAwait(target.receiver);
  }
  if (ts.isCallExpression(value)) value = value.expression;
  const path = ts.isExpression(value) ? findMemberPath(value) : undefined;
  const name = path?.at(-1);
  if (name === undefined || liveNouns.test(name) || liveState.test(name)) return name !== undefined;
  return sessions.test(name) && /^(?:get|list|fetch)/.test(name) && !path!.slice(0, -1).some((p) => stored.test(p));
}
