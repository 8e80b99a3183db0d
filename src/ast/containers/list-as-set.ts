import type { Binding, FileContext } from '../../model/file-context.ts';
import { isGivenOut } from '../life/life-cycle.ts';
import { classShape, findThisOwner } from '../names/class-shape.ts';
import { findFunctionValue } from '../names/functions.ts';
import { pluralOf, soundOfName } from '../size/size-words.ts';
import {
  type FunctionNode,
  findEnclosingBlock,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isAssignment,
  isAsync,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { walksData } from '../where/data-walk.ts';
import { isSingleton } from '../where/singleton.ts';
import { frequencyOf } from '../where/where.ts';
import { listAccessesOf } from '../within.ts';
import { keyDomain } from './key-domain.ts';

/** An array that outlives the function and is walked to add or to remove one of its items. */
export interface ListAsSet {
  call: ts.CallExpression;
  list: ts.Expression;
  name: string;
  use: 'add' | 'remove';
  /** Where an item is added: how often that runs decides how long the list gets. */
  add: ts.CallExpression;
  /** What makes it long; undefined where only names say so. */
  evidence: { at: ts.Node; why: string } | undefined;
  /**
   * What must be so for it to grow long: nothing more where items end by themselves, the place that adds must run again
   * and again (also where another function takes what waits in it), or requests must reach it.
   */
  grows: 'by itself' | 'under load' | 'as it waits' | 'by requests';
  /** Where a function makes it for what it gives back: it lasts unless that function runs again and again. */
  made?: ts.Node;
}

const fewNames =
  /(?:subscribers?|observers?|listeners?|handlers?|callbacks?|waiters?|watchers?|interceptors?|timers?|windows?|workers?|child(?:ren)?|process(?:es)?)$/i;
/** What leads to where a walk is: as long as it is deep. */
const wayNames = /(?:path|stack|ancestors?|parents?|chain|trail|crumbs)$/i;
/** Events at which what a client opened is over. */
const endEvent = /^(?:closed?|end(?:ed)?|finish(?:ed)?|disconnect(?:ed)?|destroy(?:ed)?|aborted?)$/;

/** Judges a searching call, or the `filter` of `list = list.filter(…)`. */
export function findListAsSet(call: ts.CallExpression, file: FileContext): ListAsSet | undefined {
  const target = findMethodCall(call);
  if (!target || !/^(?:includes|indexOf|findIndex|filter)$/.test(target.method)) return undefined;
  const list = skipWrappers(target.receiver);
  const name = findMemberPath(list)?.at(-1)?.replace(/^#/, '');
  const accesses = name === undefined ? undefined : listAccesses(list, file);
  if (name === undefined || !accesses || fewNames.test(name) || soundOfName(name) === 'few') return undefined;
  if (isOfPool(name, list, file)) return undefined;
  const fn = findEnclosingFunction(call);
  const pushes = accesses.map((a) => findCallOn(a, /^(?:push|unshift)$/)).filter((c) => c !== undefined);
  const use = fn && findUse(call, target.method, list, accesses, pushes);
  const [first] = pushes;
  if (!use || !first) return undefined;
  const made = findMakingOf(list, fn, file);
  const found = { call, list, name, use, grows: 'under load' as const, ...(made && { made }) };
  const own = findEndOfItem(call, pushes, file);
  if (own) {
    const why = `one for each ${own.item} until its '${own.event}'`;
    return { ...found, grows: 'by itself', add: own.add, evidence: { at: own.add, why } };
  }
  const add = pushes.find((push) => findEnclosingFunction(push) === fn) ?? first;
  const isHandedOn = isParameter(list, file);
  const drain = accesses
    .map((a) => findCallOn(a, /^(?:shift|pop)$/) ?? findTakenAtHead(a))
    .find((c) => c !== undefined);
  if (use === 'add' && drain && findEnclosingFunction(drain) !== fn)
    return {
      ...found,
      grows: 'as it waits',
      add,
      evidence: { at: drain, why: 'all that waits to be taken from here' },
    };
  if (use === 'add' && !isHandedOn && isOfProcess(list, file) && keyDomain(add.arguments[0]!, file) !== 'bounded')
    return { ...found, grows: 'by requests', add, evidence: { at: add, why: 'kept for the life of the process' } };
  // What is taken off again at the end of a call is only as long as the walk is deep.
  const isWalk = use === 'add' && !drain && walksData(fn, file);
  if (isHandedOn)
    // What waits at each step takes longer than to look through the list.
    // How many parts the walk reaches is not known either: values that somebody nests by hand are few.
    return isWalk && !isAsync(fn) && !wayNames.test(name)
      ? { ...found, grows: 'by itself', add, evidence: undefined }
      : undefined;
  const isSet = use === 'add' && accesses.every(isMembership) && keyDomain(add.arguments[0]!, file) !== 'bounded';
  const isData = [name, ...pushes.map((p) => pluralOf(lastName(p.arguments[0])))].some(
    (n) => soundOfName(n) === 'many',
  );
  return isWalk || isSet || isData ? { ...found, add, evidence: undefined } : undefined;
}

/** What a pool has free or lent out: no more than it may open. */
function isOfPool(name: string, list: ts.Expression, file: FileContext): boolean {
  const owner = ts.isIdentifier(list) ? undefined : findThisOwner(list, file);
  return (
    /^_*(?:free|idle|available|all|used|acquir)/i.test(name) && !!owner && /pool$/i.test(classShape(owner, file).name)
  );
}

/** A variable of the module, or a member of an object that there is one of. */
function isOfProcess(list: ts.Expression, file: FileContext): boolean {
  const owner = ts.isIdentifier(list) ? undefined : findThisOwner(list, file);
  return owner ? isSingleton(owner, file) : ts.isIdentifier(list);
}

/** Whether the search decides if one is added, or finds the one to remove. */
function findUse(
  call: ts.CallExpression,
  method: string,
  list: ts.Expression,
  accesses: readonly ts.Expression[],
  pushes: readonly ts.CallExpression[],
): ListAsSet['use'] | undefined {
  const fn = findEnclosingFunction(call);
  const isHere = (node: ts.Node): boolean => findEnclosingFunction(node) === fn;
  if (pushes.length === 0) return undefined;
  if (method === 'filter') {
    const { parent } = getOutermostWrapped(call);
    const isOwn = isAssignment(parent) && findMemberPath(parent.left)?.join('.') === findMemberPath(list)?.join('.');
    return isOwn && removesOne(call) ? 'remove' : undefined;
  }
  const splices = accesses.map((a) => findCallOn(a, /^splice$/)).filter((c) => c !== undefined);
  const branch = findEnclosingBlock(call);
  const isBeside = (node: ts.Node): boolean => branch !== undefined && isWithin(node, branch);
  if (splices.some(isBeside) && !pushes.some(isBeside)) return 'remove';
  if (method !== 'findIndex' && pushes.some(isHere)) return 'add';
  return splices.some(isHere) ? 'remove' : undefined;
}

/** `client.on('close', () => { …clients.indexOf(client)… })` beside `clients.push(client)`. */
function findEndOfItem(
  call: ts.CallExpression,
  pushes: readonly ts.CallExpression[],
  file: FileContext,
): { item: string; event: string; add: ts.CallExpression } | undefined {
  const listener = findEnclosingFunction(call);
  const target = listener && findMethodCall(getOutermostWrapped(listener).parent);
  if (!target || !/^(?:on|once|addListener|addEventListener)$/.test(target.method)) return undefined;
  const event = findStringValue(target.call.arguments[0]);
  const item = skipWrappers(target.receiver);
  const binding = ts.isIdentifier(item) ? file.bindingOf(item) : undefined;
  if (event === undefined || !endEvent.test(event) || !binding || fewNames.test(binding.identifier.text))
    return undefined;
  const isItem = (value: ts.Expression | undefined): boolean =>
    value !== undefined &&
    ts.isIdentifier(skipWrappers(value)) &&
    binding === file.bindingOf(skipWrappers(value) as ts.Identifier);
  const add = pushes.find((push) => isItem(push.arguments[0]));
  return add && frequencyOf(add, file) === 'call' ? { item: binding.identifier.text, event, add } : undefined;
}

/** `list.includes(x)`, `list.indexOf(x) < 0`, `list.push(x)`, and what empties it: a Set by another name. */
function isMembership(access: ts.Expression): boolean {
  if (findCallOn(access, /^(?:includes|push)$/)) return true;
  const search = findCallOn(access, /^indexOf$/);
  // A place that is kept is of use by itself.
  if (search) return ts.isBinaryExpression(getOutermostWrapped(search).parent);
  const { parent } = getOutermostWrapped(access);
  if (ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent)) return true;
  return (
    isAssignment(parent) && isWithin(access, parent.left) && ts.isArrayLiteralExpression(skipWrappers(parent.right))
  );
}

/** Every use of a field, or of a variable at module level; undefined for what a function keeps for itself. */
function listAccesses(list: ts.Expression, file: FileContext): readonly ts.Expression[] | undefined {
  if (ts.isIdentifier(list)) {
    const binding = file.bindingOf(list);
    const isKept = binding?.scope === file.moduleScope && ts.isVariableDeclaration(binding.declaration);
    const isMade = findMakingOf(list, findEnclosingFunction(list), file) !== undefined;
    return isKept || (binding && (isMade || isHandedToItself(binding, file))) ? binding.references : undefined;
  }
  const path = memberPath(list, file);
  if (path?.[0] !== 'this' || path.length > 3) return undefined;
  const text = path.join('.');
  const owner = findThisOwner(list, file);
  return listAccessesOf(path.at(-1)!, file).filter(
    (a) => memberPath(a, file)?.join('.') === text && findThisOwner(a, file) === owner,
  );
}

/** `const codes = []` of a function that gives back what searches it: `return { add, list }`. */
function findMakingOf(
  list: ts.Expression,
  fn: FunctionNode | undefined,
  file: FileContext,
): ts.VariableDeclaration | undefined {
  const declaration = ts.isIdentifier(list) ? file.bindingOf(list)?.declaration : undefined;
  if (!fn || !declaration || !ts.isVariableDeclaration(declaration) || !isGivenOut(fn, file)) return undefined;
  return findEnclosingFunction(declaration) === findEnclosingFunction(fn) ? declaration : undefined;
}

/** `list[this.head]` beside `this.head += 1`: the next one is taken, and stays until many are. */
function findTakenAtHead(access: ts.Expression): ts.Node | undefined {
  const { parent } = getOutermostWrapped(access);
  const head = ts.isElementAccessExpression(parent) && findMemberPath(parent.argumentExpression)?.join('.');
  const fn = findEnclosingFunction(access);
  if (!head || !fn?.body || isAssignment(parent.parent)) return undefined;
  const movesOn = (at: ts.Node): boolean => {
    const moved =
      ts.isPostfixUnaryExpression(at) || ts.isPrefixUnaryExpression(at)
        ? at.operator === ts.SyntaxKind.PlusPlusToken && at.operand
        : ts.isBinaryExpression(at) && at.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken && at.left;
    return (moved && findMemberPath(moved)?.join('.') === head) || (ts.forEachChild(at, movesOn) ?? false);
  };
  return head.includes('.') && movesOn(fn.body) ? parent : undefined;
}

function isParameter(list: ts.Expression, file: FileContext): boolean {
  const declaration = ts.isIdentifier(list) ? file.bindingOf(list)?.declaration : undefined;
  return declaration !== undefined && ts.isParameter(declaration);
}

/** `function walk(node, seen = []) { …; for (const child of node.children) walk(child, seen); }` */
function isHandedToItself({ declaration, references }: Binding, file: FileContext): boolean {
  if (!ts.isParameter(declaration) || !isFunctionNode(declaration.parent)) return false;
  const fn = declaration.parent;
  const place = fn.parameters.indexOf(declaration);
  return references.some((reference) => {
    const { parent } = reference;
    return (
      ts.isCallExpression(parent) &&
      parent.arguments[place] === reference &&
      findFunctionValue(parent.expression, file) === fn
    );
  });
}

/** The path of a member, `self` written as `this`. */
function memberPath(list: ts.Expression, file: FileContext): string[] | undefined {
  const path = findMemberPath(list);
  if (!path || path[0] === 'this') return path;
  let root = list;
  while (ts.isPropertyAccessExpression(root)) root = skipWrappers(root.expression);
  const declaration = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  const isSelf =
    declaration && ts.isVariableDeclaration(declaration) && declaration.initializer?.kind === ts.SyntaxKind.ThisKeyword;
  return isSelf ? ['this', ...path.slice(1)] : path;
}

function findCallOn(access: ts.Expression, method: RegExp): ts.CallExpression | undefined {
  const { parent } = getOutermostWrapped(access);
  const target = findMethodCall(parent.parent);
  return target && method.test(target.method) && skipWrappers(target.receiver) === access ? target.call : undefined;
}

function lastName(value: ts.Expression | undefined): string {
  return (value && findMemberPath(value)?.at(-1)) ?? '';
}

/** `x => x !== item`: all but one stay. */
function removesOne(call: ts.CallExpression): boolean {
  const fn = call.arguments[0];
  if (!fn || !ts.isArrowFunction(fn) || ts.isBlock(fn.body)) return false;
  const body = skipWrappers(fn.body);
  if (ts.isPrefixUnaryExpression(body) && body.operator === ts.SyntaxKind.ExclamationToken)
    return findMethodCall(skipWrappers(body.operand))?.method === 'equals';
  if (!ts.isBinaryExpression(body)) return false;
  return body.operatorToken.kind === ts.SyntaxKind.ExclamationEqualsEqualsToken && !ts.isStringLiteralLike(body.right);
}
