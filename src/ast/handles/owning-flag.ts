import type { Binding, FileContext } from '../../model/file-context.ts';
import { type FunctionNode, isAssignment, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Handling } from './release-paths.ts';
import { releasesInside } from './releases-inside.ts';

/** A flag that tells how the work went says nothing of who has what it used. */
const outcomeName = /fail|err|broke|bad|abort|cancel|success|ok$|okay|valid/i;

/**
 * `let owned = true; try { …; give(socket); owned = false; } finally { if (owned) socket.close(); }`: what clears the flag
 * hands on what is held, and where the flag is asked, it is still held only where the flag is set.
 */
export function handlingWithFlags(fn: FunctionNode, handling: Handling, file: FileContext): Handling {
  const flags = listOwningFlags(fn, handling, file);
  if (flags.size === 0) return handling;
  const isFlag = (node: ts.Node): boolean => {
    const binding = ts.isIdentifier(node) ? file.bindingOf(node) : undefined;
    return binding !== undefined && flags.has(binding);
  };
  return {
    ...handling,
    isRelease: (node) => handling.isRelease(node) || (isAssignment(node) && isFlag(skipWrappers(node.left))),
    isOwning: (condition) => isFlag(skipWrappers(condition)),
  };
}

function listOwningFlags(fn: FunctionNode, handling: Handling, file: FileContext): ReadonlySet<Binding> {
  const flags = new Set<Binding>();
  for (const node of file.nodesOfKind(ts.SyntaxKind.IfStatement) as readonly ts.IfStatement[]) {
    const asked = skipWrappers(node.expression);
    if (!ts.isIdentifier(asked) || node.elseStatement || !isWithin(node, fn)) continue;
    const binding = file.bindingOf(asked);
    if (binding && isClearedOnly(binding) && releasesInside(node.thenStatement, handling)) flags.add(binding);
  }
  return flags;
}

/** Set as it is declared, and later only cleared. */
function isClearedOnly({ name, declaration, writes }: Binding): boolean {
  if (!ts.isVariableDeclaration(declaration) || outcomeName.test(name)) return false;
  const later = writes.filter((write) => write.parent !== declaration);
  if (declaration.initializer?.kind !== ts.SyntaxKind.TrueKeyword || later.length === 0) return false;
  return later.every(({ parent }) => isAssignment(parent) && parent.right.kind === ts.SyntaxKind.FalseKeyword);
}
