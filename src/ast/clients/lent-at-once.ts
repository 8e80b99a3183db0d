import type { FileContext } from '../../model/file-context.ts';
import { findEnclosingFunction, findEnclosingLoop, findMethodCall, getOutermostWrapped } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { ClientHome } from './client-home.ts';

/**
 * `const pool = new Pool(); const client = await pool.connect();` and `client.release(); await pool.end();`: the only connection
 * of a pool is lent as it is made and given back right before the end. It never idles, so the pool has nothing to tell of it.
 */
export function isLentAtOnce({ at, binding }: ClientHome, file: FileContext): boolean {
  const fn = findEnclosingFunction(at);
  if (!fn || !binding || binding.writes.length > 0) return false;
  const uses = binding.references.filter((use) => use !== binding.identifier);
  const calls = uses.flatMap((use) => findMethodCall(use.parent.parent) ?? []);
  const lends = calls.filter(({ method }) => method === 'connect');
  const ends = calls.filter(({ method }) => method === 'end');
  const [lend] = lends;
  if (!lend || lends.length > 1 || lends.length + ends.length !== uses.length) return false;
  if (findEnclosingFunction(lend.call) !== fn || findEnclosingLoop(lend.call)) return false;
  const returns = listReleases(lend.call, file);
  return returns.length > 0 && returns.every((release) => isFollowedBy(release, ends));
}

/** The uses of `release` of what a call lends, by the name that it is given. */
function listReleases(lend: ts.CallExpression, file: FileContext): readonly ts.Node[] {
  const awaited = getOutermostWrapped(lend).parent;
  const { parent } = getOutermostWrapped(awaited);
  if (!ts.isAwaitExpression(awaited) || !ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return [];
  const uses = file.bindingOf(parent.name)?.references ?? [];
  return uses.flatMap(({ parent: access }) =>
    ts.isPropertyAccessExpression(access) && access.name.text === 'release' ? [access.parent] : [],
  );
}

/** The statement behind it is one of `ends`. */
function isFollowedBy(release: ts.Node, ends: readonly { call: ts.CallExpression }[]): boolean {
  const statement = release.parent;
  if (!ts.isExpressionStatement(statement) || !ts.isBlock(statement.parent)) return false;
  const { statements } = statement.parent;
  const next = statements[statements.indexOf(statement) + 1];
  if (!next || !(ts.isExpressionStatement(next) || ts.isReturnStatement(next)) || !next.expression) return false;
  const value = ts.isAwaitExpression(next.expression) ? next.expression.expression : next.expression;
  return ends.some(({ call }) => call === value);
}
