import type { FileContext } from '../../model/file-context.ts';
import { type FunctionNode, getOutermostWrapped, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findMember, findPartCall, isHidden, listParts, type Part, type RingOwner } from './parts.ts';

/** Answers that a look-up remembers because it is slow, and nobody else reads. */
export interface RingMemo {
  part: Part;
  /** Statements of the look-up that ask and fill it. */
  inLookup: readonly ts.Statement[];
  /** Statements elsewhere that empty it. */
  elsewhere: readonly ts.Statement[];
}

export function findRingMemo(
  fn: FunctionNode,
  { owner, state }: { owner: RingOwner; state: readonly Part[] },
  file: FileContext,
): RingMemo | undefined {
  for (const part of listParts(owner, file)) {
    if (state.includes(part) || !part.declaration || !isHidden(part, owner, file)) continue;
    const initial = 'initializer' in part.declaration && part.declaration.initializer;
    if (!initial || !/^new (?:Map|BoundedCache|LRUCache)\b/.test(skipWrappers(initial).getText())) continue;
    const inLookup: ts.Statement[] = [];
    const elsewhere: ts.Statement[] = [];
    const isRead = part.accesses.every((access) => {
      const member = findMember(access, owner);
      const found = member === fn ? readIn(access, fn, file) : readEmptying(access);
      (member === fn ? inLookup : elsewhere).push(...(found ?? []));
      return found !== undefined;
    });
    const asks = inLookup.some((s) => ts.isIfStatement(s));
    if (isRead && asks && inLookup.some((s) => ts.isExpressionStatement(s))) return { part, inLookup, elsewhere };
  }
  return undefined;
}

/** `const known = memo.get(x); if (known) return known;`, `if (memo.has(x)) return memo.get(x)`, `memo.set(x, node);`. */
function readIn(access: ts.Expression, fn: FunctionNode, file: FileContext): ts.Statement[] | undefined {
  const called = findPartCall(access);
  if (!called || !fn.body || !ts.isBlock(fn.body)) return undefined;
  const { statements } = fn.body;
  const statement = statements.find((s) => isWithin(access, s));
  if (!statement) return undefined;
  if (called.method === 'set') {
    const isAll = ts.isExpressionStatement(statement) && skipWrappers(statement.expression) === called.call;
    return isAll ? [statement] : undefined;
  }
  if (ts.isIfStatement(statement))
    return called.method === 'has' || called.method === 'get' ? asIf(statement) : undefined;
  if (called.method !== 'get' || !ts.isVariableStatement(statement)) return undefined;
  const [declaration, ...more] = statement.declarationList.declarations;
  const isAll = declaration?.initializer && getOutermostWrapped(called.call) === declaration.initializer;
  if (!isAll || more.length > 0 || !ts.isIdentifier(declaration.name)) return undefined;
  const binding = file.bindings.find((b) => b.identifier === declaration.name);
  const test = statements[statements.indexOf(statement) + 1];
  if (!binding || !test || !ts.isIfStatement(test)) return undefined;
  if (!binding.references.every((r) => isWithin(r, test))) return undefined;
  return asIf(test) && [statement, test];
}

/** `if (…) return …;` alone. */
function asIf(statement: ts.IfStatement): ts.Statement[] | undefined {
  const { thenStatement, elseStatement } = statement;
  const only =
    ts.isBlock(thenStatement) && thenStatement.statements.length === 1 ? thenStatement.statements[0]! : thenStatement;
  return ts.isReturnStatement(only) && only.expression && !elseStatement ? [statement] : undefined;
}

/** `memo.clear();`. */
function readEmptying(access: ts.Expression): ts.Statement[] | undefined {
  const called = findPartCall(access);
  const { parent } = called ? getOutermostWrapped(called.call) : access;
  return called?.method === 'clear' && parent && ts.isExpressionStatement(parent) ? [parent] : undefined;
}
