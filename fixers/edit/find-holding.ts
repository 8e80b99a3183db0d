import { lifeOf } from '../../src/ast/life/life-cycle.ts';
import { type ClassField, type ClassShape, classShape, findThisOwner } from '../../src/ast/names/class-shape.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isClassNode,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';

/** Who keeps an instance that it made itself, and in what. */
export type Holding =
  | { kind: 'field'; shape: ClassShape; field: ClassField }
  /** `values` says how the instances in it are gone through. */
  | { kind: 'collection'; shape: ClassShape; field: ClassField; values: 'map' | 'list' | 'object' }
  /** A variable of a factory, beside the methods of what it returns. */
  | { kind: 'variable'; binding: Binding; disposers: readonly FunctionNode[] };

/** Follows a `new` to the field, collection or factory variable that keeps it; undefined when it goes elsewhere. */
export function findHolding(made: ts.Node, file: FileContext): Holding | undefined {
  const value = getWhole(made);
  const { parent } = value;
  if (ts.isPropertyDeclaration(parent) && isClassNode(parent.parent)) {
    const name = parent.name.getText(file.source);
    return isStatic(parent) ? undefined : inField(parent.parent, name, file);
  }
  if (isAssignment(parent) && parent.right === value) return inTarget(skipWrappers(parent.left), file);
  if (ts.isArrayLiteralExpression(parent)) return asList(findHolding(parent, file));
  const built = builtList(value);
  if (built) return asList(findHolding(built, file));
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return throughVariable(parent.name, file);
  return ts.isExpression(value) ? inCollection(value, file) : undefined;
}

/** Out of `a ?? new X()` and `flag ? new X() : undefined`. */
function getWhole(node: ts.Node): ts.Node {
  const outer = getOutermostWrapped(node);
  const { parent } = outer;
  const isChoice = ts.isConditionalExpression(parent) && parent.condition !== outer;
  const isElse =
    ts.isBinaryExpression(parent) &&
    parent.right === outer &&
    /^(?:\?\?|\|\||&&)$/.test(parent.operatorToken.getText());
  return isChoice || isElse ? getWhole(parent) : outer;
}

function isStatic(node: ts.PropertyDeclaration): boolean {
  return node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.StaticKeyword) ?? false;
}

function inField(owner: Parameters<typeof classShape>[0], name: string, file: FileContext): Holding | undefined {
  const shape = classShape(owner, file);
  const field = shape.fields.get(name);
  return field && !field.isStatic ? { kind: 'field', shape, field } : undefined;
}

function inTarget(target: ts.Expression, file: FileContext): Holding | undefined {
  if (isThisMember(target)) return fieldAt(target, file);
  if (!ts.isElementAccessExpression(target)) return undefined;
  const container = skipWrappers(target.expression);
  const held = isThisMember(container) ? fieldAt(container, file) : undefined;
  return held?.kind === 'field' ? { ...held, kind: 'collection', values: 'object' } : undefined;
}

function isThisMember(node: ts.Node): node is ts.PropertyAccessExpression {
  return ts.isPropertyAccessExpression(node) && node.expression.kind === ts.SyntaxKind.ThisKeyword;
}

function fieldAt(access: ts.PropertyAccessExpression, file: FileContext): Holding | undefined {
  const owner = findThisOwner(access, file);
  return owner && !ts.isObjectLiteralExpression(owner) ? inField(owner, access.name.text, file) : undefined;
}

function asList(holding: Holding | undefined): Holding | undefined {
  return holding?.kind === 'field' ? { ...holding, kind: 'collection', values: 'list' } : undefined;
}

/** `list.map((x) => new X(x))` and `Array.from(…, () => new X())`: the call. */
function builtList(value: ts.Node): ts.CallExpression | undefined {
  const returns = ts.isReturnStatement(value.parent) ? value.parent.parent.parent : value.parent;
  const isBody = ts.isArrowFunction(returns) && (returns.body === value || ts.isReturnStatement(value.parent));
  if (!isBody || !ts.isCallExpression(returns.parent) || !returns.parent.arguments.includes(returns)) return undefined;
  const name = findMemberName(skipWrappers(returns.parent.expression));
  return name === 'map' || name === 'from' ? returns.parent : undefined;
}

/** `this.parts.set(key, x)`, `this.parts.push(x)`, `this.parts.add(x)` */
function inCollection(value: ts.Expression, file: FileContext): Holding | undefined {
  const found = findMethodCall(value.parent);
  if (!found || found.call.arguments.at(-1) !== value || !isThisMember(found.receiver)) return undefined;
  const held = fieldAt(found.receiver, file);
  if (held?.kind !== 'field') return undefined;
  const isOf = (name: string): boolean =>
    held.field.values.some(
      (v) => ts.isNewExpression(skipWrappers(v)) && new RegExp(`^new ${name}\\b`).test(v.getText()),
    );
  const isArray = held.field.values.some((v) => ts.isArrayLiteralExpression(skipWrappers(v)));
  const size = found.call.arguments.length;
  if (found.method === 'set' && size === 2 && isOf('Map')) return { ...held, kind: 'collection', values: 'map' };
  const isList = (found.method === 'push' && isArray) || (found.method === 'add' && isOf('Set'));
  return isList && size === 1 ? { ...held, kind: 'collection', values: 'list' } : undefined;
}

/** `const x = new X(); this.parts.set(key, x);`, or a variable of the factory around it. */
function throughVariable(name: ts.Identifier, file: FileContext): Holding | undefined {
  const binding = file.bindingOf(name);
  if (!binding || binding.writes.length > 0) return undefined;
  for (const reference of binding.references) {
    const { parent } = reference;
    if (isAssignment(parent) && parent.right === reference) {
      const held = inTarget(skipWrappers(parent.left), file);
      if (held) return held;
    }
    const held = inCollection(reference, file);
    if (held) return held;
  }
  const life = lifeOf(name, file);
  const around = findEnclosingFunction(name);
  if (life.kind !== 'factory' || around !== life.fn) return undefined;
  const isTopLevel =
    ts.isVariableStatement(name.parent.parent.parent) && name.parent.parent.parent.parent === around.body;
  return isTopLevel ? { kind: 'variable', binding, disposers: life.disposers } : undefined;
}

/** Whether an instance is used as more than the receiver of its own members: then others may keep it longer. */
export function isHandedOut({ kind, ...holding }: Holding): boolean {
  if (kind !== 'field') return false;
  const { field } = holding as Extract<Holding, { kind: 'field' }>;
  return field.accesses.some((access) => {
    const { parent } = getOutermostWrapped(access);
    if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
      return parent.arguments?.some((argument) => isWithin(access, argument)) ?? false;
    }
    return ts.isReturnStatement(parent) || (isFunctionNode(parent) && parent.body === access);
  });
}
