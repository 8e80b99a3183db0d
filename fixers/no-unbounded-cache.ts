import type { UnboundedCache } from '../rules/memory/no-unbounded-cache.ts';
import type { Container } from '../src/ast/containers/containers.ts';
import { isPublic } from '../src/ast/life/lifetime.ts';
import { getOutermostWrapped, isAssignment, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { replaceNode } from './edit/replace-node.ts';

/** Enough for most working sets, and some megabytes at most for entries of ordinary size. */
const max = '10_000';
const surface = new Set(['get', 'set', 'has', 'delete', 'clear', 'size', 'forEach', 'keys', 'values', 'entries']);

export const fixer: Fixer<UnboundedCache> = {
  rule: 'no-unbounded-cache',
  safety: 'safe',
  changes: `Holds the entries in a \`BoundedCache\` of ${max.replace('_', ',')}: the ones used least go when it is full and are computed again when asked for.`,
  fix({ data }, file) {
    const { container, growth, isRecomputable } = data;
    if (!container || !growth) return { skip: 'make one DataLoader for each request' };
    if (!isRecomputable) {
      return { skip: 'what the entries hold cannot be computed again: delete each when what it stands for ends' };
    }
    if (growth.escapes.length > 0) return { skip: 'the container is handed on, where its type may matter' };
    if (isSeenElsewhere(container, file)) return { skip: 'other files can see the container, whose type would change' };
    const edits = container.kind === 'map' ? fixMap(container, growth.members, file) : fixObject(container, file);
    if ('skip' in edits) return edits;
    return {
      edits,
      needs: ['BoundedCache'],
      note: `Choose \`max\` (and \`ttl\`) for what the process can hold.`,
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

function isTyped(file: FileContext): boolean {
  return /\.(?:tsx?|[cm]ts)$/.test(file.path);
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
  const parameters = typed ?? (type || !isTyped(file) ? '' : '<any, any>');
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

function fixObject(container: Container, file: FileContext): [TextEdit, ...TextEdit[]] | Skip {
  if (container.kind !== 'object') return { skip: 'a Set holds what was seen: nothing tells which may be forgotten' };
  const edits: TextEdit[] = [];
  for (const access of container.accesses) {
    if (access === skipWrappers(access) && isDeclaring(access, container)) continue;
    const edit = rewriteAccess(access, file);
    if (!edit) return { skip: 'the object is used in ways that a cache has no method for' };
    edits.push(...edit);
  }
  const types = typesOfRecord(container.type, file);
  if (container.type && !types) return { skip: 'its declared type is not a plain record' };
  const parameters = types ?? (isTyped(file) ? '<string, any>' : '');
  if (container.type) edits.push(replaceNode(container.type, `BoundedCache${parameters}`, file));
  const code = `new BoundedCache${container.type ? '' : parameters}({ max: ${max} })`;
  return [replaceNode(container.value, code, file), ...edits];
}

function isDeclaring(access: ts.Expression, container: Container): boolean {
  const { parent } = getOutermostWrapped(access);
  return isAssignment(parent) && parent.right === container.value;
}

function typesOfRecord(type: ts.TypeNode | undefined, file: FileContext): string | undefined {
  if (!type) return undefined;
  if (
    ts.isTypeReferenceNode(type) &&
    type.typeName.getText(file.source) === 'Record' &&
    type.typeArguments?.length === 2
  ) {
    return `<${type.typeArguments.map((t) => t.getText(file.source)).join(', ')}>`;
  }
  if (!ts.isTypeLiteralNode(type) || type.members.length !== 1) return undefined;
  const [member] = type.members;
  if (!member || !ts.isIndexSignatureDeclaration(member)) return undefined;
  const key = member.parameters[0]?.type?.getText(file.source);
  return key ? `<${key}, ${member.type.getText(file.source)}>` : undefined;
}

/** `x[k]` → `x.get(k)`, `x[k] = v;` → `x.set(k, v);`, `delete x[k]` → `x.delete(k)`, `k in x` → `x.has(k)`. */
function rewriteAccess(access: ts.Expression, file: FileContext): TextEdit[] | undefined {
  const text = (node: ts.Node): string => node.getText(file.source);
  const { parent } = access;
  if (
    ts.isBinaryExpression(parent) &&
    parent.right === access &&
    parent.operatorToken.kind === ts.SyntaxKind.InKeyword
  ) {
    return [replaceNode(parent, `${text(access)}.has(${text(parent.left)})`, file)];
  }
  if (!ts.isElementAccessExpression(parent) || parent.expression !== access || parent.questionDotToken)
    return undefined;
  const key = parent.argumentExpression;
  const outer = getOutermostWrapped(parent);
  const use = outer.parent;
  const open = { start: access.end, end: key.getStart(file.source) };
  if (ts.isDeleteExpression(use)) {
    return [
      { start: use.getStart(file.source), end: access.getStart(file.source), text: '' },
      { ...open, text: '.delete(' },
      { start: key.end, end: use.end, text: ')' },
    ];
  }
  if (isAssignment(use) && use.left === outer) {
    if (use.operatorToken.kind !== ts.SyntaxKind.EqualsToken || !ts.isExpressionStatement(use.parent)) return undefined;
    return [
      { ...open, text: '.set(' },
      { start: key.end, end: use.right.getStart(file.source), text: ', ' },
      { start: use.right.end, end: use.right.end, text: ')' },
    ];
  }
  const isAsked =
    ts.isIfStatement(use) ||
    ts.isPrefixUnaryExpression(use) ||
    ts.isVariableDeclaration(use) ||
    ts.isBinaryExpression(use) ||
    ts.isConditionalExpression(use);
  const bang = isTyped(file) && !isAsked && outer === parent ? '!' : '';
  return [
    { ...open, text: '.get(' },
    { start: key.end, end: parent.end, text: `)${bang}` },
  ];
}
