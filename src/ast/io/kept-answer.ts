import type { FileContext } from '../../model/file-context.ts';
import {
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  isAssignment,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction } from '../where/conditions.ts';

/**
 * Whether what a call brings back is kept beyond its function, one for all who ask, and asked for again only when there
 * is none or it is old: `if (!keys || keysUntil < Date.now()) keys = await load();`, `if (keys) return keys;` ahead of it.
 */
export function isKeptForAll(call: ts.Node, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  if (!fn?.body || !ts.isBlock(fn.body)) return false;
  const asked = listGuards(call, fn.body).flatMap((guard) => listLastingNames(guard.expression, fn, file));
  return asked.length > 0 && listKept(fn.body).some(({ name, at }) => at > call.pos && asked.includes(name));
}

/** Conditions that decide whether the call is made: around it, or ahead of it and leaving. */
function listGuards(call: ts.Node, body: ts.Block): ts.IfStatement[] {
  const guards: ts.IfStatement[] = [];
  const visit = (statement: ts.Node): void => {
    if (!ts.isIfStatement(statement)) return;
    if (isWithin(call, statement.thenStatement)) guards.push(statement);
    else if (statement.end <= call.pos && leavesFunction(statement.thenStatement)) guards.push(statement);
  };
  for (let at = call; at.parent && at !== body; at = at.parent) {
    if (ts.isBlock(at.parent)) at.parent.statements.forEach(visit);
    else visit(at.parent);
  }
  return guards;
}

/** Names of a condition that live on after the function: of the module, fields. What is looked up by a key is not for all. */
function listLastingNames(condition: ts.Expression, fn: ts.Node, file: FileContext): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isElementAccessExpression(node)) return;
    if (ts.isCallExpression(node) && node.arguments.length > 0) return;
    const path = ts.isExpression(node) ? findMemberPath(node) : undefined;
    if (path && path[0] === 'this' && path[1] !== undefined) names.push(`this.${path[1]}`);
    else if (ts.isIdentifier(node) && isOfModule(node, fn, file)) names.push(node.text);
    else ts.forEachChild(node, visit);
  };
  visit(condition);
  return names;
}

/** A variable, not what is imported or a function: its value is written while the module lives. */
function isOfModule(node: ts.Identifier, fn: ts.Node, file: FileContext): boolean {
  const declaration = file.bindingOf(node)?.declaration;
  return declaration !== undefined && ts.isVariableDeclaration(declaration) && !isWithin(declaration, fn);
}

/** What a function writes to: `keys = …`, `this.token.value = …`, `regions.set(…)`. */
function listKept(body: ts.Block): { name: string; at: number }[] {
  const kept: { name: string; at: number }[] = [];
  const add = (target: ts.Expression, at: number): void => {
    const path = findMemberPath(skipWrappers(target));
    if (path) kept.push({ name: path[0] === 'this' ? `this.${path[1]}` : path[0]!, at });
  };
  const visit = (node: ts.Node): void => {
    if (isAssignment(node) && !isFlag(node.right)) add(node.left, node.end);
    const target = ts.isCallExpression(node) ? findMethodCall(node) : undefined;
    if (target && /^(?:set|add|push)$/.test(target.method)) add(target.receiver, node.end);
    ts.forEachChild(node, visit);
  };
  visit(body);
  return kept;
}

/** `loading = true`: a latch keeps nothing. */
function isFlag(value: ts.Expression): boolean {
  return value.kind === ts.SyntaxKind.TrueKeyword || value.kind === ts.SyntaxKind.FalseKeyword;
}
