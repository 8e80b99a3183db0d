import type { FileContext } from '../../model/file-context.ts';
import type { ClassShape } from '../names/class-shape.ts';
import {
  type FunctionNode,
  findEnclosingClass,
  getOutermostWrapped,
  hasModifier,
  isClassNode,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { keepsItsOnly } from '../where/singleton.ts';
import { lifeOf } from './life-cycle.ts';

/** Ends a part of what is named, or one of many: the owner's end only where it needs no telling which. */
const partEnd = /^_*(?:stop|close|destroy|dispose|shutdown|teardown|terminate)[A-Z]?\w*$/;

/** Best first. Names such as `reset`, `pause` or `clear` may be called in mid-life and are no end. */
const ends: readonly RegExp[] = [
  /^(?:componentWillUnmount|disconnectedCallback|ngOnDestroy|onModuleDestroy|beforeUnmount|beforeDestroy|willDestroy)$/,
  /^_*(?:dispose|destroy|Symbol\.dispose|Symbol\.asyncDispose)$/,
  /^_*close$/,
  /^_*stop$/,
  /^_*(?:shutdown|shutDown|teardown|tearDown|terminate|disconnect|quit|halt|unmount|deinit|exit|end|kill|detach)$/,
  /^(?:onApplicationShutdown|beforeApplicationShutdown|onDestroy|onStop|onClose|onShutdown)$/,
  /^_*(?:cleanup|cleanUp)(?:All|Resources?|Timers?|Intervals?|Listeners?|Handles?)?$/,
  partEnd,
];

/** The method that ends what `startedIn` began: `stop` for `start`, else the one that ends the owner for good. */
export function findDisposer(
  disposers: readonly FunctionNode[],
  startedIn: FunctionNode | undefined,
): FunctionNode | undefined {
  const usable = disposers.filter((fn) => fn.body && ts.isBlock(fn.body) && !isStatic(fn));
  const start = startedIn && /^_*(?:start|open|connect)$/.exec(nameOfFunction(startedIn))?.[0];
  const twin = { start: 'stop', open: 'close', connect: 'disconnect' }[start?.replace(/^_+/, '') ?? ''];
  const byTwin = usable.find((fn) => nameOfFunction(fn) === twin);
  if (byTwin) return byTwin;
  for (const end of ends) {
    const found = usable.find(
      (fn) => end.test(nameOfFunction(fn)) && (end !== partEnd || endsOwner(fn)) && !isOwnReaction(fn),
    );
    if (found) return found;
  }
  return undefined;
}

/** `onClose` of `socket.on('close', () => this.onClose())`: what its own class runs when a part is lost ends nobody. */
function isOwnReaction(fn: FunctionNode): boolean {
  const name = nameOfFunction(fn);
  return name.startsWith('on') && new RegExp(`\\bthis\\.${name}\\b`).test(fn.getSourceFile().text);
}

const wholeEnd =
  /^(?:componentWillUnmount|disconnectedCallback|ngOnDestroy|onModuleDestroy|beforeUnmount|beforeDestroy|willDestroy|(?:onA|beforeA)pplicationShutdown|on(?:Destroy|Stop|Close|Shutdown)|_*(?:dispose|destroy|Symbol\.dispose|Symbol\.asyncDispose|close|stop|shutdown|shutDown|teardown|tearDown|terminate|disconnect|quit|halt|unmount|deinit|exit|end|kill|detach|cleanup|cleanUp)(?:All|Async|Sync|Now|Gracefully|Everything|Internal|Impl|Resources?|Connections?|Handles?|Listeners?|Timers?|Intervals?)?)$/;

/** Whether an end has no object of its own, as `closeConfirmWindow` has: it ends all that its owner is. */
export function endsWhole(fn: FunctionNode): boolean {
  return wholeEnd.test(nameOfFunction(fn).replace(/^#/, ''));
}

/** `stopClient` of a `ChatClient`: an end that names what it is called on. */
export function isNamedAfter(fn: FunctionNode, owner: string): boolean {
  const [, what] =
    /^_*(?:close|stop|disconnect|destroy|dispose|shutdown|terminate)([A-Z]\w*)$/.exec(nameOfFunction(fn)) ?? [];
  return what !== undefined && owner.endsWith(what);
}

/** Whether an owner has an end of its own: a method that is given an item ends that item. */
export function hasEnd({ disposers }: Pick<ClassShape, 'disposers'>): boolean {
  return findDisposer(disposers.filter(endsOwner), undefined) !== undefined;
}

function endsOwner({ parameters }: FunctionNode): boolean {
  return parameters.every(
    ({ initializer, questionToken, name }) =>
      initializer !== undefined ||
      questionToken !== undefined ||
      /^_|^(?:cb|callback|done|next|err|error|code|reason|signal|options|opts|force)$/.test(name.getText()),
  );
}

function isStatic(fn: FunctionNode): boolean {
  return hasModifier(fn, ts.SyntaxKind.StaticKeyword);
}

/** The method of an owner that a place stands in, through the callbacks in it. */
export function findMethodAround(node: ts.Node, shape: ClassShape): FunctionNode | undefined {
  const methods = new Set<ts.Node>(shape.methods.values());
  if (shape.constructorNode) methods.add(shape.constructorNode);
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) if (methods.has(at)) return at as FunctionNode;
  return undefined;
}

/**
 * Names of the classes that this file makes inside an owner with an end of its own (`close`, `stop`, `dispose`):
 * what such a part starts must end with it.
 */
export function listPartsOfClosable(file: FileContext): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of file.nodes('NewExpression')) {
    const { expression } = node;
    if (!ts.isIdentifier(expression) || !file.bindingOf(expression) || names.has(expression.text)) continue;
    // The only instance of a class is no part of another one, nor is one that a method of its own class gives.
    const made = file.bindingOf(expression)?.declaration;
    const isGiven = made === findEnclosingClass(node) && ts.isReturnStatement(getOutermostWrapped(node).parent);
    if (made && isClassNode(made) && (isGiven || keepsItsOnly(made, file))) continue;
    const life = lifeOf(node, file);
    const disposers =
      life.kind === 'owner' ? life.shape.disposers : life.kind === 'factory' ? life.disposers : undefined;
    if (disposers && findDisposer(disposers, undefined)) names.add(expression.text);
  }
  return names;
}
