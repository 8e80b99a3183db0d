import type { FileContext } from '../../model/file-context.ts';
import { type ClassField, type ClassShape, classShape } from '../names/class-shape.ts';
import {
  type ClassNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isClassNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { withCallees } from './after-end.ts';
import { findDisposer } from './end-of-life.ts';

/** A disposable that an owner makes and keeps, and that its end leaves alone. */
export interface ForgottenPart {
  field: ClassField;
  creation: ts.NewExpression;
  /** Why it must be disposed of: a sibling of its class that is, or its own class in this file. */
  evidence: ts.Node;
  /** It only tells of events, and was handed nothing that could hold it: what it holds goes with its owner. */
  isOwnEmitter: boolean;
  /** The method that ends the owner; undefined where a base class has it. */
  disposer: ClassShape['methods'] extends ReadonlyMap<string, infer Fn> ? Fn | undefined : never;
}

const disposable = /Disposable/;
const disposing = /^(?:dispose|destroy)$/;
/** What a function of such a name is handed is its to dispose of. */
const takesOver = /register|own|track|add|push|dispos|destroy|store|own|combine/i;

/** Takes out of a collection, or tells of the end: it looks at nothing of what it is handed. */
const looksAtNothing = /^(?:delete|splice|indexOf|includes|filter|push|add|emit|fire|off|call|apply|bind)$/;
const emitter = /(?:^|\.)\w*(?:Emitter|Subject)$/;

/** The fields of a class that hold a disposable which nothing in it disposes of, though it does so with others. */
export function listForgottenParts(cls: ClassNode, file: FileContext): readonly ForgottenPart[] {
  const shape = classShape(cls, file);
  const disposer = findDisposer(shape.disposers, undefined);
  if (!disposer && !extendsDisposable(cls)) return [];
  const parts = [...shape.fields.values()].flatMap((field) => {
    const creation = findCreation(field);
    const isEnded = creation && (isDisposedOf(field, shape, file) || isHandedWithOwner(field, shape, file));
    return creation && !isEnded ? [{ field, creation }] : [];
  });
  return parts.flatMap(({ field, creation }) => {
    const evidence = findSibling(creation, field, shape) ?? findOwnClass(creation, cls, file);
    return evidence ? [{ field, creation, evidence, isOwnEmitter: isOwnEmitter(creation), disposer }] : [];
  });
}

/**
 * The `new` that a field is given, by itself, `this._register(new Emitter())` gives it away; the first where it is
 * replaced by another of the same class in mid-life.
 */
function findCreation(field: ClassField): ts.NewExpression | undefined {
  if (field.isStatic) return undefined;
  const [first, ...others] = field.values.map(skipWrappers);
  if (!first || !ts.isNewExpression(first)) return undefined;
  const name = findMemberPath(first.expression)?.join('.');
  const isSame = (value: ts.Expression): boolean =>
    ts.isNewExpression(value) && findMemberPath(value.expression)?.join('.') === name;
  return others.every(isSame) ? first : undefined;
}

/** Disposed of, handed to what does so, or given out under another name. */
function isDisposedOf(field: ClassField, shape: ClassShape, file: FileContext): boolean {
  const isReplaced = field.values.length > 1;
  return field.accesses.some((access) => {
    const outer = getOutermostWrapped(access);
    const { parent } = outer;
    const member = findMemberName(parent);
    if (member !== undefined && (parent as ts.PropertyAccessExpression).expression === outer) {
      if (!/^(?:dispose|destroy|close|unsubscribe|complete|stop|end|terminate)$/.test(member)) return false;
      // Where it makes way for the next one, the last one stays.
      return !(isReplaced && makesWay(access, field) && !isInEnd(access, shape, file));
    }
    if (isAssignment(parent)) return parent.right === outer;
    if (shape.disposers.some((fn) => isWithin(access, fn))) return true;
    if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) return true;
    return ts.isArrayLiteralExpression(parent) || ts.isReturnStatement(parent) || ts.isPropertyAssignment(parent);
  });
}

/** `dispose() { this.parent.remove(this); }` with a field that the parent can see: it may end what the field holds. */
function isHandedWithOwner(field: ClassField, shape: ClassShape, file: FileContext): boolean {
  const { declaration } = field;
  if (!declaration || !canBeSeen(declaration)) return false;
  return shape.disposers.some((end) =>
    listNodesWithin('CallExpression', end, file).some((call) => {
      const method = findMethodCall(call)?.method;
      const isHanded = call.arguments.some((argument) => skipWrappers(argument).kind === ts.SyntaxKind.ThisKeyword);
      return isHanded && method !== undefined && !looksAtNothing.test(method);
    }),
  );
}

function canBeSeen({ name, modifiers }: ts.PropertyDeclaration | ts.ParameterDeclaration): boolean {
  const isHidden = modifiers?.some(
    ({ kind }) => kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword,
  );
  return !isHidden && ts.isIdentifier(name) && !name.text.startsWith('_');
}

/** `new Emitter()`: nothing outside refers to it but those who were given it, or its owner. */
function isOwnEmitter({ expression, arguments: given }: ts.NewExpression): boolean {
  return (given?.length ?? 0) === 0 && emitter.test(findMemberPath(expression)?.join('.') ?? '');
}

/** Followed, in its own function, by what the field holds next. */
function makesWay(access: ts.Node, field: ClassField): boolean {
  const fn = findEnclosingFunction(access);
  return field.accesses.some(
    (other) => other.pos > access.pos && isAssignment(other.parent) && findEnclosingFunction(other) === fn,
  );
}

function isInEnd(access: ts.Node, shape: ClassShape, file: FileContext): boolean {
  return withCallees(shape.disposers, file).some((fn) => isWithin(access, fn));
}

/** Another field of the same class that this owner registers, or disposes of in its end. */
function findSibling(creation: ts.NewExpression, field: ClassField, shape: ClassShape): ts.Node | undefined {
  const name = findMemberPath(creation.expression)?.join('.');
  for (const other of shape.fields.values()) {
    if (other === field) continue;
    for (const value of other.values) {
      const made = skipWrappers(value);
      const registered = ts.isCallExpression(made) && takesOver.test(findMemberName(made.expression) ?? '');
      const inner = registered ? made.arguments[0] && skipWrappers(made.arguments[0]) : made;
      if (!inner || !ts.isNewExpression(inner) || findMemberPath(inner.expression)?.join('.') !== name) continue;
      if (registered) return made;
      const end = other.accesses.find(
        (access) =>
          disposing.test(findMemberName(access.parent) ?? '') && shape.disposers.some((fn) => isWithin(access, fn)),
      );
      if (end) return end.parent;
    }
  }
  return undefined;
}

/** A class of this file that extends a Disposable, made by one that does too. */
function findOwnClass(creation: ts.NewExpression, owner: ClassNode, file: FileContext): ts.Node | undefined {
  const callee = skipWrappers(creation.expression);
  const declaration = ts.isIdentifier(callee) ? file.bindingOf(callee)?.declaration : undefined;
  if (!declaration || !isClassNode(declaration) || !extendsDisposable(owner)) return undefined;
  return extendsDisposable(declaration) ? (declaration.name ?? declaration) : undefined;
}

function extendsDisposable({ heritageClauses }: ClassNode): boolean {
  return (
    heritageClauses?.some(
      ({ token, types }) =>
        token === ts.SyntaxKind.ExtendsKeyword &&
        types.some(({ expression }) => disposable.test(findMemberPath(expression)?.at(-1) ?? '')),
    ) ?? false
  );
}
