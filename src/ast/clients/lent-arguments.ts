import type { Binding, FileContext } from '../../model/file-context.ts';
import { emitterLifeOf } from '../life/emitter-lifetime.ts';
import { eventKindOf } from '../listeners/event-kind.ts';
import { findListenerAdd } from '../listeners/listener-calls.ts';
import { isConstructorOfClosures } from '../listeners/listener-of-closure.ts';
import type { ClassShape } from '../names/class-shape.ts';
import { findImport } from '../names/provenance.ts';
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
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findEntryPoint } from '../where/entry-points.ts';
import { listRootComponents } from '../where/root-components.ts';
import { frequencyOf, isStartup } from '../where/where.ts';

const beginning =
  /^_*(?:start|init|connect|open|setup|launch|boot|bootstrap|register|configure|create|build|get|load|install|mount|publish|restore)/i;
/** Makes one for whoever asks: `openChannel`, `createReceiver`. */
const making = /^_*(?:open|create|build)[A-Z]/;
/** Makes something for a module to keep. */
const factory = /^(?:create|make|build|init|setup|start|open|connect|get)[A-Z]/;
/** What a class makes an instance of itself by. */
const staticMaker = /^(?:create|make|build|init|open|start|connect)(?![a-z])/;
const selfName = /^_?(?:self|that|me|_?this)$/;

/**
 * `1:Query` for `new Query(sql, this.client)` in a function that runs many times: what such a Query is handed outlives
 * it. Parts that are kept in a field live as long as what they are handed; those that are kept by a key are many.
 */
export function listLentArguments(file: FileContext): ReadonlySet<string> {
  const lent = new Set<string>();
  for (const node of file.nodes('NewExpression')) {
    const callee = skipWrappers(node.expression);
    const binding = ts.isIdentifier(callee) ? file.bindingOf(callee) : undefined;
    const fn = findEnclosingFunction(node);
    if (!binding || !fn || !node.arguments?.length || isKeptInField(node, file) || !runsOften(node, fn, file)) continue;
    const isHandled = isInHandler(node, file);
    node.arguments.forEach((argument, index) => {
      const life = isSelf(argument) ? 'self' : emitterLifeOf(argument, fn, file);
      const isOfWhole = life === 'outer' && isHandedToConstructor(argument, file);
      if (/^(?:field|self|kept)$/.test(life) || isOfWhole || (life === 'process' && isHandled))
        lent.add(`${index}:${classNameOf(binding)}`);
    });
  }
  return lent;
}

/**
 * Names of the classes that this file makes at module level, in what that calls, or once for good: of which there is one.
 * Those of the functions, too, that it calls so to have something made, and of the components at the root of a page.
 */
export function listMadeOnce(file: FileContext): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of file.nodes('NewExpression')) {
    const callee = skipWrappers(node.expression);
    const binding = ts.isIdentifier(callee) ? file.bindingOf(callee) : undefined;
    if (binding && (frequencyOf(node, file) === 'once' || isLatched(node, file))) names.add(classNameOf(binding));
  }
  for (const call of file.nodes('CallExpression')) {
    const callee = skipWrappers(call.expression);
    const cls = findClassOfMaker(callee);
    const made = cls && file.bindingOf(cls);
    if (made && frequencyOf(call, file) === 'once') names.add(classNameOf(made));
    if (!ts.isIdentifier(callee) || !factory.test(callee.text) || findEnclosingFunction(call)) continue;
    const binding = file.bindingOf(callee);
    if (binding) names.add(classNameOf(binding));
  }
  for (const binding of listRootComponents(file)) names.add(classNameOf(binding));
  return names;
}

/** `Relay` of `Relay.create(options)`. */
function findClassOfMaker(callee: ts.Expression): ts.Identifier | undefined {
  if (!ts.isPropertyAccessExpression(callee) || !staticMaker.test(callee.name.text)) return undefined;
  const cls = skipWrappers(callee.expression);
  return ts.isIdentifier(cls) && /^[A-Z]/.test(cls.text) ? cls : undefined;
}

/** Names of the classes of which some owner keeps one that it makes when it is first asked for: `this.mail ??= new Mail()`. */
export function listKeptOnce(file: FileContext): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of file.nodes('NewExpression')) {
    const callee = skipWrappers(node.expression);
    const binding = ts.isIdentifier(callee) ? file.bindingOf(callee) : undefined;
    const { parent } = getOutermostWrapped(node);
    // A variable of a function keeps nothing: `let room = rooms.get(id); if (!room) room = new Room();`.
    const isField = isAssignment(parent) && ts.isPropertyAccessExpression(skipWrappers(parent.left));
    if (binding && isField && isKeptUnlessThere(node, file)) names.add(classNameOf(binding));
  }
  return names;
}

/** `host` in `function Channel(host) { this.publish = function () { new Session(host); }; }`. */
function isHandedToConstructor(argument: ts.Expression, file: FileContext): boolean {
  const at = skipWrappers(argument);
  const binding = ts.isIdentifier(at) ? file.bindingOf(at) : undefined;
  const home = binding?.kind === 'parameter' ? findEnclosingFunction(binding.identifier) : undefined;
  return home !== undefined && isConstructorOfClosures(home, file);
}

/** The name that its own file gives a class. */
export function classNameOf(binding: Binding): string {
  const imported = findImport(binding)?.name;
  return imported && /^\w+$/.test(imported) && imported !== 'default' ? imported : binding.name;
}

function isInHandler(node: ts.Node, file: FileContext): boolean {
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    if (findEntryPoint(fn, file)) return true;
  }
  return false;
}

function runsOften(node: ts.NewExpression, fn: FunctionNode, file: FileContext): boolean {
  if (frequencyOf(node, file) !== 'call' || isStartup(fn, file)) return false;
  for (let at: FunctionNode | undefined = fn; at; at = findEnclosingFunction(at)) {
    if (isHandlerOfMany(at, file)) return true;
    if (ts.isConstructorDeclaration(at)) return false;
    const name = nameOfFunction(at);
    // `publish(channel, message)` hands a message on; `publish()` makes a service known.
    const isOfMessage = /^_*publish$/.test(name) && at.parameters.length > 1;
    if (beginning.test(name) && !isOfMessage && !(making.test(name) && (isGivenOut(node, file) || isKeptByKey(node))))
      return false;
  }
  return true;
}

function isKeptInField(node: ts.NewExpression, file: FileContext): boolean {
  const isField = (at: ts.Node): boolean => {
    let { parent } = getOutermostWrapped(at);
    while (ts.isAwaitExpression(parent) || (ts.isBinaryExpression(parent) && !isAssignment(parent)))
      parent = parent.parent;
    return isAssignment(parent) && parent.left !== at && findMemberName(skipWrappers(parent.left)) !== undefined;
  };
  return isField(node) || listUsesOf(node, file).some(isField);
}

/** `this.rooms[id] = new Room(…)`, `this.rooms.set(id, new Room(…))`. */
function isKeptByKey(node: ts.NewExpression): boolean {
  const { parent } = getOutermostWrapped(node);
  if (ts.isCallExpression(parent)) return parent.arguments.length === 2 && findMemberName(parent.expression) === 'set';
  const left = isAssignment(parent) ? skipWrappers(parent.left) : undefined;
  return left !== undefined && ts.isElementAccessExpression(left) && findMemberName(left) === undefined;
}

/** `parser.on('channel', …)`: whatever the function around it begins, it runs for each of them. */
function isHandlerOfMany(fn: FunctionNode, file: FileContext): boolean {
  const { parent } = getOutermostWrapped(fn);
  const add = ts.isCallExpression(parent) ? findListenerAdd(parent, file) : undefined;
  return add !== undefined && !/once/i.test(add.method) && eventKindOf(add.event) === 'recurring';
}

/** `return new Channel(…)`, `callback(null, new Channel(…))`. */
function isGivenOut(node: ts.NewExpression, file: FileContext): boolean {
  return [node, ...listUsesOf(node, file)].some((at) => {
    const { parent } = getOutermostWrapped(at);
    if (ts.isReturnStatement(parent)) return true;
    if (!ts.isCallExpression(parent) || !ts.isIdentifier(parent.expression)) return false;
    return file.bindingOf(parent.expression)?.kind === 'parameter';
  });
}

/** Where the variable is used that holds what is made. */
function listUsesOf(node: ts.NewExpression, file: FileContext): readonly ts.Node[] {
  const { parent } = getOutermostWrapped(node);
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return [];
  return file.bindingOf(parent.name)?.references ?? [];
}

/** `self` in a function within a method, or handed to a helper, is the instance. */
function isSelf(argument: ts.Expression): boolean {
  const at = skipWrappers(argument);
  return ts.isIdentifier(at) && selfName.test(at.text);
}

/** An argument of a constructor, or what it holds. */
export interface Given {
  index: number;
  /** The emitter is a member of it: `client.socket`. */
  isMember: boolean;
}

/** Which argument of its constructor an owner's emitter is, or is a member of; undefined when it is none. */
export function findGivenArgument(emitter: ts.Expression, shape: ClassShape, file: FileContext): Given | undefined {
  const path = findMemberPath(skipWrappers(emitter));
  if (!path) return undefined;
  if (!/^(?:this|self|that|_this|me)$/.test(path[0]!)) return findParameter(emitter, shape, file);
  const field = shape.fields.get(path[1] ?? '');
  if (!field || path.length > 3) return undefined;
  const { constructorNode } = shape;
  const own = field.declaration && constructorNode?.parameters.indexOf(field.declaration as ts.ParameterDeclaration);
  const isDeclared = own !== undefined && own >= 0;
  const givens = field.values.flatMap((value) => findParameter(value, shape, file) ?? []);
  const given = isDeclared ? { index: own, isMember: false } : givens[0];
  if (!given || (given.isMember && path.length > 2)) return undefined;
  return { index: given.index, isMember: given.isMember || path.length > 2 };
}

/** `client` and `client.socket`, where `client` is a parameter of the constructor. */
function findParameter(value: ts.Expression, { constructorNode }: ClassShape, file: FileContext): Given | undefined {
  const path = findMemberPath(skipWrappers(value));
  const root = rootOfMembers(skipWrappers(value));
  const declared = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  if (!constructorNode || !path || path.length > 2 || !declared || !ts.isParameter(declared)) return undefined;
  const index = constructorNode.parameters.indexOf(declared);
  return index < 0 || !ts.isIdentifier(declared.name) ? undefined : { index, isMember: path.length > 1 };
}

/** As {@link isKeptUnlessThere}, where the module or a class of it keeps it. */
function isLatched(node: ts.NewExpression, file: FileContext): boolean {
  const assignment = getOutermostWrapped(node).parent;
  if (!isAssignment(assignment)) return false;
  const root = rootOfMembers(skipWrappers(assignment.left));
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  if (!ts.isIdentifier(root) || (binding && findEnclosingFunction(binding.identifier))) return false;
  return isKeptUnlessThere(node, file);
}

/** `shared ??= new X()` and `if (!X.instance) X.instance = new X()`. */
function isKeptUnlessThere(node: ts.NewExpression, file: FileContext): boolean {
  const assignment = getOutermostWrapped(node).parent;
  if (!isAssignment(assignment) || skipWrappers(assignment.right) !== node) return false;
  const kept = skipWrappers(assignment.left);
  if (ts.isElementAccessExpression(kept)) return false;
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
