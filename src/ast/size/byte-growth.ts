import type { FileContext } from '../../model/file-context.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { findClassField, findThisOwner } from '../names/class-shape.ts';
import { findFunctionValue } from '../names/functions.ts';
import { findNumber } from '../names/number-value.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingBlock,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isLoop,
  nameOfFunction,
  rootOfMembers,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { leavesFunction } from '../where/conditions.ts';
import { stopsAtLimit } from '../where/probe.ts';
import { isCutIntoBlocks } from './block-cut.ts';
import { hasLongFrames, isSmallLoop } from './byte-bounds.ts';
import { isOfSmallBody, isOverMuch, isShownToGetChunks } from './chunk-evidence.ts';
import { findHandCopy, lengthOwner } from './hand-copy.ts';
import { isDeclaredIn, listRepetitions } from './loop-facts.ts';

/** Bytes kept in one buffer that is made anew for every chunk. */
export interface ByteGrowth {
  call: ts.CallExpression | ts.NewExpression;
  /** What keeps the bytes: a name, or `this.x`. */
  target: ts.Expression;
  /** `x = Buffer.concat([x, …])` as written; undefined when the copy goes through another name. */
  assignment: ts.BinaryExpression | undefined;
  chunks: readonly ts.Expression[];
  /** What repeats it: a loop, or the function that is called for each chunk. */
  repeats: { kind: 'loop'; node: ts.Node } | { kind: 'calls'; fn: FunctionNode };
  /** Chunks as they come, of which nothing is cut off before the last has come; `framed`: but frames, whose length has 32 bits. */
  isLarge: boolean | 'framed';
}

const lastCall =
  /^_?(?:end|_?final(?:ize)?|finish|flush|close|digest|done|destroy|finali[sz]e|complete|onEnd|onClose|onFinish)$/;

/** Judges a `Buffer.concat([...])`, or `concat([...])` of uint8arrays. */
export function findByteGrowth(call: ts.CallExpression, file: FileContext): ByteGrowth | undefined {
  const list = call.arguments[0] && skipWrappers(call.arguments[0]);
  if (!list || !ts.isArrayLiteralExpression(list) || list.elements.length < 2 || !isConcat(call, file))
    return undefined;
  const [first, ...chunks] = list.elements as ts.NodeArray<ts.Expression>;
  return judge(call, chunks, (target) => isPartOf(first!, target, file), file);
}

/** Judges a `Buffer.alloc(rest.length + chunk.length)` into which `rest` is copied: a concat by hand. */
export function findHandGrowth(made: ts.CallExpression | ts.NewExpression, file: FileContext): ByteGrowth | undefined {
  const { chunks = [], copied = [] } = findHandCopy(made, file) ?? {};
  for (const chunk of chunks) {
    for (const old of copied) {
      if (old.getText(file.source) === chunk.getText(file.source)) continue;
      const growth = judge(made, [chunk], (target) => isPartOf(old, target, file), file);
      if (growth) return growth;
    }
  }
  return undefined;
}

function judge(
  call: ts.CallExpression | ts.NewExpression,
  chunks: readonly ts.Expression[],
  isOld: (target: ts.Expression) => boolean,
  file: FileContext,
): ByteGrowth | undefined {
  const kept = findKept(call, isOld, file);
  if (!kept || !isOld(kept.target) || isBelowWrittenLength(call, file)) return undefined;
  if (isDecidedSoon(call, kept.target, file)) return undefined;
  const repeats = findRepeats(call, kept.target, file);
  const { target, assignment, joined } = kept;
  if (!repeats || isCutIntoBlocks({ call, joined, target }, file)) return undefined;
  const place = repeats.kind === 'loop' ? repeats.node : repeats.fn;
  if (stopsAtLimit(target, place, file) || isShortExchange(call) || isPreamble(target)) return undefined;
  if (repeats.kind === 'calls' && (isOwnBlock(chunks, file) || beginsWithHeader(target, file))) return undefined;
  const framed = isCut(target, file) && hasLongFrames(file) && 'framed';
  // What cuts frames by their lengths gets parts of a stream, by whatever name it is called.
  const isShown =
    repeats.kind === 'loop'
      ? isOverMuch(repeats.node, file)
      : framed === 'framed' || isShownToGetChunks(repeats.fn, file);
  const isMuch = isRaw(chunks, file) && isShown && !isOfSmallBody(call, file);
  const isLarge = isMuch && (!isCut(target, file) || framed);
  return { call, target, assignment, chunks, repeats, isLarge };
}

/** What stands in front of the data, of a length that its format fixes: some dozens of bytes. */
function isPreamble(target: ts.Expression): boolean {
  return /^(?:b?iv|\w*(?:header|magic|nonce|salt|preamble|metadata))$/i.test(
    findMemberName(target) ?? target.getText(),
  );
}

/** What two sides say to each other before they begin: some dozens of bytes. */
function isShortExchange(call: ts.Node): boolean {
  for (let fn = findEnclosingFunction(call); fn; fn = findEnclosingFunction(fn)) {
    if (/pre_?login|hand_?shake|greeting|banner|preamble/i.test(nameOfFunction(fn))) return true;
  }
  return false;
}

/**
 * `const block = this.block.slice(0, this.position)`: a block of its own that is full, not a chunk that has come; nor is
 * what is written out between two parts of it, `Buffer.from('\\r\\n')`.
 */
function isOwnBlock(chunks: readonly ts.Expression[], file: FileContext): boolean {
  const others = chunks.filter((chunk) => !isWrittenOut(chunk, file));
  return (
    others.length > 0 &&
    others.every((chunk) => {
      const declaration = ts.isIdentifier(chunk) ? file.bindingOf(chunk)?.declaration : undefined;
      const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : chunk;
      return made !== undefined && findMemberPath(rootOfSlice(made))?.[0] === 'this';
    })
  );
}

function isWrittenOut(chunk: ts.Expression, file: FileContext): boolean {
  const made = skipWrappers(chunk);
  return (
    ts.isCallExpression(made) &&
    made.expression.getText(file.source) === 'Buffer.from' &&
    findStringValue(made.arguments[0]) !== undefined
  );
}

function rootOfSlice(value: ts.Expression): ts.Expression {
  const cut = findMethodCall(skipWrappers(value));
  return cut && /^(?:slice|subarray)$/.test(cut.method) ? cut.receiver : value;
}

/** A packet is made with the bytes of its header, and put together by whoever makes one. */
function beginsWithHeader(target: ts.Expression, file: FileContext): boolean {
  const owner = findThisOwner(target, file);
  const name = findMemberName(target);
  const values = owner && name !== undefined ? (findClassField(owner, name, file)?.values ?? []) : [];
  return values.some((value) => {
    const made = skipWrappers(value);
    if (!ts.isCallExpression(made) || !/^Buffer\.alloc/.test(made.expression.getText(file.source))) return false;
    const size = made.arguments[0] && findNumber(made.arguments[0], file);
    return size !== undefined && size > 0;
  });
}

/** No chunk is a part that was taken out of what came: a vector, a remainder, a field. */
function isRaw(chunks: readonly ts.Expression[], file: FileContext): boolean {
  return chunks.every((chunk) => {
    const declaration = ts.isIdentifier(chunk) ? file.bindingOf(chunk)?.declaration : undefined;
    const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : chunk;
    return !made || !isPart.test(findMethodCall(skipAwait(made))?.method ?? '');
  });
}

const isPart = /^(?:slice|subarray|splice|readBytes)$/;

/**
 * `rest = rest.subarray(n)`, `this.rest = frame.rest` of `const frame = parseFrame(this.rest)`: what is kept is what the
 * last frame left.
 */
function isCut(target: ts.Expression, file: FileContext): boolean {
  const path = findMemberPath(target)?.join('.');
  const isBytes = (node: ts.Expression): boolean => findMemberPath(node)?.join('.') === path;
  return file.nodes('BinaryExpression').some((node) => {
    if (!isAssignment(node) || !isBytes(skipWrappers(node.left))) return false;
    const root = rootOfMembers(node.right);
    const declaration = ts.isIdentifier(root) && root !== target ? file.bindingOf(root)?.declaration : undefined;
    const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    return [...outcomesOf(node.right), ...(made ? [made] : [])].some((given) => {
      const value = skipAwait(given);
      const cut = findMethodCall(value);
      if (cut && isPart.test(cut.method)) return true;
      return ts.isCallExpression(value) && cut?.method !== 'concat' && value.arguments.some(isBytes);
    });
  });
}

/** Both sides of `isEmpty ? undefined : rest.subarray(n)`. */
function outcomesOf(given: ts.Expression): ts.Expression[] {
  const value = skipWrappers(given);
  return ts.isConditionalExpression(value) ? [...outcomesOf(value.whenTrue), ...outcomesOf(value.whenFalse)] : [value];
}

/** So many are copied in no time, however often. */
export const fewBytes = 65_536;

/** Under `if (total < 32)`: what is copied is never longer than what is written there. */
function isBelowWrittenLength(call: ts.Node, file: FileContext): boolean {
  for (let at = call; at.parent && !isFunctionNode(at); at = at.parent) {
    const { parent } = at;
    if (!ts.isIfStatement(parent) || parent.thenStatement !== at) continue;
    const length = findShortLength(parent.expression, file);
    if (length && /len|size|bytes/i.test(length.getText(file.source))) return true;
  }
  return false;
}

/** The left side of `length < 512`, also with a constant for the few bytes. */
function findShortLength(condition: ts.Expression, file: FileContext): ts.Expression | undefined {
  const test = skipWrappers(condition);
  if (!ts.isBinaryExpression(test) || !/^<=?$/.test(test.operatorToken.getText())) return undefined;
  const limit = findNumber(test.right, file);
  return limit !== undefined && limit <= fewBytes ? skipWrappers(test.left) : undefined;
}

/**
 * `if (!known) { head = Buffer.concat([head, chunk]); if (head.length < 512) return; known = …; }`: once a few bytes are
 * there it is decided, and no more are copied; also behind `if (known) return;`.
 */
function isDecidedSoon(call: ts.Node, target: ts.Expression, file: FileContext): boolean {
  const block = findEnclosingBlock(call);
  if (!block || !ts.isBlock(block)) return false;
  const ahead = block.statements.filter(
    (statement): statement is ts.IfStatement =>
      statement.end <= call.pos && ts.isIfStatement(statement) && leavesFunction(statement.thenStatement),
  );
  const asking = ts.isIfStatement(block.parent) ? [block.parent, ...ahead] : ahead;
  if (asking.length === 0) return false;
  const asked = asking.map(({ expression }) => expression.getText(file.source)).join('\n');
  const behind = block.statements.filter((statement) => statement.pos >= call.end);
  const wait = behind.findIndex((statement) => {
    if (!ts.isIfStatement(statement) || !leavesFunction(statement.thenStatement)) return false;
    const length = findShortLength(statement.expression, file);
    return length !== undefined && lengthOwner(length)?.getText(file.source) === target.getText(file.source);
  });
  const isSet = (statement: ts.Statement): boolean =>
    ts.isExpressionStatement(statement) &&
    isAssignment(statement.expression) &&
    asked.includes(statement.expression.left.getText(file.source));
  return wait >= 0 && behind.slice(wait + 1).some(isSet);
}

export function isConcat(call: ts.CallExpression, file: FileContext): boolean {
  const origin = findOrigin(call.expression, file);
  if (!origin) return false;
  const name = originName(origin);
  if (bareModule(origin.module) === '' || bareModule(origin.module) === 'buffer')
    return /(?:^|\.)Buffer\.concat$/.test(name);
  return /^uint8arrays(?:\/concat)?$/.test(origin.module) && name === 'concat';
}

interface Kept {
  target: ts.Expression;
  assignment: ts.BinaryExpression | undefined;
  /** The name that what is joined goes by, if other than the target. */
  joined: ts.Identifier | undefined;
}

/** `x = concat()`, or `const all = concat(); … x = all.subarray(n)`. */
function findKept(
  call: ts.CallExpression | ts.NewExpression,
  isOld: (target: ts.Expression) => boolean,
  file: FileContext,
): Kept | undefined {
  const value = outOfChoice(call);
  const { parent } = value;
  const isSet = isAssignment(parent) && parent.right === value;
  const name = isSet ? skipWrappers(parent.left) : ts.isVariableDeclaration(parent) ? parent.name : undefined;
  if (!name) return undefined;
  const target = isSet ? skipWrappers(parent.left) : undefined;
  if (target && isSet && findMemberPath(target) && isOld(target))
    return { target, assignment: skipWrappers(parent.right) === call ? parent : undefined, joined: undefined };
  // By way of another name.
  for (const reference of ts.isIdentifier(name) ? (file.bindingOf(name)?.references ?? []) : []) {
    const cut = findMethodCall(reference.parent.parent);
    const kept = cut && /^(?:slice|subarray)$/.test(cut.method) && cut.receiver === reference ? cut.call : reference;
    const outcome = outOfChoice(kept);
    const carried = outcome.parent;
    if (!isAssignment(carried) || carried.right !== outcome) continue;
    const place = skipWrappers(carried.left);
    if (isOld(place)) return { target: place, assignment: undefined, joined: name as ts.Identifier };
  }
  return undefined;
}

/** `all ? Buffer.concat([all, chunk]) : chunk`: the choice that a value is one outcome of. */
function outOfChoice(value: ts.Node): ts.Node {
  const outer = getOutermostWrapped(value);
  const { parent } = outer;
  const isOutcome = ts.isConditionalExpression(parent) && parent.condition !== outer;
  return isOutcome ? outOfChoice(parent) : outer;
}

/** The whole of `target`, a part of it (`x.slice(n)`), or it behind a test (`typeof x === 'string' ? Buffer.from(x) : x`). */
function isPartOf(element: ts.Expression, target: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(element);
  if (ts.isConditionalExpression(value))
    return isPartOf(value.whenTrue, target, file) || isPartOf(value.whenFalse, target, file);
  if (ts.isBinaryExpression(value)) return isPartOf(value.left, target, file);
  const cut = findMethodCall(value);
  if (cut && /^(?:slice|subarray)$/.test(cut.method)) return isPartOf(cut.receiver, target, file);
  return findMemberPath(value)?.join('.') === findMemberPath(target)?.join('.');
}

/** What repeats the copy of what an outer name keeps: a loop, or the function that gets the chunks. */
export function findRepeats(
  call: ts.Node,
  target: ts.Expression,
  file: FileContext,
): ByteGrowth['repeats'] | undefined {
  const binding = ts.isIdentifier(target) ? file.bindingOf(target) : undefined;
  for (const { node, over } of listRepetitions(call)) {
    if (binding && isDeclaredIn(binding, node)) continue;
    if (leavesLoop(call, node) || isSmallLoop(node, over, target, file)) continue;
    return { kind: 'loop', node };
  }
  const fn = findEnclosingFunction(call);
  if (!fn || fn.kind === ts.SyntaxKind.Constructor || listRepetitions(call).length > 0) return undefined;
  if (isLastCall(fn)) return undefined;
  const isOuter = binding ? !isDeclaredIn(binding, fn) : findMemberPath(target)?.[0] === 'this';
  if (!isOuter || (binding && !isChunkCallback(fn, file))) return undefined;
  return { kind: 'calls', fn };
}

/** `break` or `return` comes behind it in its block: the loop around it does it once. */
function leavesLoop(call: ts.Node, loop: ts.Node): boolean {
  for (let at = call; at !== loop && at.parent && !isFunctionNode(at); at = at.parent) {
    const last = ts.isBlock(at.parent) ? at.parent.statements.at(-1) : undefined;
    if (last && ts.isReturnStatement(last)) return true;
    if (last && ts.isBreakOrContinueStatement(last)) return ts.isBreakStatement(last) && findLeft(last) === loop;
  }
  return false;
}

/** The loop or `switch` that a `break` without a label leaves. */
function findLeft(jump: ts.BreakStatement): ts.Node | undefined {
  if (jump.label) return undefined;
  let at = jump.parent;
  while (at.parent && !isLoop(at) && !ts.isSwitchStatement(at)) at = at.parent;
  return at;
}

/** A listener or consumer that gets the chunks, not a helper that is called once. */
function isChunkCallback(fn: FunctionNode, file: FileContext): boolean {
  const { parent } = getOutermostWrapped(fn);
  const event = ts.isCallExpression(parent) ? findStringValue(parent.arguments[0]) : undefined;
  if (event !== undefined) return true;
  return chunkName.test(nameOfFunction(fn)) || isGivenBack(fn, file) || isNamedListener(fn, file);
}

const chunkName = /^(?:on_?)?(?:data|chunk|write|read|push|transform|_transform|_write|append|add|feed|parse|message)/i;

/** `return (chunk) => { … }`: what is made to be called with one after the other. */
function isGivenBack(fn: FunctionNode, file: FileContext): boolean {
  const maker = fn.parameters.length > 0 ? findEnclosingFunction(fn) : undefined;
  return !!maker && listReturnedValues(maker, file).some((value) => findFunctionValue(value, file) === fn);
}

/** `socket.on('data', take)` of `function take(chunk) { … }`. */
function isNamedListener(fn: FunctionNode, file: FileContext): boolean {
  const { parent } = getOutermostWrapped(fn);
  const name = ts.isFunctionDeclaration(fn) ? fn.name : ts.isVariableDeclaration(parent) ? parent.name : undefined;
  const binding = name && ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
  return (binding?.references ?? []).some((use) => {
    const target = findMethodCall(use.parent);
    const isListened = target?.call.arguments[1] === use && /^(?:on|addListener)$/.test(target.method);
    return isListened && findStringValue(target.call.arguments[0]) === 'data';
  });
}

/** Runs when the last chunk has come. */
export function isLastCall(fn: FunctionNode): boolean {
  return lastCall.test(nameOfFunction(fn)) || isLastEvent(fn);
}

function isLastEvent(fn: FunctionNode): boolean {
  const { parent } = getOutermostWrapped(fn);
  const event = ts.isCallExpression(parent) ? findStringValue(parent.arguments[0]) : undefined;
  return event !== undefined && /^(?:end|close|finish|error|abort)/.test(event);
}

/** How the message names a round. */
export function describeRepeats(growth: ByteGrowth): string {
  return growth.repeats.kind === 'loop' ? 'each round of the loop' : 'each chunk';
}
