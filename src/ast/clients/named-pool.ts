import type { Binding, FileContext } from '../../model/file-context.ts';
import { findOrigin } from '../names/provenance.ts';
import { findMemberPath, findMethodCall } from '../syntax.ts';
import type { ts } from '../ts.ts';

const poolName = /^[_#]?(?:\w*P|p)ool$/;
const postgres = ['pg', 'pg-pool', '@neondatabase/serverless', '@vercel/postgres'];
const mysql = ['mysql', 'mysql2', 'mariadb', 'oracledb'];
/** Whose `pool.connect()` gives the pool itself. */
const others = ['mssql', 'tedious', 'odbc', 'ibm_db'];
const clientMethod =
  /^(?:query|execute|on|once|addListener|prependListener|prependOnceListener|off|removeListener|removeAllListeners|beginTransaction|commit|rollback|release)$/;

/**
 * Whether `pool.connect()` lends a connection although its file does not show what `pool` is: it has the name, the
 * package depends on a driver whose pools lend so and on no other, and all that is done with what it gives is what
 * connections are for.
 */
export function isNamedPool(
  call: ts.CallExpression,
  receiver: ts.Expression,
  method: string,
  { references, writes }: Binding,
  file: FileContext,
): boolean {
  if (call.arguments.length > 0 || !poolName.test(findMemberPath(receiver)?.at(-1) ?? '')) return false;
  const drivers = method === 'connect' ? postgres : method === 'getConnection' ? mysql : [];
  const { dependencies } = file.package;
  if (!drivers.some((name) => dependencies.has(name)) || others.some((name) => dependencies.has(name))) return false;
  const origin = findOrigin(receiver, file);
  // What is known to be of another library is not of a driver.
  if (origin && !/^\.{1,2}(?:\/|$)/.test(origin.module)) return false;
  const uses = references
    .filter((use) => !writes.includes(use))
    .map(({ parent }) => findMethodCall(parent.parent))
    .filter((target) => target !== undefined);
  return (
    uses.length > 0 &&
    uses.every((use) => clientMethod.test(use.method)) &&
    references.some((use) => uses.some(({ receiver: of }) => of === use))
  );
}
