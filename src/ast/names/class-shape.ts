import type { FileContext } from '../../model/file-context.ts';
import {
  type ClassNode,
  type FunctionNode,
  findMemberName,
  findPropertyName,
  getOutermostWrapped,
  hasModifier,
  isAssignment,
  isClassNode,
  isFunctionNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findSymbolName, isOwnSymbol, plainName } from './symbol-field.ts';

/**
 * What `this` stands for in a group of functions: a class, a constructor function with methods on its prototype,
 * or an object literal with methods.
 */
export type OwnerNode = ClassNode | ts.FunctionDeclaration | ts.FunctionExpression | ts.ObjectLiteralExpression;

/** An expression that stands for a field. */
export type FieldAccess = ts.PropertyAccessExpression | ts.ElementAccessExpression | ts.Identifier;

/** One `this.x` of an owner, with everything the owner does to it. */
export interface ClassField {
  name: string;
  /** The property declaration or constructor parameter property; undefined when only assigned. */
  declaration: ts.PropertyDeclaration | ts.ParameterDeclaration | undefined;
  isStatic: boolean;
  /** It is kept under a symbol: one that only this file has, or that others have too. */
  symbol: 'own' | 'shared' | undefined;
  types: ts.TypeNode[];
  /** Initialiser and the right sides of `this.x = …`. */
  values: ts.Expression[];
  /** Every `this.x` (also through `self`), and `x` of `const { x } = this`; reads and writes, in source order. */
  accesses: FieldAccess[];
}

export interface ClassShape {
  node: OwnerNode;
  name: string;
  fields: ReadonlyMap<string, ClassField>;
  /** Methods, accessors and function-valued properties by name. */
  methods: ReadonlyMap<string, FunctionNode>;
  constructorNode: FunctionNode | undefined;
  /** Methods that end an instance's life, by name: see {@link isDisposer}. */
  disposers: readonly FunctionNode[];
}

const disposerName =
  /^(?:_*(?:stop|close|destroy|dispose|shutdown|shutDown|teardown|tearDown|cleanup|cleanUp|clean|clear|reset|disconnect|terminate|end|kill|abort|cancel|unsubscribe|unmount|detach|deactivate|disable|release|quit|finish|finali[sz]e|halt|pause|dismiss|unload|uninstall|deinit|exit|leave|unwatch|unbind|unlisten|unregister|detached)(?:[A-Z_]\w*)?|on[A-Z]?\w*(?:Destroy|Close|Stop|Shutdown|Dispose|Unload|Unmount|Disconnect|End)\w*|ngOnDestroy|onModuleDestroy|onApplicationShutdown|beforeApplicationShutdown|componentWillUnmount|disconnectedCallback|beforeUnmount|unmounted|beforeDestroy|destroyed|willDestroy|hostDisconnected|Symbol\.(?:asyncD|d)ispose)$/;

/** Whether a method name says that it ends something: `stop`, `closeAll`, `onModuleDestroy`, `Symbol.dispose`. */
export function isDisposerName(name: string): boolean {
  return disposerName.test(name);
}

/** `cleanup` and the like that look at the time take away what is old, and leave what is theirs running. */
const sweepName = /^_*(?:cleanup|cleanUp|clean|clear|release)(?:[A-Z_]\w*)?$/;
const looksAtTime = /\b(?:Date\.now\(|new Date\(\)|performance\.now\()/;

/** Whether a method ends something, by its name: no `cleanup` that only sweeps out what is older than now. */
export function isDisposer(name: string, fn: FunctionNode, file: FileContext): boolean {
  return (
    isDisposerName(plainName(name)) && !(sweepName.test(name) && looksAtTime.test(file.text.slice(fn.pos, fn.end)))
  );
}

/** The members of an owner, grouped once. */
export function classShape(node: OwnerNode, file: FileContext): ClassShape {
  return file.memo(buildClassShape, node);
}

export function findClassField(node: OwnerNode, name: string, file: FileContext): ClassField | undefined {
  return classShape(node, file).fields.get(name);
}

/** What `this` stands for at a node; undefined where nothing of the file says so. */
export function findThisOwner(node: ts.Node, file: FileContext): OwnerNode | undefined {
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) {
    if (isClassNode(at)) return at;
    if (!isFunctionNode(at) || at.kind === ts.SyntaxKind.ArrowFunction) continue;
    if (isClassNode(at.parent)) continue;
    if (ts.isObjectLiteralExpression(at.parent)) return prototypeOwner(at.parent, file) ?? at.parent;
    if (ts.isFunctionDeclaration(at)) return hasPrototypeMembers(at.name, file) ? at : undefined;
    if (!ts.isFunctionExpression(at)) return undefined;
    const { parent } = getOutermostWrapped(at);
    if (ts.isPropertyAssignment(parent)) return prototypeOwner(parent.parent, file) ?? parent.parent;
    const owner = isAssignment(parent) ? ownerOfPrototype(parent.left, file) : undefined;
    if (owner) return owner;
    const name = findHolder(at) ?? at.name;
    if (hasPrototypeMembers(name, file)) return at;
    // A callback sees its own `this`; old code hands the outer one over as `self`, which is followed by name.
    return undefined;
  }
  return undefined;
}

/** `Foo.prototype.bar` and `Foo.prototype` name the constructor `Foo`. */
function ownerOfPrototype(left: ts.Expression, file: FileContext): OwnerNode | undefined {
  let at = skipWrappers(left);
  while (findMemberName(at) !== undefined && findMemberName(at) !== 'prototype') {
    at = skipWrappers((at as ts.PropertyAccessExpression).expression);
  }
  if (findMemberName(at) !== 'prototype') return undefined;
  const name = skipWrappers((at as ts.PropertyAccessExpression).expression);
  return ts.isIdentifier(name) ? constructorOf(name, file) : undefined;
}

function constructorOf(name: ts.Identifier, file: FileContext): OwnerNode | undefined {
  const declaration = file.bindingOf(name)?.declaration;
  if (!declaration) return undefined;
  if (ts.isFunctionDeclaration(declaration) || ts.isFunctionExpression(declaration) || isClassNode(declaration)) {
    return declaration;
  }
  if (!ts.isVariableDeclaration(declaration) || !declaration.initializer) return undefined;
  let value = skipWrappers(declaration.initializer);
  // `var Socket = io.Socket = function () {}`
  while (isAssignment(value)) value = skipWrappers(value.right);
  return ts.isFunctionExpression(value) || ts.isClassExpression(value) ? value : undefined;
}

/** `Foo.prototype = { … }` and `Object.assign(Foo.prototype, { … })`. */
function prototypeOwner(object: ts.ObjectLiteralExpression, file: FileContext): OwnerNode | undefined {
  const { parent } = object;
  if (isAssignment(parent) && parent.right === object) return ownerOfPrototype(parent.left, file);
  if (ts.isCallExpression(parent) && parent.arguments[0] && parent.arguments[0] !== object) {
    return ownerOfPrototype(parent.arguments[0], file);
  }
  return undefined;
}

function hasPrototypeMembers(name: ts.Identifier | undefined, file: FileContext): boolean {
  const binding = name && file.bindingOf(name);
  return binding?.references.some((reference) => findMemberName(reference.parent) === 'prototype') ?? false;
}

function buildClassShape(node: OwnerNode, file: FileContext): ClassShape {
  const fields = new Map<string, ClassField>();
  const methods = new Map<string, FunctionNode>();
  let constructorNode: FunctionNode | undefined;
  const getField = (name: string): ClassField => {
    let field = fields.get(name);
    if (!field) {
      field = { name, declaration: undefined, isStatic: false, symbol: undefined, types: [], values: [], accesses: [] };
      fields.set(name, field);
    }
    return field;
  };
  const addMethod = (name: string, fn: FunctionNode): void => {
    if (!methods.has(name)) methods.set(name, fn);
  };

  if (isClassNode(node)) {
    for (const member of node.members) {
      if (ts.isConstructorDeclaration(member)) {
        if (!member.body) continue;
        constructorNode = member;
        for (const parameter of member.parameters) {
          if (!ts.isIdentifier(parameter.name) || !ts.isParameterPropertyDeclaration(parameter, member)) continue;
          const field = getField(parameter.name.text);
          field.declaration = parameter;
          if (parameter.type) field.types.push(parameter.type);
          if (parameter.initializer) field.values.push(parameter.initializer);
        }
        continue;
      }
      const name = findPropertyName(member.name);
      if (name === undefined) continue;
      if (ts.isPropertyDeclaration(member)) {
        const value = member.initializer && skipWrappers(member.initializer);
        if (value && isFunctionNode(value)) addMethod(name, value);
        const field = getField(name);
        field.declaration = member;
        field.isStatic = hasModifier(member, ts.SyntaxKind.StaticKeyword);
        if (member.type) field.types.push(member.type);
        if (member.initializer) field.values.push(member.initializer);
      } else if (isFunctionNode(member) && member.body) {
        addMethod(name, member);
      }
    }
  } else if (ts.isObjectLiteralExpression(node)) {
    addObjectMethods(node, addMethod);
  } else {
    constructorNode = node;
  }
  for (const { owner, name, fn } of listPrototypeMethods(file)) if (owner === node) addMethod(name, fn);

  for (const { access, name } of listThisAccesses(file).get(node) ?? []) {
    const field = getField(name);
    field.accesses.push(access);
    if (findMemberName(access) === undefined && ts.isElementAccessExpression(access))
      field.symbol = isOwnSymbol(access, file) ? 'own' : 'shared';
    const { parent } = access;
    if (isAssignment(parent) && parent.left === access) {
      field.values.push(parent.right);
      addParameterType(parent.right, field, file);
      const value = skipWrappers(parent.right);
      if (isFunctionNode(value)) addMethod(name, value);
    }
  }
  const disposers = [...methods].filter(([name, fn]) => isDisposer(name, fn, file)).map(([, fn]) => fn);
  return { node, name: ownerName(node), fields, methods, constructorNode, disposers };
}

function ownerName(node: OwnerNode): string {
  if (!ts.isObjectLiteralExpression(node)) return node.name?.text ?? nameOfHolder(node) ?? '<class>';
  return nameOfHolder(node) ?? '<object>';
}

/** `Query` of `const Query = function () {}` and of `var Query = module.exports = function () {}`. */
function nameOfHolder(node: ts.Node): string | undefined {
  return findHolder(node)?.text;
}

function findHolder(node: ts.Node): ts.Identifier | undefined {
  let { parent } = getOutermostWrapped(node);
  while (isAssignment(parent)) parent = getOutermostWrapped(parent).parent;
  return ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? parent.name : undefined;
}

function addObjectMethods(object: ts.ObjectLiteralExpression, add: (name: string, fn: FunctionNode) => void): void {
  for (const property of object.properties) {
    const name = findPropertyName(property.name);
    if (name === undefined) continue;
    const value = ts.isPropertyAssignment(property) ? skipWrappers(property.initializer) : property;
    if (isFunctionNode(value) && value.body) add(name, value);
  }
}

interface PrototypeMethod {
  owner: OwnerNode;
  name: string;
  fn: FunctionNode;
}

function listPrototypeMethods(file: FileContext): readonly PrototypeMethod[] {
  return file.memo(collectPrototypeMethods, file.source);
}

function collectPrototypeMethods(_: ts.SourceFile, file: FileContext): PrototypeMethod[] {
  if (!file.text.includes('.prototype')) return [];
  const found: PrototypeMethod[] = [];
  for (const node of file.nodes('BinaryExpression')) {
    if (!isAssignment(node)) continue;
    const owner = ownerOfPrototype(node.left, file);
    const name = findMemberName(skipWrappers(node.left));
    if (!owner || name === undefined) continue;
    const value = skipWrappers(node.right);
    if (isFunctionNode(value)) found.push({ owner, name, fn: value });
    if (ts.isObjectLiteralExpression(value) && name === 'prototype') {
      addObjectMethods(value, (key, fn) => found.push({ owner, name: key, fn }));
    }
  }
  // `Object.assign(Foo.prototype, { … })` and `extend(Foo.prototype, { … })`
  for (const call of file.nodes('CallExpression')) {
    const [target, ...others] = call.arguments;
    const owner = target && findMemberName(skipWrappers(target)) === 'prototype' && ownerOfPrototype(target, file);
    if (!owner) continue;
    for (const object of others) {
      if (!ts.isObjectLiteralExpression(object)) continue;
      addObjectMethods(object, (key, fn) => found.push({ owner, name: key, fn }));
    }
  }
  return found;
}

/** `constructor(pool: Pool) { this.pool = pool }` tells the field's type. */
function addParameterType(value: ts.Expression, field: ClassField, file: FileContext): void {
  const from = skipWrappers(value);
  if (!ts.isIdentifier(from)) return;
  const declaration = file.bindingOf(from)?.declaration;
  if (declaration && ts.isParameter(declaration) && declaration.type) field.types.push(declaration.type);
}

interface ThisAccess {
  access: FieldAccess;
  name: string;
}

/** Every `this.x` and `ClassName.x` of the file by the owner it belongs to; `const self = this` counts as `this`. */
function listThisAccesses(file: FileContext): Map<OwnerNode, ThisAccess[]> {
  return file.memo(collectThisAccesses, file.source);
}

function collectThisAccesses(_: ts.SourceFile, file: FileContext): Map<OwnerNode, ThisAccess[]> {
  const byClass = new Map<OwnerNode, ThisAccess[]>();
  const add = (cls: OwnerNode, access: ThisAccess['access'], name: string): void => {
    const list = byClass.get(cls);
    if (list) list.push({ access, name });
    else byClass.set(cls, [{ access, name }]);
  };
  const accesses = [
    ...file.nodesOfKind(ts.SyntaxKind.PropertyAccessExpression),
    ...file.nodesOfKind(ts.SyntaxKind.ElementAccessExpression),
  ] as (ts.PropertyAccessExpression | ts.ElementAccessExpression)[];
  for (const access of accesses) {
    const name = findMemberName(access) ?? findSymbolName(access, file);
    if (name === undefined) continue;
    const cls = findClassOfReceiver(skipWrappers(access.expression), file);
    if (cls) add(cls, access, name);
  }
  for (const pattern of file.nodesOfKind(ts.SyntaxKind.ObjectBindingPattern) as readonly ts.ObjectBindingPattern[]) {
    const { parent } = pattern;
    const value = ts.isVariableDeclaration(parent) && parent.initializer ? skipWrappers(parent.initializer) : undefined;
    const cls = value?.kind === ts.SyntaxKind.ThisKeyword ? findThisOwner(value, file) : undefined;
    if (!cls) continue;
    for (const { name, propertyName, dotDotDotToken } of pattern.elements) {
      const field = findPropertyName(propertyName ?? (ts.isIdentifier(name) ? name : undefined));
      const binding = ts.isIdentifier(name) && !dotDotDotToken ? file.bindingOf(name) : undefined;
      if (field === undefined || !binding || binding.writes.length > 0) continue;
      for (const reference of binding.references) add(cls, reference, field);
    }
  }
  for (const list of byClass.values()) list.sort((a, b) => a.access.pos - b.access.pos);
  return byClass;
}

function findClassOfReceiver(receiver: ts.Expression, file: FileContext): OwnerNode | undefined {
  if (receiver.kind === ts.SyntaxKind.ThisKeyword) return findThisOwner(receiver, file);
  if (!ts.isIdentifier(receiver)) return undefined;
  const binding = file.bindingOf(receiver);
  if (!binding) return undefined;
  const { declaration } = binding;
  if (isClassNode(declaration)) return declaration;
  if (!ts.isVariableDeclaration(declaration) || !declaration.initializer) return undefined;
  const value = skipWrappers(declaration.initializer);
  if (value.kind === ts.SyntaxKind.ThisKeyword) return findThisOwner(value, file);
  return ts.isObjectLiteralExpression(value) ? value : undefined;
}

/** `this`, and the `this` of `const self = this`. */
export function findSelf(holder: ts.Expression, file: FileContext): ts.Node | undefined {
  if (holder.kind === ts.SyntaxKind.ThisKeyword) return holder;
  const declaration = ts.isIdentifier(holder) ? file.bindingOf(holder)?.declaration : undefined;
  const value = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return value?.kind === ts.SyntaxKind.ThisKeyword ? value : undefined;
}
