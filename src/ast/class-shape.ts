import type { FileContext } from '../model/file-context.ts';
import {
  type ClassNode,
  type FunctionNode,
  findMemberName,
  findPropertyName,
  findThisClass,
  hasModifier,
  isAssignment,
  isFunctionNode,
  skipWrappers,
} from './syntax.ts';
import { ts } from './ts.ts';

/** One `this.x` of a class, with everything the class does to it. */
export interface ClassField {
  name: string;
  /** The property declaration or constructor parameter property; undefined when only assigned. */
  declaration: ts.PropertyDeclaration | ts.ParameterDeclaration | undefined;
  isStatic: boolean;
  types: ts.TypeNode[];
  /** Initialiser and the right sides of `this.x = …`. */
  values: ts.Expression[];
  /** Every `this.x` (also through `self`, destructuring aliases are not followed), reads and writes, in source order. */
  accesses: (ts.PropertyAccessExpression | ts.ElementAccessExpression)[];
}

export interface ClassShape {
  node: ClassNode;
  name: string;
  fields: ReadonlyMap<string, ClassField>;
  /** Methods, accessors and function-valued properties by name. */
  methods: ReadonlyMap<string, FunctionNode>;
  constructorNode: ts.ConstructorDeclaration | undefined;
  /** Methods that end an instance's life, by name: see {@link isDisposerName}. */
  disposers: readonly FunctionNode[];
}

const disposerName =
  /^(?:_*(?:stop|close|destroy|dispose|shutdown|shutDown|teardown|tearDown|cleanup|cleanUp|clean|clear|reset|disconnect|terminate|end|kill|abort|cancel|unsubscribe|unmount|detach|deactivate|disable|release|quit|finish|finali[sz]e|halt|pause|dismiss|unload|uninstall|deinit|exit|leave|unwatch|unbind|unlisten|unregister|detached)(?:[A-Z_]\w*)?|on[A-Z]?\w*(?:Destroy|Close|Stop|Shutdown|Dispose|Unload|Unmount|Disconnect|End)\w*|ngOnDestroy|onModuleDestroy|onApplicationShutdown|beforeApplicationShutdown|componentWillUnmount|disconnectedCallback|beforeUnmount|unmounted|beforeDestroy|destroyed|willDestroy|hostDisconnected|Symbol\.(?:asyncD|d)ispose)$/;

/** Whether a method name says that it ends something: `stop`, `closeAll`, `onModuleDestroy`, `Symbol.dispose`. */
export function isDisposerName(name: string): boolean {
  return disposerName.test(name);
}

/** The members of a class, grouped once. */
export function classShape(node: ClassNode, file: FileContext): ClassShape {
  return file.memo(buildClassShape, node);
}

export function findClassField(node: ClassNode, name: string, file: FileContext): ClassField | undefined {
  return classShape(node, file).fields.get(name);
}

function buildClassShape(node: ClassNode, file: FileContext): ClassShape {
  const fields = new Map<string, ClassField>();
  const methods = new Map<string, FunctionNode>();
  let constructorNode: ts.ConstructorDeclaration | undefined;
  const getField = (name: string): ClassField => {
    let field = fields.get(name);
    if (!field) {
      field = { name, declaration: undefined, isStatic: false, types: [], values: [], accesses: [] };
      fields.set(name, field);
    }
    return field;
  };

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
      if (value && isFunctionNode(value)) methods.set(name, value);
      const field = getField(name);
      field.declaration = member;
      field.isStatic = hasModifier(member, ts.SyntaxKind.StaticKeyword);
      if (member.type) field.types.push(member.type);
      if (member.initializer) field.values.push(member.initializer);
    } else if (isFunctionNode(member) && member.body && !methods.has(name)) {
      methods.set(name, member);
    }
  }

  for (const { access, name } of listThisAccesses(file).get(node) ?? []) {
    const field = getField(name);
    field.accesses.push(access);
    const { parent } = access;
    if (isAssignment(parent) && parent.left === access) {
      field.values.push(parent.right);
      addParameterType(parent.right, field, file);
    }
  }
  const disposers = [...methods].filter(([name]) => isDisposerName(name)).map(([, fn]) => fn);
  return { node, name: node.name?.text ?? '<class>', fields, methods, constructorNode, disposers };
}

/** `constructor(pool: Pool) { this.pool = pool }` tells the field's type. */
function addParameterType(value: ts.Expression, field: ClassField, file: FileContext): void {
  const from = skipWrappers(value);
  if (!ts.isIdentifier(from)) return;
  const declaration = file.bindingOf(from)?.declaration;
  if (declaration && ts.isParameter(declaration) && declaration.type) field.types.push(declaration.type);
}

interface ThisAccess {
  access: ts.PropertyAccessExpression | ts.ElementAccessExpression;
  name: string;
}

/** Every `this.x` and `ClassName.x` of the file by the class it belongs to; `const self = this` counts as `this`. */
function listThisAccesses(file: FileContext): Map<ClassNode, ThisAccess[]> {
  return file.memo(collectThisAccesses, file.source);
}

function collectThisAccesses(_: ts.SourceFile, file: FileContext): Map<ClassNode, ThisAccess[]> {
  const byClass = new Map<ClassNode, ThisAccess[]>();
  const add = (cls: ClassNode, access: ThisAccess['access'], name: string): void => {
    const list = byClass.get(cls);
    if (list) list.push({ access, name });
    else byClass.set(cls, [{ access, name }]);
  };
  const accesses = [
    ...file.nodesOfKind(ts.SyntaxKind.PropertyAccessExpression),
    ...file.nodesOfKind(ts.SyntaxKind.ElementAccessExpression),
  ] as ThisAccess['access'][];
  for (const access of accesses) {
    const name = findMemberName(access);
    if (name === undefined) continue;
    const cls = findClassOfReceiver(skipWrappers(access.expression), file);
    if (cls) add(cls, access, name);
  }
  for (const list of byClass.values()) list.sort((a, b) => a.access.pos - b.access.pos);
  return byClass;
}

function findClassOfReceiver(receiver: ts.Expression, file: FileContext): ClassNode | undefined {
  if (receiver.kind === ts.SyntaxKind.ThisKeyword) return findThisClass(receiver);
  if (!ts.isIdentifier(receiver)) return undefined;
  const binding = file.bindingOf(receiver);
  if (!binding) return undefined;
  const { declaration } = binding;
  if (ts.isClassDeclaration(declaration) || ts.isClassExpression(declaration)) return declaration;
  if (ts.isVariableDeclaration(declaration) && declaration.initializer) {
    const value = skipWrappers(declaration.initializer);
    if (value.kind === ts.SyntaxKind.ThisKeyword) return findThisClass(value);
  }
  return undefined;
}
