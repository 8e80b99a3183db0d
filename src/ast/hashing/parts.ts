import type { Binding, FileContext } from '../../model/file-context.ts';
import { classShape } from '../names/class-shape.ts';
import {
  type ClassNode,
  type FunctionNode,
  findEnclosingClass,
  findMemberName,
  findMethodCall,
  getOutermostWrapped,
  hasModifier,
  isAssignment,
  isClassNode,
  isFunctionNode,
  isWithin,
  rootOf,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listAccessesOf } from '../within.ts';

/** What holds a ring: a class in its fields, a function or a module in its variables. */
export type RingOwner = ClassNode | FunctionNode | ts.SourceFile;

/** A field or a variable of an owner. */
export interface Part {
  name: string;
  declaration: ts.PropertyDeclaration | ts.ParameterDeclaration | ts.VariableDeclaration | undefined;
  /** Every use but the declaration, in source order. */
  accesses: readonly ts.Expression[];
}

/** The class around a node, or whatever declares the variable that it walks; undefined for all else. */
export function findRingOwner(at: ts.Node, file: FileContext): RingOwner | undefined {
  const cls = findEnclosingClass(at);
  if (cls) return cls;
  if (ts.isVariableDeclaration(at) || ts.isParameter(at)) return functionAround(at) ?? file.source;
  const list = ts.isCallExpression(at) ? findMethodCall(at)?.receiver : ts.isExpression(at) ? at : undefined;
  const root = list && rootOf(list);
  const binding = root && ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  return binding && (functionAround(binding.identifier) ?? file.source);
}

function functionAround(node: ts.Node): FunctionNode | undefined {
  for (let at = node.parent; at; at = at.parent) if (isFunctionNode(at)) return at;
  return undefined;
}

/** The fields, or the variables that its functions share. */
export function listParts(owner: RingOwner, file: FileContext): Part[] {
  if (isClassNode(owner)) return [...classShape(owner, file).fields.values()];
  return file.bindings.flatMap((binding) => {
    const { declaration, name, references } = binding;
    if (!ts.isVariableDeclaration(declaration) || (functionAround(declaration) ?? file.source) !== owner) return [];
    return [{ name, declaration, accesses: references }];
  });
}

/** The function of the owner that a node stands in; undefined for what the owner does by itself. */
export function findMember(node: ts.Node, owner: RingOwner): FunctionNode | undefined {
  let found: FunctionNode | undefined;
  for (let at = node.parent; at && at !== owner; at = at.parent) if (isFunctionNode(at)) found = at;
  return found;
}

/** Whether only the owner itself can use a part. */
export function isHidden({ name, declaration, accesses }: Part, owner: RingOwner, file: FileContext): boolean {
  if (!isClassNode(owner)) {
    const statement = declaration?.parent.parent;
    const isExported = statement !== undefined && hasModifier(statement, ts.SyntaxKind.ExportKeyword);
    return !isExported && !accesses.some((access) => isHandedOut(access));
  }
  if (name.startsWith('#')) return true;
  if (declaration && hasModifier(declaration, ts.SyntaxKind.PrivateKeyword)) return true;
  if (/\.[cm]?tsx?$/.test(file.path)) return false;
  // Nothing of JavaScript is private by a word: what this file does with other instances tells.
  return !isReadElsewhere(name, owner, file);
}

/** A member of that name of something other than the class itself. */
export function isReadElsewhere(name: string, owner: ts.Node, file: FileContext): boolean {
  return listAccessesOf(name, file).some(
    ({ expression, pos, end }) => expression.kind !== ts.SyntaxKind.ThisKeyword && (pos < owner.pos || end > owner.end),
  );
}

/** As a value of an object, of a list of exports. */
function isHandedOut(access: ts.Expression): boolean {
  const { parent } = access;
  return (
    ts.isExportSpecifier(parent) ||
    ts.isShorthandPropertyAssignment(parent) ||
    (ts.isPropertyAssignment(parent) && parent.initializer === access)
  );
}

/** The method of a part that a use calls, with its arguments. */
export function findPartCall(access: ts.Expression): { call: ts.CallExpression; method: string } | undefined {
  const outer = getOutermostWrapped(access);
  const member = outer.parent;
  if (findMemberName(member) === undefined || (member as ts.PropertyAccessExpression).expression !== outer)
    return undefined;
  const target = findMethodCall(getOutermostWrapped(member).parent);
  return target && skipWrappers(target.receiver) === access ? target : undefined;
}

/** `part = …`. */
export function findReplacement(access: ts.Expression): ts.BinaryExpression | undefined {
  const outer = getOutermostWrapped(access);
  const { parent } = outer;
  return isAssignment(parent) && parent.left === outer ? parent : undefined;
}

export function listIdentifiers(node: ts.Node): ts.Identifier[] {
  const found: ts.Identifier[] = [];
  const visit = (at: ts.Node): void => {
    if (ts.isIdentifier(at)) found.push(at);
    else ts.forEachChild(at, visit);
  };
  visit(node);
  return found;
}

/** Whether a name is used in a node. */
export function uses(node: ts.Node, binding: Binding): boolean {
  return binding.references.some((reference) => isWithin(reference, node));
}

/** The calls in a node, the outer ones first. */
export function callsIn(node: ts.Node): (ts.CallExpression | ts.NewExpression)[] {
  const found: (ts.CallExpression | ts.NewExpression)[] = [];
  const visit = (at: ts.Node): void => {
    if (ts.isCallExpression(at) || ts.isNewExpression(at)) found.push(at);
    ts.forEachChild(at, visit);
  };
  visit(node);
  return found;
}
