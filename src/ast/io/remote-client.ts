import { findMemberPath } from '../syntax.ts';
import type { ts } from '../ts.ts';

const remoteClient = /(?:Client|[aA]pi|API|Gateway|Sdk|SDK|Rpc|RPC)$/;
const ownClient = /redis|prisma|mongo|pg|postgres|sql|db|database|cache|query|knex|orm|pool|supabase/i;

/** `priceClient.getPrice(symbol)`: a call of what is named after the interface of another program, and after no database. */
export function isOfRemoteClient(call: ts.CallExpression): boolean {
  const holder = findMemberPath(call.expression)?.at(-2) ?? '';
  return remoteClient.test(holder) && !ownClient.test(holder);
}
