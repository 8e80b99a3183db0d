import type { Binding, FileContext } from '../model/file-context.ts';
import type { ClassShape } from './class-shape.ts';
import { emitterLifeOf } from './emitter-lifetime.ts';
import { findEntryPoint } from './entry-points.ts';
import { findImport } from './provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  getOutermostWrapped,
  isAssignment,
  nameOfFunction,
  rootOfMembers,
  skipWrappers,
} from './syntax.ts';
import { ts } from './ts.ts';
import { frequencyOf, isStartup } from './where.ts';

const beginning =
  /^_*(?:start|init|connect|open|setup|launch|boot|bootstrap|register|configure|create|build|get|load|install|mount|publish|restore)/i;

/**
 * `1:Query` for `new Query(sql, this.client)` in a function that runs many times: what such a Query is handed outlives
 * it. Parts that are kept in a field live as long as what they are handed.
 */
export function listLentArguments(file: FileContext): ReadonlySet<string> {
  const lent = new Set<string>();
  for (const node of file.nodes('NewExpression')) {
    const callee = skipWrappers(node.expression);
    const binding = ts.isIdentifier(callee) ? file.bindingOf(callee) : undefined;
    const fn = findEnclosingFunction(node);
    if (!binding || !fn || !node.arguments?.length || isKeptInField(node) || !runsOften(node, fn, file)) continue;
    const isHandled = isInHandler(node, file);
    node.arguments.forEach((argument, index) => {
      const life = emitterLifeOf(argument, fn, file);
      if (life === 'field' || life === 'self' || life === 'kept' || (life === 'process' && isHandled))
        lent.add(`${index}:${classNameOf(binding)}`);
    });
  }
  return lent;
}

/** Names of the classes that this file makes at module level, in what that calls, or once for good: of which there is one. */
export function listMadeOnce(file: FileContext): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of file.nodes('NewExpression')) {
    const callee = skipWrappers(node.expression);
    const binding = ts.isIdentifier(callee) ? file.bindingOf(callee) : undefined;
    if (binding && (frequencyOf(node, file) === 'once' || isLatched(node, file))) names.add(classNameOf(binding));
  }
  return names;
}

/** The name that its own file gives a class. */
function classNameOf(binding: Binding): string {
  const imported = findImport(binding)?.name;
  return imported && /^\w+$/.test(imported) && imported !== 'default' ? imported : binding.name;
}

function isInHandler(node: ts.Node, file: FileContext): boolean {
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    if (findEntryPoint(fn, file)) return true;
  }
  return false;
}

function runsOften(node: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  if (frequencyOf(node, file) !== 'call' || isStartup(fn)) return false;
  for (let at: FunctionNode | undefined = fn; at; at = findEnclosingFunction(at)) {
    if (ts.isConstructorDeclaration(at) || beginning.test(nameOfFunction(at))) return false;
  }
  return true;
}

function isKeptInField(node: ts.Node): boolean {
  let { parent } = getOutermostWrapped(node);
  while (ts.isAwaitExpression(parent) || (ts.isBinaryExpression(parent) && !isAssignment(parent)))
    parent = parent.parent;
  return isAssignment(parent) && findMemberName(skipWrappers(parent.left)) !== undefined;
}

/** Which argument of its constructor an owner's emitter is: `client`, `this.client`; undefined when it is none. */
export function findGivenArgument(emitter: ts.Expression, shape: ClassShape, file: FileContext): number | undefined {
  const { constructorNode } = shape;
  const path = findMemberPath(skipWrappers(emitter));
  if (!constructorNode || !path) return undefined;
  const names = constructorNode.parameters.map(({ name }) => (ts.isIdentifier(name) ? name.text : undefined));
  const indexOf = (name: string): number | undefined => {
    const index = names.indexOf(name);
    return index < 0 ? undefined : index;
  };
  if (path.length === 1) {
    const declared = rootBinding(emitter, file);
    return declared && ts.isParameter(declared) && declared.parent === constructorNode ? indexOf(path[0]!) : undefined;
  }
  if (path.length > 2 || !/^(?:this|self|that|_this|me)$/.test(path[0]!)) return undefined;
  const field = shape.fields.get(path[1]!);
  if (field?.declaration && ts.isParameter(field.declaration)) return indexOf(field.name);
  for (const value of field?.values ?? []) {
    const from = skipWrappers(value);
    const declared = ts.isIdentifier(from) ? rootBinding(from, file) : undefined;
    if (declared && ts.isParameter(declared) && declared.parent === constructorNode)
      return indexOf((from as ts.Identifier).text);
  }
  return undefined;
}

function rootBinding(expression: ts.Expression, file: FileContext): ts.Node | undefined {
  const at = skipWrappers(expression);
  return ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
}

/** `shared ??= new X()` and `if (!X.instance) X.instance = new X()`, where the module or a class of it keeps it. */
function isLatched(node: ts.NewExpression, file: FileContext): boolean {
  const assignment = getOutermostWrapped(node).parent;
  if (!isAssignment(assignment) || skipWrappers(assignment.right) !== node) return false;
  const kept = skipWrappers(assignment.left);
  const root = rootOfMembers(kept);
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  if (!ts.isIdentifier(root) || (binding && findEnclosingFunction(binding.identifier))) return false;
  if (/^(?:\?\?|\|\|)=$/.test(assignment.operatorToken.getText(file.source))) return true;
  const asked = kept.getText(file.source);
  for (let at: ts.Node = assignment; at.parent && !ts.isFunctionLike(at); at = at.parent) {
    const { parent } = at;
    if (!ts.isIfStatement(parent) || parent.thenStatement !== at) continue;
    const test = parent.expression.getText(file.source).replace(/\s/g, '');
    if (test === `!${asked}` || test.startsWith(`${asked}==`) || test === `typeof${asked}==='undefined'`) return true;
  }
  return false;
}
