import { hasModifier, isAssignment, isClassNode, isFunctionNode } from '../syntax.ts';
import { ts } from '../ts.ts';

/** The module that a local name was imported from. */
type ModuleOf = (local: string) => string | undefined;

interface Mark {
  module: string;
  given: readonly ts.Expression[];
}

/** The decorators that stand on a class itself; undefined where one is not of an imported module. */
function listMarks(cls: ts.Node, moduleOf: ModuleOf): Mark[] | undefined {
  const marks: Mark[] = [];
  for (const { expression } of isClassNode(cls) ? (ts.getDecorators(cls) ?? []) : []) {
    const call = ts.isCallExpression(expression) ? expression : undefined;
    const named = call ? call.expression : expression;
    const module = ts.isIdentifier(named) ? moduleOf(named.text) : undefined;
    if (module === undefined) return undefined;
    marks.push({ module, given: [...(call?.arguments ?? [])] });
  }
  return marks;
}

/**
 * Whether a class is one that Nest makes, with all its routes and listeners, where a module names it and nowhere else. A
 * decorator of another library may have the class made by that, or find it by its folder.
 */
export function isMadeByModule(cls: ts.Node, moduleOf: ModuleOf): boolean {
  const marks = listMarks(cls, moduleOf) ?? [];
  return marks.length > 0 && marks.every(({ module }) => module.startsWith('@nestjs/'));
}

/** The messages that a class handles for the buses of @nestjs/cqrs: `@CommandHandler(CloseOrder)`. */
export function listHandled(cls: ts.Node, moduleOf: ModuleOf): string[] {
  const given = (listMarks(cls, moduleOf) ?? [])
    .filter(({ module }) => module === '@nestjs/cqrs')
    .flatMap((mark) => mark.given);
  return given.every(ts.isIdentifier) ? given.map(({ text }) => text) : [];
}

/**
 * What runs as an instance of a class is made: its constructor, and what its fields begin with. Undefined where that
 * hands the instance, a method of it, or a function to anyone, who may run it by and by.
 */
export function listMaking(cls: ts.Node): ts.Node[] | undefined {
  if (!isClassNode(cls) || cls.heritageClauses?.some(({ token }) => token === ts.SyntaxKind.ExtendsKeyword))
    return undefined;
  const parts: ts.Node[] = [];
  const run = new Set<string>();
  for (const member of cls.members) {
    const { name } = member;
    if (ts.isConstructorDeclaration(member)) parts.push(...member.parameters, ...(member.body ? [member.body] : []));
    else if (ts.isPropertyDeclaration(member) && !(member.initializer && isFunctionNode(member.initializer))) {
      if (member.initializer && !hasModifier(member, ts.SyntaxKind.StaticKeyword)) parts.push(member.initializer);
    } else if (name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name))) run.add(name.text);
  }
  return parts.every((part) => keepsToItself(part, run)) ? parts : undefined;
}

/** Whether nothing that runs of an instance, its methods in `run`, and no other function, is called or handed on below a node. */
function keepsToItself(node: ts.Node, run: ReadonlySet<string>): boolean {
  if (isFunctionNode(node) || node.kind === ts.SyntaxKind.ThisKeyword) return false;
  if (ts.isPropertyAccessExpression(node) && node.expression.kind === ts.SyntaxKind.ThisKeyword)
    return !run.has(node.name.text);
  if (isAssignment(node) && isFunctionNode(node.right)) return keepsToItself(node.left, run);
  return ts.forEachChild(node, (child) => !keepsToItself(child, run) || undefined) === undefined;
}
