import type { FileContext } from '../model/file-context.ts';
import { pluralOf, soundOfName } from './size-words.ts';
import {
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  skipWrappers,
} from './syntax.ts';
import { ts } from './ts.ts';

/** An array that outlives the function and is walked to add or to remove one of its items. */
export interface ListAsSet {
  call: ts.CallExpression;
  list: ts.Expression;
  name: string;
  use: 'add' | 'remove';
}

const fewNames =
  /(?:subscribers?|observers?|listeners?|handlers?|callbacks?|waiters?|watchers?|interceptors?|timers?)$/i;

/** Judges a searching call, or the `filter` of `list = list.filter(…)`. */
export function findListAsSet(call: ts.CallExpression, file: FileContext): ListAsSet | undefined {
  const target = findMethodCall(call);
  if (!target || !/^(?:includes|indexOf|findIndex|filter)$/.test(target.method)) return undefined;
  const list = skipWrappers(target.receiver);
  const name = findMemberPath(list)?.at(-1)?.replace(/^#/, '');
  const accesses = name === undefined ? undefined : listAccesses(list, file);
  if (name === undefined || !accesses || fewNames.test(name)) return undefined;
  const fn = findEnclosingFunction(call);
  const pushes = accesses.map((a) => findCallOn(a, /^(?:push|unshift)$/)).filter((c) => c !== undefined);
  if (!fn || pushes.length === 0) return undefined;
  const isData = [name, ...pushes.map((p) => pluralOf(lastName(p.arguments[0])))].some(
    (n) => soundOfName(n) === 'many',
  );
  if (!isData || soundOfName(name) === 'few') return undefined;
  const isHere = (node: ts.Node): boolean => findEnclosingFunction(node) === fn;
  if (target.method === 'filter') {
    const { parent } = getOutermostWrapped(call);
    const isOwn = isAssignment(parent) && findMemberPath(parent.left)?.join('.') === findMemberPath(list)?.join('.');
    return isOwn && removesOne(call) ? { call, list, name, use: 'remove' } : undefined;
  }
  if (target.method !== 'findIndex' && pushes.some(isHere)) return { call, list, name, use: 'add' };
  const isRemoved = accesses.some((a) => {
    const splice = findCallOn(a, /^splice$/);
    return splice && isHere(splice);
  });
  return isRemoved ? { call, list, name, use: 'remove' } : undefined;
}

/** Every use of a field, or of a variable at module level; undefined for what a function keeps for itself. */
function listAccesses(list: ts.Expression, file: FileContext): readonly ts.Expression[] | undefined {
  if (ts.isIdentifier(list)) {
    const binding = file.bindingOf(list);
    const isKept = binding?.scope === file.moduleScope && ts.isVariableDeclaration(binding.declaration);
    return isKept ? binding.references : undefined;
  }
  const path = memberPath(list, file);
  const name = path?.at(-1);
  if (path?.[0] !== 'this' || path.length > 3) return undefined;
  const text = path.join('.');
  const accesses = file.nodesOfKind(ts.SyntaxKind.PropertyAccessExpression) as readonly ts.PropertyAccessExpression[];
  return accesses.filter((a) => a.name.text === name && memberPath(a, file)?.join('.') === text);
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
