import type { ClassShape } from '../../src/ast/names/class-shape.ts';
import { type FunctionNode, findMethodCall, isWithin, skipAwait } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';

/** A class that lends what it makes. */
interface PoolClass {
  shape: ClassShape;
  acquire: FunctionNode;
  /** The field that holds what it lends. */
  store: string;
}

/** The parts of a pool's class that its replacement is wired from. */
export interface PoolWiring {
  create: string;
  destroy: string;
  resourceType: string | undefined;
  max: string;
}

const defaultMax = 10;
const creationName = /^(?:create|connect|open|make|build|launch|dial|factory)/i;

/** How a pool's class makes, ends and counts what it lends; a reason where it does not show. */
export function wirePool({ shape, acquire, store }: PoolClass, file: FileContext): PoolWiring | string {
  const cls = shape.node;
  const inClass = (node: ts.Node): boolean => isWithin(node, cls);
  const own = findOwnCreation(shape, acquire, store, file);
  const creations = file
    .nodes('AwaitExpression')
    .filter((node) => inClass(node) && isCreation(skipAwait(node.expression), shape));
  if (!own && creations.length !== 1) return 'how a resource is made is not one expression';
  const creation = own ?? skipAwait(creations[0]!.expression);
  if (namesLocals(creation, cls, file)) return 'how a resource is made depends on local values';
  const destroy = findDestruction(shape, acquire, file);
  if (destroy === undefined) return 'how a resource is ended is not known';
  return {
    create: creation.getText(file.source),
    destroy,
    resourceType: resourceTypeOf(acquire, file),
    max: findMaximum(shape, store, file),
  };
}

/** `await this.open()`, where `open` makes a resource and leaves the books to the caller. */
function findOwnCreation(
  shape: ClassShape,
  acquire: FunctionNode,
  store: string,
  file: FileContext,
): ts.Expression | undefined {
  for (const node of file.nodes('AwaitExpression')) {
    const call = skipAwait(node.expression);
    const target = isWithin(node, acquire) ? findMethodCall(call) : undefined;
    if (target?.receiver.kind !== ts.SyntaxKind.ThisKeyword || !creationName.test(target.method)) continue;
    const method = shape.methods.get(target.method);
    const accesses = shape.fields.get(store)?.accesses ?? [];
    if (method && !accesses.some((access) => isWithin(access, method))) return call;
  }
  return undefined;
}

function isCreation(node: ts.Expression, shape: ClassShape): boolean {
  const target = findMethodCall(node);
  if (!target || !creationName.test(target.method)) return false;
  // `await this.open()` is the class's own helper; the creation is inside of it.
  return target.receiver.kind !== ts.SyntaxKind.ThisKeyword || !shape.methods.has(target.method);
}

function namesLocals(node: ts.Node, cls: ts.Node, file: FileContext): boolean {
  let found = false;
  const visit = (at: ts.Node): void => {
    const binding = ts.isIdentifier(at) ? file.bindingOf(at) : undefined;
    if (binding && isWithin(binding.identifier, cls)) found = true;
    ts.forEachChild(at, visit);
  };
  visit(node);
  return found;
}

/** `this.factory.destroy(client)` → `(resource) => this.factory.destroy(resource)`; `client.end()` → `(resource) => resource.end()`. */
function findDestruction(shape: ClassShape, acquire: FunctionNode, file: FileContext): string | undefined {
  for (const call of file.nodes('CallExpression')) {
    if (!isWithin(call, shape.node) || isWithin(call, acquire)) continue;
    const target = findMethodCall(call);
    if (!target || !/^(?:destroy|end|close|disconnect|terminate|quit|dispose)/.test(target.method)) continue;
    const receiver = target.receiver.getText(file.source);
    if (receiver.startsWith('this.') && call.arguments.length === 1)
      return `(resource) => ${receiver}.${target.method}(resource)`;
    if (!receiver.startsWith('this') && call.arguments.length === 0) return `(resource) => resource.${target.method}()`;
  }
  return undefined;
}

function resourceTypeOf(acquire: FunctionNode, file: FileContext): string | undefined {
  const type = acquire.type;
  if (!type || !ts.isTypeReferenceNode(type)) return undefined;
  return type.typeArguments?.[0]?.getText(file.source);
}

/** The right side of the comparison with the number of connections; ten where there is none. */
function findMaximum(shape: ClassShape, store: string, file: FileContext): string {
  for (const node of file.nodes('BinaryExpression')) {
    if (!isWithin(node, shape.node)) continue;
    const { kind } = node.operatorToken;
    const isBelow = kind === ts.SyntaxKind.LessThanToken || kind === ts.SyntaxKind.GreaterThanEqualsToken;
    const right = node.right.getText(file.source);
    if (
      isBelow &&
      node.left.getText(file.source).includes(store) &&
      /^(?:this\.[\w.]+|[A-Z_][A-Z\d_]*|\d+)$/.test(right)
    )
      return right;
  }
  return String(defaultMax);
}
