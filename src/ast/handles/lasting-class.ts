import type { FileContext } from '../../model/file-context.ts';
import { classShape, findClassField, findThisOwner, isDisposer, isDisposerName } from '../names/class-shape.ts';
import { findImport } from '../names/provenance.ts';
import {
  type ClassNode,
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  hasModifier,
  isAssignment,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { findTimerFunction } from '../timers/timers.ts';
import { ts } from '../ts.ts';
import type { HandleKind } from './handles.ts';

/** An instance of a class of the project that runs on until it is ended: what the class does, its own file tells. */
export const lastingInstance: HandleKind = {
  modules: [],
  paths: [],
  name: 'instance',
  ends: [
    'close',
    'stop',
    'end',
    'shutdown',
    'teardown',
    'cleanup',
    'clear',
    'reset',
    'disconnect',
    'detach',
    'release',
    'cancel',
    'abort',
    'unsubscribe',
    'unmount',
    'uninstall',
    'remove',
    'kill',
    'quit',
  ],
  cost: 'what it started as it was made',
  source: 'the classes of the project',
};

/** How the text of a file looks whose classes keep an instance of a class in a field. */
export const makesOwnInstance =
  /(?:\bthis\.#?[\w$]+|^\s+(?:(?:private|protected|public|readonly|declare) )*#?[\w$]+[!?]?(?:\s*:[^=\n]+)?) = new [A-Z]/m;

/** One of these stands in it, as its owner has an end. */
export const ownerEnds = [
  'dispose(',
  'destroy(',
  'shutdown(',
  'teardown(',
  'componentWillUnmount(',
  'ngOnDestroy(',
  'onModuleDestroy(',
  'disconnectedCallback(',
  'close() {',
  'close(): ',
  'stop() {',
  'stop(): ',
] as const;

/** `new UsageWindow()` of a class that this file declares, or imports by a path or an alias of one: its name. */
export function findLastingName(creation: ts.Expression, file: FileContext): string | undefined {
  if (!ts.isNewExpression(creation) || !ts.isIdentifier(creation.expression)) return undefined;
  const binding = file.bindingOf(creation.expression);
  if (!binding) return undefined;
  const from = findImport(binding);
  const isOwn = from ? /^(?:\.|[~#@]\/|src\/|app\/)/.test(from.module) : ts.isClassDeclaration(binding.declaration);
  const name = from && /^\w{2,}$/.test(from.name) && from.name !== 'default' ? from.name : binding.name;
  return isOwn && isKeptHere(creation, file) ? name : undefined;
}

/** A field of which only members are used, none of which ends it: nobody else is handed it. */
function isKeptHere(creation: ts.NewExpression, file: FileContext): boolean {
  const owner = findThisOwner(creation, file);
  const name = nameOfField(creation);
  const field = owner && name !== undefined ? findClassField(owner, name, file) : undefined;
  return field?.accesses.every((use) => isOnlyAsked(use) || isAssigned(use)) ?? false;
}

function isOnlyAsked(use: ts.Expression): boolean {
  const outer = getOutermostWrapped(use);
  const member = ts.isPropertyAccessExpression(outer.parent) && outer.parent.expression === outer;
  return member && !isDisposerName((outer.parent as ts.PropertyAccessExpression).name.text);
}

function isAssigned(use: ts.Expression): boolean {
  const outer = getOutermostWrapped(use);
  return isAssignment(outer.parent) && outer.parent.left === outer;
}

/** Names of the classes of a file that start something as they are made which only a method for the end stops. */
export function listLastingClasses(file: FileContext): readonly string[] {
  if (
    !/\bclass\b/.test(file.text) ||
    !/\bsetInterval\(|\bnew Worker\(|addEventListener\(|process\.on\(/.test(file.text)
  )
    return [];
  return file.nodes('ClassDeclaration').flatMap((node) => (node.name && isLasting(node, file) ? [node.name.text] : []));
}

function isLasting(node: ClassNode, file: FileContext): boolean {
  const { constructorNode, methods } = classShape(node, file);
  const ends = [...methods].flatMap(([name, fn]) => (isDisposer(name, fn, file) ? [fn] : []));
  if (ends.length === 0 || endsItself(node, ends, file)) return false;
  const isMaking = (at: ts.Node): boolean => {
    const fn = findEnclosingFunction(at);
    return fn === undefined || fn === constructorNode || !isWithin(fn, node);
  };
  return listStarts(node, file).some((started) => isMaking(started.at) && isStoppedIn(ends, started, node, file));
}

interface Started {
  at: ts.Node;
  /** The member that it is kept in, or that it is a listener on. */
  name: string;
  stop: RegExp;
}

/** `this.timer = setInterval(…)`, `worker = new Worker(…)`, `window.addEventListener('resize', this.onResize)`. */
function listStarts(node: ClassNode, file: FileContext): readonly Started[] {
  const timers = file.nodes('CallExpression').filter((call) => findTimerFunction(call, file) === 'setInterval');
  const threads = file.nodes('NewExpression').filter(({ expression }) => expression.getText(file.source) === 'Worker');
  const kept = [...timers, ...threads].flatMap((at): Started[] => {
    const name = nameOfField(at);
    const stop = ts.isNewExpression(at) ? /\.terminate\b/ : /\bclearInterval\b/;
    return name !== undefined && isWithin(at, node) ? [{ at, name, stop }] : [];
  });
  const heard = file.nodes('CallExpression').flatMap((call): Started[] => {
    const [, listener] = call.arguments;
    const target = findMethodCall(call);
    const name = listener && findMemberName(skipWrappers(listener));
    if (!target || name === undefined || !/^(?:addEventListener|on)$/.test(target.method) || !isWithin(call, node))
      return [];
    const stop = /\b(?:removeEventListener|removeListener|off)\b/;
    return isOfWhole(target.receiver, node, file) ? [{ at: call, name, stop }] : [];
  });
  return [...kept, ...heard];
}

/** What lives as long as its page or process: `window`, and what tells of a media query. */
function isOfWhole(emitter: ts.Expression, node: ClassNode, file: FileContext): boolean {
  const path = findMemberPath(emitter) ?? [];
  if (path.length === 1) return /^(?:window|document|process)$/.test(path[0]!);
  const values = path[0] === 'this' && path.length === 2 ? findClassField(node, path[1]!, file)?.values : undefined;
  return values?.some((value) => /^(?:window\.)?matchMedia\(/.test(value.getText(file.source))) ?? false;
}

function nameOfField(value: ts.Expression): string | undefined {
  const { parent } = getOutermostWrapped(value);
  if (ts.isPropertyDeclaration(parent))
    return hasModifier(parent, ts.SyntaxKind.StaticKeyword) ? undefined : parent.name.getText();
  return ts.isBinaryExpression(parent) && findMemberPath(parent.left)?.[0] === 'this'
    ? findMemberName(skipWrappers(parent.left))
    : undefined;
}

/** Its work, or what it listens to, calls its end: `this.on('done', () => this.stop())`. */
function endsItself(node: ClassNode, ends: readonly FunctionNode[], file: FileContext): boolean {
  const names = new Set(ends.map(nameOfFunction));
  const members = file.nodesOfKind(ts.SyntaxKind.PropertyAccessExpression) as readonly ts.PropertyAccessExpression[];
  return members.some(
    (at) =>
      at.expression.kind === ts.SyntaxKind.ThisKeyword &&
      names.has(at.name.text) &&
      isWithin(at, node) &&
      !ends.some((end) => isWithin(at, end)),
  );
}

/** Stopped at the end, and nowhere else: what its work stops itself needs no end. */
function isStoppedIn(
  ends: readonly FunctionNode[],
  { name, stop }: Started,
  node: ClassNode,
  file: FileContext,
): boolean {
  const own = ends.filter((end) => end.getText(file.source).includes(name));
  const stopped = own.reduce((sum, end) => sum + countLines(end, stop, file), 0);
  return stopped > 0 && stopped === countLines(node, stop, file);
}

function countLines(at: ts.Node, words: RegExp, file: FileContext): number {
  const lines = at.getText(file.source).split('\n');
  return lines.filter((line) => words.test(line)).length;
}
