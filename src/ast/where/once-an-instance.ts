import type { FileContext } from '../../model/file-context.ts';
import { type ClassField, findClassField, findThisOwner } from '../names/class-shape.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  hasModifier,
  isAssignment,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction } from './conditions.ts';

/**
 * Whether a method reaches a node once in the life of its instance: `if (this.started) throw new Error(…); this.started = true;`
 * stands ahead of it, and nothing of the class unsets the field, which nobody else has.
 */
export function runsOnceAnInstance(node: ts.Node, method: FunctionNode, file: FileContext): boolean {
  const { body } = method;
  if (!body || !ts.isBlock(body) || !isWithin(node, body)) return false;
  const ahead = body.statements.filter((statement) => statement.end <= node.pos);
  return ahead.some((guard) => {
    if (!ts.isIfStatement(guard) || !leavesFunction(guard.thenStatement)) return false;
    const flag = findOwnField(guard.expression, file);
    if (!flag || !isHidden(flag) || flag.values.some((value) => !isTrue(value) && !isBeginning(value))) return false;
    return flag.values.some((value) => isTrue(value) && ahead.some((statement) => isSetBy(statement, value)));
  });
}

/** `started` of `this.started`. */
function findOwnField(expression: ts.Expression, file: FileContext): ClassField | undefined {
  const [self, name, ...rest] = findMemberPath(skipWrappers(expression)) ?? [];
  const owner =
    self === 'this' && name !== undefined && rest.length === 0 ? findThisOwner(expression, file) : undefined;
  return owner && findClassField(owner, name!, file);
}

function isHidden({ name, declaration }: ClassField): boolean {
  const hiding = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword];
  return /^[_#]/.test(name) || (declaration !== undefined && hiding.some((kind) => hasModifier(declaration, kind)));
}

function isTrue(value: ts.Expression): boolean {
  return skipWrappers(value).kind === ts.SyntaxKind.TrueKeyword;
}

/** What the instance is made with. */
function isBeginning(value: ts.Expression): boolean {
  const fn = findEnclosingFunction(value);
  return ts.isPropertyDeclaration(value.parent) || (fn !== undefined && ts.isConstructorDeclaration(fn));
}

function isSetBy(statement: ts.Statement, value: ts.Expression): boolean {
  const set = ts.isExpressionStatement(statement) ? skipWrappers(statement.expression) : undefined;
  return set !== undefined && isAssignment(set) && set.right === value;
}
