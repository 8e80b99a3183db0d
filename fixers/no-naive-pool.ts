import type { NaivePool } from '../rules/pooling/no-naive-pool.ts';
import { isDisposerName } from '../src/ast/names/class-shape.ts';
import { isClassNode, isWithin, nameOfFunction } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { insertAtFunctionEnd } from './edit/insert-at-function-end.ts';
import { insertClassMember } from './edit/insert-class-member.ts';
import { isTypeScriptFile } from './edit/keep-value.ts';
import { type PoolWiring, wirePool } from './edit/pool-wiring.ts';
import { removeClassMember } from './edit/remove-statement.ts';
import { replaceNode } from './edit/replace-node.ts';

export const fixer: Fixer<NaivePool> = {
  rule: 'no-naive-pool',
  safety: 'review',
  changes:
    'keeps the class and its surface, and lends from a `ConnectionPool` with a maximum, a queue of waiters and a time-out',
  fix({ data }, file): Fix | Skip {
    const { shape, acquire, release } = data;
    const cls = shape.node;
    if (!isClassNode(cls) || !ts.isMethodDeclaration(acquire) || !ts.isMethodDeclaration(release))
      return { skip: 'it is not a class with methods' };
    if (acquire.parameters.length > 0) return { skip: 'what is lent depends on the arguments' };
    if (release.parameters.length !== 1) return { skip: 'it does not say what is given back' };
    const close = [...shape.methods].find(
      ([name, fn]) => isDisposerName(name) && fn !== release && ts.isMethodDeclaration(fn),
    )?.[1] as ts.MethodDeclaration | undefined;
    const inside = listPrivateMembers(data, close);
    if (typeof inside === 'string') return { skip: inside };
    const wiring = wirePool(data, file);
    if (typeof wiring === 'string') return { skip: wiring };
    const edits = rewrite(data, cls, close, inside, wiring, file);
    if (!edits) return { skip: 'its constructor has no body to build the pool in' };
    return {
      edits,
      needs: ['ConnectionPool'],
      note: 'an acquire that waits for 30 s is now refused; check the maximum, and what create and destroy do',
    };
  },
};

/** Fields and helpers that only lending, giving back and closing use; a reason when something else uses them. */
function listPrivateMembers(
  { shape, acquire, release, store }: NaivePool,
  close: ts.MethodDeclaration | undefined,
): ts.ClassElement[] | string {
  const cls = shape.node as ts.ClassDeclaration;
  const replaced: ts.Node[] = [acquire, release, ...(close ? [close] : [])];
  const members: ts.ClassElement[] = [];
  // Helpers first: what they use falls with them.
  for (const member of cls.members) {
    if (!ts.isMethodDeclaration(member) || replaced.includes(member) || !isPrivate(member)) continue;
    const accesses = shape.fields.get(nameOfFunction(member))?.accesses ?? [];
    if (
      accesses.length > 0 &&
      accesses.every((access) => replaced.some((fn) => isWithin(access, fn)) || isWithin(access, member))
    ) {
      members.push(member);
      replaced.push(member);
    }
  }
  for (const [name, field] of shape.fields) {
    const { declaration } = field;
    if (!declaration || !ts.isPropertyDeclaration(declaration) || shape.methods.has(name)) continue;
    const isOwn = field.accesses.every((access) => replaced.some((fn) => isWithin(access, fn)));
    if (isOwn && isPrivate(declaration) && isState(declaration)) members.push(declaration);
    else if (name === store) return `\`${name}\` is used by other members too`;
  }
  return members;
}

function isPrivate(member: ts.ClassElement): boolean {
  const isKeyword =
    ts.canHaveModifiers(member) &&
    (ts.getModifiers(member)?.some((m) => m.kind === ts.SyntaxKind.PrivateKeyword) ?? false);
  return (
    isKeyword ||
    (member.name !== undefined && (ts.isPrivateIdentifier(member.name) || member.name.getText().startsWith('_')))
  );
}

/** Containers, counters and flags; what is configured from outside stays. */
function isState(field: ts.PropertyDeclaration): boolean {
  const value = field.initializer;
  return (
    value !== undefined &&
    (ts.isArrayLiteralExpression(value) ||
      ts.isNewExpression(value) ||
      ts.isNumericLiteral(value) ||
      value.kind === ts.SyntaxKind.FalseKeyword ||
      value.kind === ts.SyntaxKind.NullKeyword)
  );
}

function rewrite(
  { acquire, release, shape }: NaivePool,
  cls: ts.ClassDeclaration | ts.ClassExpression,
  close: ts.MethodDeclaration | undefined,
  inside: readonly ts.ClassElement[],
  { create, destroy, resourceType, max }: PoolWiring,
  file: FileContext,
): [TextEdit, ...TextEdit[]] | undefined {
  const isTyped = isTypeScriptFile(file);
  const type = resourceType ?? 'unknown';
  const name = shape.fields.has('pool') || shape.methods.has('pool') ? 'connectionPool' : 'pool';
  const options = `{\n  create: () => ${create},\n  destroy: ${destroy},\n  max: ${max},\n}`;
  const built = `new ConnectionPool${isTyped ? `<${type}>` : ''}(${options})`;
  const { constructorNode } = shape;
  const parameter = release.parameters[0]!.name.getText(file.source);
  // The pool stands where the first field of the old one stood.
  const place = inside.find((member) => ts.isPropertyDeclaration(member));
  const edits = inside.filter((member) => member !== place).map((member) => removeClassMember(member, file));
  const declare = (code: string): void => {
    edits.push(place ? replaceNode(place, code, file) : insertClassMember(cls, code, 'start', file));
  };
  const access = isTyped ? 'private readonly ' : '';
  if (constructorNode) {
    const inConstructor = insertAtFunctionEnd(constructorNode, `this.${name} = ${built};`, file);
    if (!inConstructor) return undefined;
    edits.push(...inConstructor);
    declare(isTyped ? `${access}${name}: ConnectionPool<${type}>;` : `${name};`);
  } else {
    declare(`${access}${name} = ${built};`);
  }
  edits.push(replaceNode(acquire.body!, `{\n  return this.${name}.acquireResource();\n}`, file));
  edits.push(replaceNode(release.body!, `{\n  this.${name}.release(${parameter});\n}`, file));
  if (close?.body) edits.push(replaceNode(close.body, `{\n  await this.${name}.drain();\n}`, file));
  return edits.sort((a, b) => a.start - b.start || a.end - b.end) as [TextEdit, ...TextEdit[]];
}
