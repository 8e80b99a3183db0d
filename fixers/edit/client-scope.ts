import { findImport } from '../../src/ast/names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isWithin,
  rootOf,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { isSettled } from '../../src/ast/where/made-per-call.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import type { Skip } from '../../src/model/fixer.ts';
import type { Client } from './shared-client.ts';
import { getTopLevelStatement } from './statement-of.ts';

/** Where a client that all calls of a function share is to be known. */
export interface ClientScope {
  /** The function that declares what the client is made from and sets up routes with it; undefined for the module. */
  owner: FunctionNode | undefined;
  /** Whether it can be made where it is made now only, because it is made from names that are not set ahead of that. */
  isLate: boolean;
  /** Whether it is made from nothing that its function has worked out. */
  isStatic: boolean;
}

/** The scope of a client that `fn` makes, or why each call needs its own. */
export function findClientScope(creation: Client['creation'], fn: FunctionNode, file: FileContext): ClientScope | Skip {
  const args = creation.arguments ?? [];
  if (args.some(usesThis))
    return { skip: 'it is made from what its object was given: keep it in a field of that object' };
  const uses = args.flatMap((argument) => listOuterNames(argument, file));
  const own = uses.filter((use) => isWithin(bindingOf(use, file).identifier, fn));
  const passing = own.find((use) => !isFixed(use, fn, file));
  const between = uses.filter((use) => !own.includes(use) && bindingOf(use, file).scope !== file.moduleScope);
  const differing = passing ?? between.find((use) => !isOfRoutes(bindingOf(use, file), fn));
  if (differing)
    return {
      skip: `it is made from \`${differing.text}\`, which may differ from call to call: keep one for each value, in a map with a bound`,
    };
  const owners = between.map((use) => findEnclosingFunction(bindingOf(use, file).identifier)!);
  const owner = owners.sort((a, b) => b.pos - a.pos)[0];
  const home = getTopLevelStatement(fn);
  const isLate = listOuterNames(creation, file).some((use) => isSetBelow(bindingOf(use, file), home, file));
  const isMoving =
    uses.some((use) => isReset(bindingOf(use, file), file)) || args.some((one) => asksProject(one, file));
  return { owner, isLate: isLate || isMoving, isStatic: own.length === 0 && !isMoving };
}

/** Whether the module knows what makes the client: it does not know `Pool` of `const { Pool } = await import('pg')`. */
export function isKnownToModule({ expression }: Client['creation'], file: FileContext): boolean {
  const root = rootOf(expression);
  return ts.isIdentifier(root) && file.bindingOf(root)?.scope === file.moduleScope;
}

/** A variable that a function sets: it may have another value with each call. */
function isReset({ writes, scope }: Binding, file: FileContext): boolean {
  return scope === file.moduleScope && writes.some((write) => findEnclosingFunction(write) !== undefined);
}

/** Whether a function of the project is asked, or one that tells of who asks: `getTenant().region`. */
function asksProject(node: ts.Node, file: FileContext): boolean {
  const callee = ts.isCallExpression(node) ? skipWrappers(node.expression) : undefined;
  const binding = callee && ts.isIdentifier(callee) ? file.bindingOf(callee) : undefined;
  const module = binding && findImport(binding)?.module;
  // `setting('REGION')`
  const isNamed =
    ts.isCallExpression(node) && node.arguments.length > 0 && node.arguments.every(ts.isStringLiteralLike);
  if (binding && !isNamed && (module === undefined ? binding.kind === 'function' : /^[.@~#]\/|^\.|^#/.test(module)))
    return true;
  if (callee && /^getStore$|current|session|tenant|token/i.test(findMemberName(callee) ?? '')) return true;
  return ts.forEachChild(node, (child) => asksProject(child, file)) ?? false;
}

function usesThis(node: ts.Node): boolean {
  return node.kind === ts.SyntaxKind.ThisKeyword || (ts.forEachChild(node, usesThis) ?? false);
}

/** The identifiers of an expression that stand for what is declared outside of it. */
function listOuterNames(expression: ts.Node, file: FileContext): ts.Identifier[] {
  const names: ts.Identifier[] = [];
  const visit = (node: ts.Node): void => {
    const binding = ts.isIdentifier(node) ? file.bindingOf(node) : undefined;
    if (binding && !isWithin(binding.identifier, expression)) names.push(node as ts.Identifier);
    ts.forEachChild(node, visit);
  };
  visit(expression);
  return names;
}

/** Whether each call of the function gives a name the same value. */
function isFixed(use: ts.Identifier, fn: FunctionNode, file: FileContext): boolean {
  const { declaration, references } = bindingOf(use, file);
  let of = declaration;
  // `const { region } = settings;`
  while (ts.isBindingElement(of)) of = of.parent.parent;
  const value = ts.isVariableDeclaration(of) ? of.initializer : undefined;
  if (!value || !isSettled(use, fn, file) || references.some(isChanged)) return false;
  const own = listOuterNames(value, file).filter((name) => isWithin(bindingOf(name, file).identifier, fn));
  return own.every((name) => isFixed(name, fn, file));
}

/** `options.region = region`, `list.push(one)`, `Object.assign(options, more)`: perhaps in some circumstances only. */
function isChanged(use: ts.Identifier): boolean {
  let at: ts.Node = use;
  while (ts.isPropertyAccessExpression(at.parent) && at.parent.expression === at) at = at.parent;
  const { parent } = at;
  if (ts.isCallExpression(parent)) return at !== use || parent.expression !== use;
  return isAssignment(parent) && parent.left === at;
}

function bindingOf(name: ts.Identifier, file: FileContext): Binding {
  return file.bindingOf(name)!;
}

/** Whether it belongs to a function that hands `fn` to a route: that runs once, while the service is set up. */
function isOfRoutes({ identifier, scope, writes }: Binding, fn: FunctionNode): boolean {
  const owner = findEnclosingFunction(identifier);
  const target = findMethodCall(getOutermostWrapped(fn).parent);
  if (!owner || !target || writes.length > 0 || (scope.node !== owner && scope.node !== owner.body)) return false;
  const [path] = target.call.arguments;
  const isRoute = /^(?:all|delete|get|patch|post|put|use)$/.test(target.method) && path && ts.isStringLiteralLike(path);
  return isRoute === true && findEnclosingFunction(target.call) === owner;
}

/** A const below `home`, or in it, is not set yet when the module gets there. */
function isSetBelow({ kind, identifier }: Binding, home: ts.Statement, file: FileContext): boolean {
  const isOfModule = file.moduleScope.bindings.get(identifier.text)?.identifier === identifier;
  if (isOfModule && /^(?:function|import|type)$/.test(kind)) return false;
  return identifier.pos > home.pos;
}
