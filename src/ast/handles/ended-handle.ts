import type { Binding, FileContext } from '../../model/file-context.ts';
import type { TextShape } from '../../model/rule.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findEndingCall, isAwaited } from './ending-call.ts';
import { findBinding, type HandleLeak, handlingOf } from './handle-leak.ts';
import type { HandleKind } from './handles.ts';
import { isPartOfEnded } from './part-of-ended.ts';
import { findLeaks } from './release-paths.ts';

/** What makes something, by its name: `getDocument` may give what others use too, and a cursor ends with its last row. */
const making =
  /(?<![\w$])(?:open|connect|create|launch|start|spawn|fork|build|make|new|dial|listen|acquire|rollup|rolldown)(?![a-z])/;
const awaitedMaking = `[^;=]{0,100}?\\bawait\\b[^;]{0,400}?${making.source}[\\w$]*[\\s!)]*(?:\\?\\.\\s*)?[(<]`;
const endedName =
  /(?<![\w$.])([\w$]+)\s*\??\.\s*(?:close|destroy|terminate|disconnect|quit|shutdown|\$disconnect|kill|dispose)\s*(?:\?\.\s*)?[(<]/g;
/** How the text of a file looks in which something is made so, waited for under a name, and ended by that name. */
export const endedByName: TextShape = {
  test(text) {
    const names = new Set(Array.from(text.matchAll(endedName), ([, name]) => name!.replaceAll('$', '\\$')));
    if (names.size === 0) return false;
    const anyName = `(?<![\\w$.])(?:${[...names].join('|')})(?![\\w$])`;
    return new RegExp(`${anyName}\\s*(?:!?\\s*:[^;]{0,300}?)?=${awaitedMaking}`).test(text);
  },
};

/** A handle of a library that is not known, which its function ends by itself on some ways out. */
export interface EndedHandle {
  kind: HandleKind;
  leak: Extract<HandleLeak, { kind: 'outcome' }>;
}

/**
 * `const bundle = await build(input); await bundle.write(output); await bundle.close();`: whoever ends what was waited for knows
 * that it does not end by itself, and leaves it open where something throws before, or where an early return skips it.
 */
export function findEndedHandle(creation: ts.Expression, file: FileContext): EndedHandle | undefined {
  if (!ts.isCallExpression(creation) || !isAwaited(creation)) return undefined;
  const name = calleeName(creation);
  const binding = name.search(making) === 0 ? findBinding(creation, file) : undefined;
  const fn = binding && findEnclosingFunction(creation);
  if (!fn || binding.references.length < 2 || !isWithin(binding.scope.node, fn)) return undefined;
  const ends = binding.references.flatMap((reference) => findEndingCall(reference) ?? []);
  if (ends.length === 0 || ends.some((end) => findEnclosingFunction(end) !== fn)) return undefined;
  // Where only a failure ends it, what works hands it on.
  if (ends.every(isInCatch)) return undefined;
  if (
    isGivenAway(binding, fn) ||
    isTakenOver(binding, ends) ||
    isPartOfEnded(creation, file) ||
    isKeptByMaker(creation, binding, file)
  )
    return undefined;
  const leaks = findLeaks(fn, handlingOf(creation, binding, ends, file), file);
  if (leaks.length === 0) return undefined;
  return { kind: kindOf(binding), leak: { kind: 'outcome', binding, fn, leaks, ends } };
}

function kindOf({ name }: Binding): HandleKind {
  return {
    modules: [],
    paths: [],
    name: `\`${name}\``,
    ends: [],
    cost: 'what it holds',
    source: 'the function itself',
  };
}

function isInCatch(end: ts.Node): boolean {
  for (let at = end; at.parent && !isFunctionNode(at); at = at.parent) if (ts.isCatchClause(at)) return true;
  return false;
}

/** Returned, stored, made a part of something, or used in a function that may be kept. */
function isGivenAway(binding: Binding, fn: FunctionNode): boolean {
  return binding.references.some((reference) => {
    if (binding.writes.includes(reference)) return false;
    if (findEnclosingFunction(reference) !== fn) return true;
    const outer = getOutermostWrapped(reference);
    const { parent } = outer;
    if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent))
      return !ts.isCallExpression(parent.parent.parent);
    if (isAssignment(parent)) return parent.right === outer;
    return (
      ts.isReturnStatement(parent) ||
      ts.isNewExpression(parent) ||
      ts.isYieldExpression(parent) ||
      ts.isArrayLiteralExpression(parent) ||
      ts.isSpreadElement(parent) ||
      ts.isConditionalExpression(parent) ||
      (ts.isVariableDeclaration(parent) && parent.initializer === outer)
    );
  });
}

/** `if (isGone) return link.close(); relay(socket, link);`: what nobody waits for, after every end, goes on with it. */
function isTakenOver({ references }: Binding, ends: readonly ts.Node[]): boolean {
  return references.some((reference) => {
    const { parent } = getOutermostWrapped(reference);
    return (
      ts.isCallExpression(parent) &&
      parent.expression !== reference &&
      ts.isExpressionStatement(getOutermostWrapped(parent).parent) &&
      ends.every((end) => end.end <= parent.pos)
    );
  });
}

/**
 * `manager.create({ guild })` beside `const player = manager.players.get(guild)`: what makes it keeps it under a key and gives it
 * again, whoever ends it.
 */
function isKeptByMaker(creation: ts.CallExpression, { name }: Binding, file: FileContext): boolean {
  const made = findMethodCall(creation)?.receiver;
  const maker = made && findMemberPath(made)?.join('.');
  if (maker === undefined) return false;
  return file.nodes('CallExpression').some((call) => {
    const look = findMethodCall(call);
    if (look?.method !== 'get' || call.arguments.length !== 1 || nameGiven(call) !== name) return false;
    return `${findMemberPath(look.receiver)?.join('.')}.`.startsWith(`${maker}.`);
  });
}

/** The name that is given what a call gives. */
function nameGiven(call: ts.CallExpression): string | undefined {
  let outer = getOutermostWrapped(call);
  if (ts.isAwaitExpression(outer.parent)) outer = getOutermostWrapped(outer.parent);
  const { parent } = outer;
  const named = ts.isVariableDeclaration(parent) ? parent.name : isAssignment(parent) ? parent.left : undefined;
  return named && ts.isIdentifier(named) ? named.text : undefined;
}
