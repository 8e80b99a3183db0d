import type { Binding, FileContext } from '../../model/file-context.ts';
import {
  type ClassField,
  type ClassShape,
  classShape,
  findSelf,
  findThisOwner,
  type OwnerNode,
} from '../names/class-shape.ts';
import { findSymbolName } from '../names/symbol-field.ts';
import {
  findEnclosingFunction,
  findMemberName,
  findPropertyName,
  getOutermostWrapped,
  isAssignment,
  isClassNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

export type ContainerKind = 'map' | 'set' | 'object' | 'array';

/** A collection that a variable or a field holds, and every expression of the file that stands for it. */
export interface Container {
  name: string;
  kind: ContainerKind;
  /** The name where it is declared: what a finding underlines. */
  at: ts.Node;
  /** What makes it: `new Map()`, `{}`, `[]`, `Object.create(null)`. */
  value: ts.Expression;
  /** The declared type, where it is written. */
  type: ts.TypeNode | undefined;
  home:
    | { kind: 'module'; binding: Binding }
    | { kind: 'closure'; binding: Binding }
    | { kind: 'field'; shape: ClassShape; field: ClassField };
  /** Identifiers and `this.x`, aliases included, the declaration left out. */
  accesses: readonly ts.Expression[];
}

/** What people call it: `this.entries`, `this[kEntries]`, `entries`. */
export function shownName({ home, name }: Container): string {
  if (home.kind !== 'field') return name;
  return home.field.symbol ? `this[${name}]` : `this.${name}`;
}

/** The kind of collection that an expression makes empty or from a few constants; undefined for all else. */
export function madeKind(expression: ts.Expression): ContainerKind | undefined {
  const value = skipWrappers(expression);
  if (ts.isNewExpression(value)) {
    if (!ts.isIdentifier(value.expression)) return undefined;
    const isEmpty = (value.arguments?.length ?? 0) === 0 || value.arguments?.[0]?.kind === ts.SyntaxKind.NullKeyword;
    if (value.expression.text === 'Map') return isEmpty ? 'map' : undefined;
    if (value.expression.text === 'Set') return isEmpty ? 'set' : undefined;
    return value.expression.text === 'Array' && isEmpty ? 'array' : undefined;
  }
  if (ts.isObjectLiteralExpression(value)) return value.properties.length === 0 ? 'object' : undefined;
  if (ts.isArrayLiteralExpression(value)) return value.elements.length === 0 ? 'array' : undefined;
  if (ts.isCallExpression(value) && ts.isPropertyAccessExpression(value.expression)) {
    const { expression, name } = value.expression;
    const isCreate = name.text === 'create' && ts.isIdentifier(expression) && expression.text === 'Object';
    return isCreate && value.arguments[0]?.kind === ts.SyntaxKind.NullKeyword ? 'object' : undefined;
  }
  return undefined;
}

/** The container of a variable at module level or in a function; undefined where the variable holds none. */
export function containerOfVariable(declaration: ts.VariableDeclaration, file: FileContext): Container | undefined {
  if (!ts.isIdentifier(declaration.name) || !declaration.initializer) return undefined;
  const kind = madeKind(declaration.initializer);
  const binding = kind && file.bindingOf(declaration.name);
  if (!kind || !binding) return undefined;
  const isModule = !findEnclosingFunction(declaration) && !isInBlockOfClass(declaration);
  return {
    name: declaration.name.text,
    kind,
    at: declaration.name,
    value: declaration.initializer,
    type: declaration.type,
    home: isModule ? { kind: 'module', binding } : { kind: 'closure', binding },
    accesses: withAliases(binding.references, file),
  };
}

function isInBlockOfClass(node: ts.Node): boolean {
  for (let at = node.parent; at; at = at.parent) if (isClassNode(at)) return true;
  return false;
}

/** The container of a class field, also one made in the constructor, or on first use: `this.entries = {}`. */
export function containerOfField(
  node: ts.PropertyDeclaration | ts.BinaryExpression,
  file: FileContext,
): Container | undefined {
  if (ts.isPropertyDeclaration(node)) {
    const name = findPropertyName(node.name);
    const kind = node.initializer && madeKind(node.initializer);
    return kind && name !== undefined && isClassNode(node.parent)
      ? buildField(node.parent, name, kind, node.name, node.initializer!, file)
      : undefined;
  }
  const left = skipWrappers(node.left);
  const name = findFieldName(left, file);
  if (name === undefined || node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined;
  const self = findSelf((left as ts.PropertyAccessExpression).expression, file);
  if (!self) return undefined;
  const value = skipDefault(node.right, name, file);
  const kind = madeKind(value);
  const owner = kind && findThisOwner(self, file);
  if (!kind || !owner) return undefined;
  const shape = classShape(owner, file);
  const values = shape.fields.get(name)?.values ?? [];
  if (values.find((v) => madeKind(skipDefault(v, name, file)) !== undefined) !== node.right) return undefined;
  if (value === node.right && !isMadeAtStart(node, shape)) return undefined;
  return buildField(owner, name, kind, (left as ts.PropertyAccessExpression).name ?? left, value, file);
}

function findFieldName(access: ts.Node, file: FileContext): string | undefined {
  return findMemberName(access) ?? findSymbolName(access, file);
}

/** `{}` of `this.entries = this.entries || {}`: made when it is first asked for. */
function skipDefault(right: ts.Expression, name: string, file: FileContext): ts.Expression {
  const value = skipWrappers(right);
  if (!ts.isBinaryExpression(value)) return right;
  const { kind } = value.operatorToken;
  const isDefault = kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken;
  return isDefault && findFieldName(skipWrappers(value.left), file) === name ? value.right : right;
}

/** A framework, or whoever makes the instance, calls it once. */
const starting = /^(?:on(?:Load|Init|ModuleInit|ApplicationBootstrap|Ready|Enable)|init(?:ialize|ialise)?|setup)$/;

/** In the constructor, in a method that it calls, or in one that begins the life of an instance. */
function isMadeAtStart(node: ts.Node, shape: ClassShape): boolean {
  const fn = findEnclosingFunction(node);
  const { constructorNode } = shape;
  if (!fn) return false;
  if (fn === constructorNode) return true;
  const name = [...shape.methods].find(([, method]) => method === fn)?.[0];
  if (name !== undefined && starting.test(name)) return true;
  const calls = name === undefined ? undefined : shape.fields.get(name)?.accesses;
  return (
    constructorNode !== undefined &&
    (calls?.some((access) => findEnclosingFunction(access) === constructorNode) ?? false)
  );
}

function buildField(
  owner: OwnerNode,
  name: string,
  kind: ContainerKind,
  at: ts.Node,
  value: ts.Expression,
  file: FileContext,
): Container | undefined {
  const shape = classShape(owner, file);
  const field = shape.fields.get(name);
  if (!field) return undefined;
  return {
    name,
    kind,
    at,
    value,
    type: field.types[0],
    home: { kind: 'field', shape, field },
    accesses: withAliases(field.accesses, file),
  };
}

/** `const entries = this.entries` is the container too. */
function withAliases(accesses: readonly ts.Expression[], file: FileContext): readonly ts.Expression[] {
  const all: ts.Expression[] = [...accesses];
  for (let i = 0; i < all.length && i < 400; i++) {
    const { parent } = getOutermostWrapped(all[i]!);
    if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) continue;
    const initializer = parent.initializer && skipWrappers(parent.initializer);
    if (initializer !== all[i]) continue;
    all.push(...(file.bindingOf(parent.name)?.references ?? []));
  }
  return all;
}

/** Whether an expression is written to as a whole: `x = …`. */
export function findWholeWrite(access: ts.Expression): ts.BinaryExpression | undefined {
  const outer = getOutermostWrapped(access);
  return isAssignment(outer.parent) && outer.parent.left === outer ? outer.parent : undefined;
}
