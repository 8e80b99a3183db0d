import type { PointRing } from '../../src/ast/hashing/point-ring.ts';
import { classShape } from '../../src/ast/names/class-shape.ts';
import { getOutermostWrapped, isClassNode, isFunctionNode, isWithin, nameOfFunction } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Fix, Skip, TextEdit } from '../../src/model/fixer.ts';
import { freeName } from './free-name.ts';
import { mergeEdits } from './join-edits.ts';
import { isTypeScriptFile } from './keep-value.ts';
import { removeDeclaration, removeStatement } from './remove-statement.ts';
import { removeUnused } from './remove-unused.ts';
import { replaceNode } from './replace-node.ts';
import { rewriteLookup } from './rewrite-ring-lookup.ts';
import { commentsIn, type RingNames, ringAt } from './ring-names.ts';

/** Holds a `HashRing` where the points were, and asks it where they were searched. */
export function replaceRing(ring: PointRing, file: FileContext): Fix | Skip {
  const { owner, table, keys, changes, orderings, emptyTests, resets, lookup } = ring;
  const type = findTypeName(file);
  const names: RingNames = { type, part: findPartName(table.name, file) };
  const found = rewriteLookup(lookup, ring, names, file);
  if ('skip' in found) return found;
  const gone: ts.Node[] = [...orderings, ...found.gone];
  const edits: TextEdit[] = [...found.edits, ...orderings.map((one) => removeStatement(one, file))];
  const seen = new Set<string>();
  for (const call of listCallsOfOrderings(ring, file)) {
    gone.push(call);
    edits.push(removeStatement(call, file));
  }
  for (const { method, main, node, access, member, sources } of changes) {
    gone.push(main, ...sources);
    edits.push(...sources.map((source) => removeStatement(source, file)));
    const key = `${method} ${node.identifier.pos} ${member?.pos}`;
    const code = `${ringAt(access, names)}.${method}(${node.name});`;
    edits.push(
      seen.has(key) ? removeStatement(main, file) : replaceNode(main, commentsIn(main, main, file) + code, file),
    );
    seen.add(key);
  }
  for (const access of emptyTests) {
    const size = getOutermostWrapped(access).parent;
    gone.push(access);
    edits.push(replaceNode(size, `${ringAt(access, names)}.size`, file));
  }
  for (const { part, access, whole } of resets) {
    gone.push(whole);
    if (part === keys) edits.push(removeStatement(whole.parent as ts.Statement, file));
    else edits.push(replaceNode(whole, `${ringAt(access, names)} = new ${type}()`, file));
  }
  for (const part of keys ? [table, keys] : [table]) {
    const { declaration } = part;
    if (!declaration) continue;
    gone.push(declaration);
    const later = resets.some(({ part: one, whole }) => one === part && !isInConstructor(whole));
    if (part === keys) edits.push(removeDeclaration(statementOf(declaration), file));
    else edits.push(declare(declaration, later, names, file));
  }
  const cls = isClassNode(owner) ? owner : undefined;
  const kept = new Set([...changes.map(({ node }) => node), lookup.parameter]);
  edits.push(...removeUnused((node) => gone.some((one) => isWithin(node, one)), kept, cls, file));
  const [first, ...rest] = mergeEdits(edits, file);
  return {
    edits: [first!, ...rest],
    needs: ['HashRing'],
    ...(type !== 'HashRing' && { under: { HashRing: type } }),
    note: `${isTypeScriptFile(file) ? '' : 'Nodes must be texts. '}Most keys move once, so processes that must agree change together. The placement is the default one, as even as chance allows; the number of points no longer counts. Comments on the old search stay: read them again.`,
    first: true,
  };
}

/** `HashRing`, or another name where the file has a HashRing of its own. */
function findTypeName(file: FileContext): string {
  const own = file.bindings.find(({ name }) => name === 'HashRing');
  if (!own && freeName('HashRing', file) === 'HashRing') return 'HashRing';
  return freeName('RuntimeHashRing', file);
}

function findPartName(name: string, file: FileContext): string {
  if (/ring$/i.test(name)) return name;
  const better = name.startsWith('#') ? '#ring' : name.startsWith('_') ? '_ring' : 'ring';
  return freeName(better, file) === better ? better : name;
}

/** `this.sortPoints();`, where the private method does nothing else. */
function listCallsOfOrderings({ owner, orderings }: PointRing, file: FileContext): ts.Statement[] {
  const calls: ts.Statement[] = [];
  for (const ordering of orderings) {
    const fn = ordering.parent.parent;
    if (!isFunctionNode(fn) || (fn.body as ts.Block).statements.some((s) => !orderings.includes(s))) continue;
    const name = nameOfFunction(fn);
    const uses = isClassNode(owner)
      ? classShape(owner, file).fields.get(name)?.accesses
      : file.bindings.find(({ declaration }) => declaration === fn)?.references;
    const statements =
      uses?.flatMap(({ parent }) => (ts.isExpressionStatement(parent.parent) ? [parent.parent] : [])) ?? [];
    if (statements.length === uses?.length) calls.push(...statements);
  }
  return [...new Set(calls)];
}

function statementOf(declaration: ts.Node): ts.Node {
  return ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
}

function isInConstructor(node: ts.Node): boolean {
  for (let at = node.parent; at; at = at.parent) if (ts.isFunctionLike(at)) return ts.isConstructorDeclaration(at);
  return false;
}

function declare(
  declaration: ts.PropertyDeclaration | ts.ParameterDeclaration | ts.VariableDeclaration,
  isReplaced: boolean,
  { type, part }: RingNames,
  file: FileContext,
): TextEdit {
  const { initializer } = declaration;
  const typed = initializer ? '' : isTypeScriptFile(file) ? `: ${type}` : '';
  const code = `${part}${typed}${initializer ? ` = new ${type}()` : ''}`;
  const { source } = file;
  if (ts.isVariableDeclaration(declaration)) {
    const list = declaration.parent;
    if (!ts.isVariableDeclarationList(list) || list.declarations.length > 1)
      return replaceNode(declaration, code, file);
    return replaceNode(list, `${isReplaced ? 'let' : 'const'} ${code}`, file);
  }
  const own = declaration.modifiers?.find(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword);
  const mark = isTypeScriptFile(file) && !isReplaced ? 'readonly ' : '';
  const end = (initializer ?? declaration.type ?? declaration.name).end;
  return { start: (own ?? declaration.name).getStart(source), end, text: mark + code };
}
