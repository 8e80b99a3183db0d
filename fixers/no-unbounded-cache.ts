import type { UnboundedCache } from '../rules/memory/no-unbounded-cache.ts';
import type { Container } from '../src/ast/containers/containers.ts';
import { isPublic } from '../src/ast/life/lifetime.ts';
import { getOutermostWrapped, isAssignment, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { isTypeScriptFile } from './edit/keep-value.ts';
import { recordToCache } from './edit/record-to-cache.ts';
import { replaceNode } from './edit/replace-node.ts';

/** Enough for most working sets, and some megabytes at most for entries of ordinary size. */
const max = '10_000';
const surface = new Set(['get', 'set', 'has', 'delete', 'clear', 'size', 'forEach', 'keys', 'values', 'entries']);

export const fixer: Fixer<UnboundedCache> = {
  rule: 'no-unbounded-cache',
  safety: 'safe',
  changes: `holds the entries in a \`BoundedCache\` of ${max.replace('_', ',')}: the ones used least go when it is full and are computed again when asked for`,
  fix({ data }, file) {
    const { container, growth, isRecomputable } = data;
    if (!container || !growth)
      return { skip: 'a library keeps the entries: make a loader for each request, give a memo a cache with a limit' };
    if (!isRecomputable) {
      return { skip: 'what the entries hold cannot be computed again: delete each when what it stands for ends' };
    }
    if (growth.escapes.length > 0) return { skip: 'the container is handed on, where its type may matter' };
    if (isSeenElsewhere(container, file)) return { skip: 'other files can see the container, whose type would change' };
    const edits =
      container.kind === 'map' ? fixMap(container, growth.members, file) : recordToCache(container, max, file);
    if ('skip' in edits) return edits;
    return {
      edits,
      needs: ['BoundedCache'],
      note: `choose \`max\` (and \`ttl\`) for what the process can hold`,
      safety: isPlainMemo(data) ? 'safe' : 'review',
    };
  },
};

/** Exported itself, or a field that is not private, of a class that others use. */
function isSeenElsewhere(container: Container, file: FileContext): boolean {
  const { home } = container;
  if (home.kind === 'module') {
    return (
      home.binding.references.some((r) => ts.isExportSpecifier(r.parent)) ||
      isExportedStatement(home.binding.declaration)
    );
  }
  if (home.kind === 'closure' || !isPublic(container)) return false;
  return /\.tsx?$|\.[cm]ts$/.test(file.path) && home.field.declaration !== undefined;
}

function isExportedStatement(declaration: ts.Node): boolean {
  const statement = declaration.parent?.parent;
  return statement !== undefined && ts.isVariableStatement(statement) && (ts.getModifiers(statement)?.length ?? 0) > 0;
}

/** Every use is get-or-compute, and the values are plain: an entry that went is the same when it is made anew. */
function isPlainMemo({ container, growth }: UnboundedCache): boolean {
  if (container?.kind !== 'map' || growth!.removals.length > 0) return false;
  if ([...growth!.members].some((member) => !/^(?:get|set|has)$/.test(member))) return false;
  const made = skipWrappers(container.value);
  const types =
    (ts.isNewExpression(made) ? made.typeArguments : undefined) ??
    (container.type && ts.isTypeReferenceNode(container.type) ? container.type.typeArguments : undefined);
  const kind = types?.[1]?.kind;
  return (
    kind === ts.SyntaxKind.StringKeyword ||
    kind === ts.SyntaxKind.NumberKeyword ||
    kind === ts.SyntaxKind.BooleanKeyword
  );
}

function fixMap(
  container: Container,
  members: ReadonlySet<string>,
  file: FileContext,
): [TextEdit, ...TextEdit[]] | Skip {
  const strange = [...members].find((member) => !surface.has(member));
  if (strange !== undefined) return { skip: `a BoundedCache has no \`${strange}\`` };
  const made = skipWrappers(container.value) as ts.NewExpression;
  const edits: TextEdit[] = [];
  const typed = made.typeArguments
    ? `<${made.typeArguments.map((t) => t.getText(file.source)).join(', ')}>`
    : undefined;
  const { type } = container;
  if (type) {
    if (!ts.isTypeReferenceNode(type) || type.typeName.getText(file.source) !== 'Map') {
      return { skip: 'its declared type is not a plain Map' };
    }
    edits.push(replaceNode(type.typeName, 'BoundedCache', file));
  }
  const parameters = typed ?? (type || !isTypeScriptFile(file) ? '' : '<any, any>');
  const code = `new BoundedCache${parameters}({ max: ${max} })`;
  for (const write of listResets(container)) edits.push(replaceNode(write, code, file));
  return [replaceNode(made, code, file), ...edits];
}

/** `x = new Map()` where it is emptied. */
function listResets(container: Container): ts.Expression[] {
  return container.accesses.flatMap((access) => {
    const outer = getOutermostWrapped(access);
    const { parent } = outer;
    if (!isAssignment(parent) || parent.left !== outer || parent.right === container.value) return [];
    const value = skipWrappers(parent.right);
    return ts.isNewExpression(value) ? [value] : [];
  });
}
