import type { Binding, FileContext } from '../model/file-context.ts';
import { findEnclosingFunction, isAsync, isLoop, nameOfFunction } from './syntax.ts';
import { ts } from './ts.ts';

const { SyntaxKind } = ts;

/**
 * What the language forbids although it can be parsed, as far as moved or added code can bring it in: a name declared
 * twice, `await` and `yield` in functions that are not async or generators, jumps with nothing to leave, private names
 * of no class, types in JavaScript. As messages, each naming what it is about.
 *
 * `return` and `await` at the top level are let pass: what a file is run as is not known.
 */
export function listEarlyErrors(file: FileContext): string[] {
  return [...redeclared(file), ...misplaced(file), ...typesInScript(file)];
}

function redeclared(file: FileContext): string[] {
  return file.redeclarations
    .filter(({ binding, kind, declaration }) => clash(binding, kind, declaration))
    .map(({ binding }) => `'${binding.name}' is declared twice`);
}

const lexical: ReadonlySet<Binding['kind']> = new Set(['let', 'const', 'class', 'import']);

function clash(known: Binding, kind: Binding['kind'], declaration: ts.Node): boolean {
  // Namespaces and enums merge with what has their name.
  if ([known.declaration, declaration].some((node) => ts.isModuleDeclaration(node) || ts.isEnumDeclaration(node)))
    return false;
  return lexical.has(known.kind) || lexical.has(kind);
}

function misplaced(file: FileContext): string[] {
  const errors: string[] = [];
  for (const node of file.nodes('AwaitExpression')) {
    if (!mayAwait(node)) errors.push("'await' stands in a function that is not async");
  }
  for (const node of file.nodes('ForOfStatement')) {
    if (node.awaitModifier && !mayAwait(node)) errors.push("'for await' stands in a function that is not async");
  }
  for (const node of file.nodesOfKind(SyntaxKind.YieldExpression)) {
    const fn = findEnclosingFunction(node);
    if (!(fn && 'asteriskToken' in fn && fn.asteriskToken)) {
      errors.push(`'yield' stands in ${fn ? nameOfFunction(fn) : 'the module'}, which is no generator`);
    }
  }
  const jumps = [SyntaxKind.BreakStatement, SyntaxKind.ContinueStatement].flatMap((kind) => file.nodesOfKind(kind));
  for (const node of jumps as ts.BreakOrContinueStatement[]) {
    if (!leavesSomething(node)) errors.push(`'${node.getText(file.source)}' has nothing to leave`);
  }
  for (const node of file.nodesOfKind(SyntaxKind.PrivateIdentifier) as ts.PrivateIdentifier[]) {
    if (!isDeclaredPrivate(node)) errors.push(`'${node.text}' is declared by no class around it`);
  }
  return errors;
}

function mayAwait(node: ts.Node): boolean {
  const fn = findEnclosingFunction(node);
  return !fn || isAsync(fn);
}

function leavesSomething(jump: ts.BreakOrContinueStatement): boolean {
  for (let at: ts.Node = jump.parent; !ts.isSourceFile(at) && !ts.isFunctionLike(at); at = at.parent) {
    if (jump.label) {
      if (ts.isLabeledStatement(at) && at.label.text === jump.label.text) return true;
    } else if (isLoop(at) || (ts.isSwitchStatement(at) && ts.isBreakStatement(jump))) return true;
  }
  return false;
}

function isDeclaredPrivate(name: ts.PrivateIdentifier): boolean {
  for (let at: ts.Node = name.parent; !ts.isSourceFile(at); at = at.parent) {
    if (ts.isClassLike(at) && at.members.some((member) => isNamed(member, name.text))) return true;
  }
  return false;
}

function isNamed({ name }: ts.ClassElement, text: string): boolean {
  return name !== undefined && ts.isPrivateIdentifier(name) && name.text === text;
}

/** Kinds of nodes beside those of types that only TypeScript has. */
const typeSyntax: readonly ts.SyntaxKind[] = [
  ...[SyntaxKind.InterfaceDeclaration, SyntaxKind.TypeAliasDeclaration, SyntaxKind.EnumDeclaration],
  ...[SyntaxKind.ModuleDeclaration, SyntaxKind.AsExpression, SyntaxKind.SatisfiesExpression],
  ...[SyntaxKind.NonNullExpression, SyntaxKind.TypeParameter, SyntaxKind.PrivateKeyword, SyntaxKind.PublicKeyword],
  ...[SyntaxKind.ProtectedKeyword, SyntaxKind.ReadonlyKeyword, SyntaxKind.AnyKeyword, SyntaxKind.BooleanKeyword],
  ...[SyntaxKind.NeverKeyword, SyntaxKind.NumberKeyword, SyntaxKind.ObjectKeyword, SyntaxKind.StringKeyword],
  ...[SyntaxKind.UnknownKeyword, SyntaxKind.VoidKeyword],
];

function typesInScript(file: FileContext): string[] {
  if (!/\.[cm]?jsx?$/.test(file.path)) return [];
  const kinds = [...typeSyntax];
  for (let kind = SyntaxKind.FirstTypeNode; kind <= SyntaxKind.LastTypeNode; kind++) kinds.push(kind);
  return kinds
    .flatMap((kind) => file.nodesOfKind(kind))
    .map((node) => `'${node.getText(file.source)}' is a type, which JavaScript does not have`);
}
