import type { FileContext } from '../../model/file-context.ts';
import type { SymbolRef } from '../../model/link.ts';
import {
  type ClassNode,
  type FunctionNode,
  findMemberName,
  findMemberPath,
  findMethodCall,
  findPropertyName,
  findThisClass,
  isClassNode,
  isFunctionNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { classShape, findSelf, findThisOwner } from './class-shape.ts';
import { isExternal } from './external-module.ts';
import { findFunctionOfBinding, ordinalOf } from './functions.ts';
import { listCommonJsExports } from './module-surface.ts';
import { findOrigin, type Origin } from './provenance.ts';
import { isBuiltInMember, isFrameworkName, isHolderName, isTellingName } from './telling-name.ts';

/** How a class's constructor is named among its methods; no written member can have this name. */
export const constructorMember = '<new>';

/** Any of what something holds, by whatever name: what a table gives for a key, all fields of a group. No written member can have this name. */
export const anyMember = '[*]';

/** What a call or a construction runs, if another place can be meant by it. */
export function targetOf(
  call: ts.CallExpression | ts.NewExpression,
  file: FileContext,
  classes: readonly ClassNode[],
): SymbolRef | undefined {
  if (ts.isNewExpression(call)) {
    const ref = refOf(call.expression, file, classes);
    if (ref?.kind === 'imported' || ref?.kind === 'local')
      return { ...ref, members: [...ref.members, constructorMember] };
    return undefined;
  }
  const callee = skipWrappers(call.expression);
  if (callee.kind === ts.SyntaxKind.SuperKeyword || callee.kind === ts.SyntaxKind.ImportKeyword) return undefined;
  return refOf(callee, file, classes);
}

/** {@link targetOf} for a rule, which has no list of classes at hand; else what is called after what the call is made on. */
export function findCallee(call: ts.CallExpression, file: FileContext): SymbolRef | undefined {
  const target = targetOf(call, file, listClasses(file));
  if (target) return target;
  const named = findNamed(call, file);
  return named?.holder === undefined ? undefined : named;
}

/** What a method call runs by names alone: `store.findOrdersOfCustomer()`, `userService.find()`, `rates.current()` of what is handed in. */
export function findNamed(
  call: ts.CallExpression | ts.NewExpression,
  file: FileContext,
): Extract<SymbolRef, { kind: 'named' }> | undefined {
  const target = findMethodCall(call);
  if (!target) return undefined;
  const { receiver, method: member } = target;
  const name = ts.isIdentifier(receiver) ? receiver.text : findMemberName(receiver);
  const isHolder = name !== undefined && (isHolderName(name) || isHandedIn(receiver, name, member, file));
  const holder = isHolder ? name : undefined;
  if (holder === undefined && !isTellingName(member)) return undefined;
  return { kind: 'named', member, ...(holder !== undefined && { holder }) };
}

/** A value that the file does not tell the type of, and that is none of what frameworks hand in. */
function isHandedIn(receiver: ts.Expression, name: string, member: string, file: FileContext): boolean {
  return !isFrameworkName(name) && !isBuiltInMember(member) && !findOrigin(receiver, file);
}

/** The classes of a file in source order: the place in this list is what a summary calls them by. */
export function listClasses(file: FileContext): ClassNode[] {
  return [...file.nodes('ClassDeclaration'), ...file.nodes('ClassExpression')].sort((a, b) => a.pos - b.pos);
}

/** What a callee or a handed-over value names, if another place can be meant by it. */
export function refOf(
  expression: ts.Expression,
  file: FileContext,
  classes: readonly ClassNode[],
): SymbolRef | undefined {
  const value = skipWrappers(expression);
  if (isFunctionNode(value)) return undefined;
  if (ts.isIdentifier(value)) {
    const binding = file.bindingOf(value);
    const fn = binding && findFunctionOfBinding(binding);
    if (fn) return { kind: 'function', fn: ordinalOf(fn, file) };
  }
  const member = findMemberName(value);
  if (member !== undefined) {
    const own = isOwnExports(value as ts.PropertyAccessExpression) ? findOwnExport(member, file) : undefined;
    if (own && isFunctionNode(own)) return { kind: 'function', fn: ordinalOf(own, file) };
    if (own && ts.isIdentifier(own)) return refOf(own, file, classes);
    const receiver = skipWrappers((value as ts.PropertyAccessExpression).expression);
    const isSuper = receiver.kind === ts.SyntaxKind.SuperKeyword;
    const cls = isSuper || receiver.kind === ts.SyntaxKind.ThisKeyword ? findThisClass(value) : undefined;
    if (cls) return { kind: 'method', class: classes.indexOf(cls), member, ...(isSuper && { isSuper }) };
    const method = findMethodOfSelf(receiver, member, file);
    if (method) return { kind: 'function', fn: ordinalOf(method, file), isOfSelf: true };
  }
  return refOfOrigin(findOrigin(value, file));
}

/** `this.find`, `self.find` in the methods of a prototype or of an object: a function that they have beside them. */
function findMethodOfSelf(receiver: ts.Expression, member: string, file: FileContext): FunctionNode | undefined {
  const self = findSelf(receiver, file);
  const owner = self && findThisOwner(self, file);
  return owner && !isClassNode(owner) ? classShape(owner, file).methods.get(member) : undefined;
}

/** `exports.find`, `module.exports.find` */
function isOwnExports({ expression }: ts.PropertyAccessExpression): boolean {
  if (ts.isIdentifier(expression)) return expression.text === 'exports';
  return findMemberName(expression) === 'exports' && findMemberPath(expression)?.join('.') === 'module.exports';
}

/** What this file exports by a name, the CommonJS way. */
function findOwnExport(name: string, file: FileContext): ts.Node | undefined {
  for (const one of listCommonJsExports(file)) {
    const value = skipWrappers(one.value);
    if (one.name === name) return value;
    if (one.name !== 'default' || !ts.isObjectLiteralExpression(value)) continue;
    const property = value.properties.find((other) => findPropertyName(other.name) === name);
    if (!property) continue;
    if (ts.isPropertyAssignment(property)) return skipWrappers(property.initializer);
    return ts.isShorthandPropertyAssignment(property) ? property.name : property;
  }
  return undefined;
}

/** `['Service', 'new', 'find']` → members `['find']` of `Service`; `'()'` stands for what a member gives when it is called. */
export function refOfOrigin(origin: Origin | undefined): SymbolRef | undefined {
  return origin?.path.at(-1) === '()' ? undefined : refOfMade(origin);
}

/** As {@link refOfOrigin}, also of what a call gives. */
export function refOfMade(origin: Origin | undefined): SymbolRef | undefined {
  if (!origin || origin.module === '') return undefined;
  const [name, ...steps] = origin.path;
  const members = steps.filter((step) => step !== 'new');
  if (name === undefined || members.filter((member) => member !== '()').length > 3) return undefined;
  if (origin.module === '.') return { kind: 'local', name, members };
  return isExternal(origin.module) ? undefined : { kind: 'imported', module: origin.module, name, members };
}
