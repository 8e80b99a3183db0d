import type { Binding, FileContext } from '../../model/file-context.ts';
import { findFunctionValue, listCallsOf } from '../names/functions.ts';
import { onlyValueOf } from '../names/initializer.ts';
import {
  type FunctionNode,
  findEnclosingClass,
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isLoop,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

/** Why a hash spreads badly. */
export type HashWeakness =
  /** Only added up: anagrams collide, and short texts share a few hundred values. */
  | 'sum'
  /** Only XORed: anagrams collide, and there are 256 values at most. */
  | 'xor'
  /** Multiplied in doubles: past 2^53 the low bits, which are the last characters, are lost. */
  | 'doubles'
  /** FNV or murmur with a plain product: the same loss on every character. */
  | 'fnv-product'
  /** `Math.abs` of a signed hash: two halves of the range fall together. */
  | 'abs'
  /** Cut down by a small modulus before it is placed. */
  | 'folded'
  /** The length or one character decides. */
  | 'first-character';

export interface StringHash {
  fn: FunctionNode;
  weakness: HashWeakness;
  /** The variable that holds the hash; undefined where an expression gives it at once. */
  state: Binding | undefined;
  /** Whether the result chooses a place: a shard, bucket, node, ring position. */
  places: boolean;
}

const cosmetic =
  /colou?r|avatar|palette|gradient|hue|initials|emoji|icon|theme|class_?name|style|random|noise|seed|rng|prng|mulberry|shuffle/i;
const protocol =
  /checksum|crc|luhn|\blrc|adler|fletcher|mod_?(?:11|97|10)|iban|ean|isbn|check_?digit|parity|bcc|hmac|sha\d|md[45]|ripemd|keccak|blake|base\d\d|utf-?8|utf16|encode|decode|parse|escape|byte_?length|width|punycode|column|letter|soundex|metaphone|levenshtein|compare|similarity|token(?:i[sz]e|count)|siphash|hex|bytes|charset|nysiis|caesar|cipher|crypt|obfuscate|xor(?:String|Encode)|mask|unmask/i;
const hashing =
  /hash|bucket|shard|slot|partition|segment|fingerprint|digest|etag|tagof|\btag|ring|position|place|pick|assign|route|select|index|checksum|signature|cachekey|statementname|name$|key$|id$/i;
const placing =
  /(?<!st)ring|shard|bucket|partition|slot|segment|node|server|worker|instance|upstream|target|replica|placement|consistent/i;

/** The hand-written string hash that a function is, when it spreads badly; undefined for right ones and for all else. */
export function findWeakHash(fn: FunctionNode, file: FileContext): StringHash | undefined {
  return file.memo(judge, fn);
}

function judge(fn: FunctionNode, file: FileContext): StringHash | undefined {
  const name = nameOfFunction(fn);
  const owner = findEnclosingClass(fn)?.name?.text ?? '';
  if (cosmetic.test(name) || protocol.test(name) || cosmetic.test(owner) || /colou?r|avatar/i.test(file.path))
    return undefined;
  if (!fn.body || fn.body.end - fn.body.pos > 3000) return undefined;
  const text = fn.body.getText(file.source);
  if (/\bBigInt\b|\d+n\b|createHash|subtle\.|imul\w*\(/.test(text)) return undefined;
  if (/(?:charCodeAt|codePointAt)\([^)]*\)\s*[-<>=!]|-\s*(?:'.'|".")\.charCodeAt|fromCharCode/.test(text))
    return undefined;
  const state = findState(fn, file);
  if (!state) return judgeCharacter(fn, name, file);
  const updates = listUpdates(state, fn, file);
  const weakness = judgeUpdates(state, updates, fn, file);
  if (!weakness) return undefined;
  const result = { fn, weakness, state, places: isPlacing(fn, name, owner, state, file) };
  if (choosesLooks(fn, file) || choosesWords(state, fn, file)) return undefined;
  if (weakness === 'sum' || weakness === 'xor') return result.places || hashing.test(name) ? result : undefined;
  // The range is halved, which only counts where it is divided among nodes.
  if (weakness === 'abs') return placing.test(name) || placing.test(owner) ? result : undefined;
  return result;
}

/** Whether the function, or the class that it belongs to, says by its name that it chooses a place among nodes. */
export function placesByName(fn: FunctionNode): boolean {
  return placing.test(nameOfFunction(fn)) || placing.test(findEnclosingClass(fn)?.name?.text ?? '');
}

/** Every use in this file picks a colour or the like. */
function choosesLooks(fn: FunctionNode, file: FileContext): boolean {
  const calls = listCallsOf(fn, file);
  return (
    calls.length > 0 &&
    calls.every((call) => {
      let at: ts.Node = call;
      while (at.parent && !ts.isStatement(at)) at = at.parent;
      return cosmetic.test(at.getText(file.source).slice(0, 300));
    })
  );
}

/** `names[sum % names.length]` of a list of words that is written out: something to show. Addresses are places. */
function choosesWords(state: Binding, fn: FunctionNode, file: FileContext): boolean {
  return state.references.some((use) => {
    let at: ts.Node = use;
    while (at !== fn && !ts.isStatement(at) && !ts.isElementAccessExpression(at)) at = at.parent;
    if (!ts.isElementAccessExpression(at) || !isWithin(use, at.argumentExpression)) return false;
    const list = onlyValueOf(at.expression, file);
    const words = list && skipWrappers(list);
    if (!words || !ts.isArrayLiteralExpression(words) || words.elements.length === 0) return false;
    return words.elements.every((word) => ts.isStringLiteralLike(word) && !/[.:/\d]/.test(word.text));
  });
}

/** A variable of the function that takes in character codes, one by one. */
function findState(fn: FunctionNode, file: FileContext): Binding | undefined {
  const codes = listNodesWithin('CallExpression', fn, file).filter(isCharCode);
  for (const code of codes) {
    const found = stateOf(code, fn, file, 0);
    if (found) return found;
  }
  return undefined;
}

function isCharCode(call: ts.CallExpression): boolean {
  const method = findMethodCall(call)?.method;
  return method === 'charCodeAt' || method === 'codePointAt';
}

/** `h = … code …`, `h += code`, or by way of `const c = code`. */
function stateOf(node: ts.Node, fn: FunctionNode, file: FileContext, hops: number): Binding | undefined {
  for (let at = node; at.parent && at !== fn; at = at.parent) {
    const { parent } = at;
    if (ts.isElementAccessExpression(parent) && parent.argumentExpression === at) return undefined;
    if (
      ts.isCallExpression(parent) &&
      parent.arguments.includes(at as ts.Expression) &&
      !/imul/.test(parent.expression.getText(file.source))
    )
      return undefined;
    if (isAssignment(parent) && parent.right === at) {
      const left = skipWrappers(parent.left);
      const binding = ts.isIdentifier(left) ? file.bindingOf(left) : undefined;
      if (!binding || beginsAsText(binding) || !isRepeated(parent, fn)) return undefined;
      const isState = parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken || refersTo(parent.right, binding);
      return isState && isWithin(binding.identifier, fn)
        ? binding
        : binding && hops < 2
          ? stateThrough(binding, fn, file, hops)
          : undefined;
    }
    if (ts.isVariableDeclaration(parent) && parent.initializer === at && ts.isIdentifier(parent.name) && hops < 2) {
      const binding = file.bindingOf(parent.name);
      return binding ? stateThrough(binding, fn, file, hops) : undefined;
    }
  }
  return undefined;
}

/** `let text = ''`: what is put behind it is spelt out, not added up. */
function beginsAsText({ declaration }: Binding): boolean {
  return (
    ts.isVariableDeclaration(declaration) &&
    declaration.initializer !== undefined &&
    ts.isStringLiteralLike(skipWrappers(declaration.initializer))
  );
}

function stateThrough(binding: Binding, fn: FunctionNode, file: FileContext, hops: number): Binding | undefined {
  for (const reference of binding.references) {
    if (binding.writes.includes(reference)) continue;
    const found = stateOf(reference, fn, file, hops + 1);
    if (found && found !== binding) return found;
  }
  return undefined;
}

function refersTo(node: ts.Node, binding: Binding): boolean {
  return binding.references.some((reference) => isWithin(reference, node));
}

/** In a loop, or in the callback of `forEach`, within the function. */
function isRepeated(node: ts.Node, fn: FunctionNode): boolean {
  for (let at = node.parent; at && at !== fn; at = at.parent) {
    if (isLoop(at)) return true;
    const call = getOutermostWrapped(at).parent;
    const method = call && findMethodCall(call)?.method;
    if (method === 'forEach') return true;
  }
  return false;
}

interface Updates {
  /** Assignments to the state inside the loop. */
  loop: ts.BinaryExpression[];
  /** All text of them. */
  text: string;
}

function listUpdates(state: Binding, fn: FunctionNode, file: FileContext): Updates {
  const loop = state.writes.flatMap((w) => {
    const { parent } = getOutermostWrapped(w);
    return isAssignment(parent) && isRepeated(parent, fn) ? [parent] : [];
  });
  return { loop, text: loop.map((u) => u.getText(file.source)).join('; ') };
}

const fnvPrime = /\b(?:16777619|0x0?1000193|0x5bd1e995|1540483477|0xcc9e2d51|0x1b873593|2654435761|0x9e3779b1)\b/i;

function judgeUpdates(
  state: Binding,
  { loop, text }: Updates,
  fn: FunctionNode,
  file: FileContext,
): HashWeakness | undefined {
  if (loop.length === 0) return undefined;
  const h = state.name.replace(/\$/g, '\\$');
  const all = fn.body!.getText(file.source);
  const usesShift = /<<|>>/.test(text);
  const multiplied = constantFactor(state, loop, file);
  if ((fnvPrime.test(text) || (multiplied !== undefined && multiplied > 65_536)) && multiplied !== undefined)
    return 'fnv-product';
  const cut = isCut(h, text) || isCutByHelper(state, loop, file);
  const modulus = /%\s*=?\s*(\w[\w.]*)/.exec(text)?.[1];
  if (modulus !== undefined) {
    const limit = numberOf(modulus, file);
    return limit !== undefined && limit < 65_536 && multiplied !== undefined ? 'folded' : undefined;
  }
  if (multiplied !== undefined && !cut && multiplied >= 3) return hasFixedRounds(loop[0]!) ? undefined : 'doubles';
  if (!usesShift && multiplied === undefined && loop.length === 1) {
    const [update] = loop;
    const { kind } = update!.operatorToken;
    const right = skipWrappers(update!.right);
    if (kind === ts.SyntaxKind.CaretEqualsToken) return 'xor';
    if (kind === ts.SyntaxKind.PlusEqualsToken && !refersTo(right, state))
      return isPlainCode(right, file) ? 'sum' : undefined;
    if (kind === ts.SyntaxKind.EqualsToken && ts.isBinaryExpression(right) && isState(right.left, state)) {
      if (right.operatorToken.kind === ts.SyntaxKind.PlusToken)
        return isPlainCode(right.right, file) ? 'sum' : undefined;
      if (right.operatorToken.kind === ts.SyntaxKind.CaretToken) return 'xor';
    }
    return undefined;
  }
  if (new RegExp(`Math\\.abs\\(\\s*${h}\\b`).test(all) && (usesShift || cut)) return 'abs';
  // SDBM without truncation: `c + (h << 6) + (h << 16) - h`.
  return undefined;
}

/** A code as it is or times its place, not the number of something else. */
function isPlainCode(node: ts.Expression, file: FileContext): boolean {
  const text = node.getText(file.source);
  return !/[?]/.test(text) && !/^\d+$/.test(text);
}

function isState(node: ts.Expression, state: Binding): boolean {
  const value = skipWrappers(node);
  return ts.isIdentifier(value) && state.references.includes(value);
}

/** Brought back to 32 bits, or below a modulus, on every turn. */
function isCut(h: string, text: string): boolean {
  return (
    /\|\s*0\b|>>>\s*0|&\s*(?:0x[0-9a-f]+|\d+|[A-Z_]+)|\|=\s*0|>>>=\s*0|&=|%=|\^/i.test(text) ||
    new RegExp(`~~\\s*${h}`).test(text)
  );
}

/** `hash = toInt32(hash)`, where that function of this file masks what it is handed. */
function isCutByHelper(state: Binding, loop: readonly ts.BinaryExpression[], file: FileContext): boolean {
  return loop.some((update) => {
    const call = skipWrappers(update.right);
    if (!ts.isCallExpression(call) || !call.arguments.some((argument) => refersTo(argument, state))) return false;
    const body = findFunctionValue(call.expression, file)?.body;
    return body !== undefined && isCut('', body.getText(file.source));
  });
}

/** `for (let i = 62; i >= 56; i -= 2)`: a part of fixed length, which is read as a number. */
function hasFixedRounds(update: ts.Node): boolean {
  let at = update.parent;
  while (at.parent && !isLoop(at)) at = at.parent;
  if (!ts.isForStatement(at) || !at.initializer || !ts.isVariableDeclarationList(at.initializer)) return false;
  const from = at.initializer.declarations[0]?.initializer;
  const to = at.condition && ts.isBinaryExpression(at.condition) ? at.condition.right : undefined;
  return !!from && ts.isNumericLiteral(from) && !!to && ts.isNumericLiteral(to);
}

/** The constant that the state is multiplied by: `h * 31 + c`, `h *= 16777619`. */
function constantFactor(state: Binding, loop: readonly ts.BinaryExpression[], file: FileContext): number | undefined {
  for (const update of loop) {
    if (update.operatorToken.kind === ts.SyntaxKind.AsteriskEqualsToken) {
      const factor = numberOf(update.right.getText(file.source), file);
      if (factor !== undefined) return factor;
    }
    let found: number | undefined;
    const search = (node: ts.Node): void => {
      if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.AsteriskToken) {
        const [left, right] = [skipWrappers(node.left), skipWrappers(node.right)];
        const other = refersTo(left, state) ? right : refersTo(right, state) ? left : undefined;
        if (other) found ??= numberOf(other.getText(file.source), file);
      }
      ts.forEachChild(node, search);
    };
    search(update.right);
    if (found !== undefined) return found;
  }
  return undefined;
}

function numberOf(text: string, file: FileContext): number | undefined {
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isNaN(value) && text !== '') return value;
  if (!/^\w+$/.test(text)) return undefined;
  const declaration = file.moduleScope.bindings.get(text)?.declaration;
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return undefined;
  const initial = Number(declaration.initializer.getText(file.source).replaceAll('_', ''));
  return Number.isNaN(initial) ? undefined : initial;
}

/** `key.charCodeAt(0) % shards` and `key.length % shards`. */
function judgeCharacter(fn: FunctionNode, name: string, file: FileContext): StringHash | undefined {
  if (!placing.test(name) && !/hash/i.test(name)) return undefined;
  for (const call of listNodesWithin('CallExpression', fn, file)) {
    if (!isCharCode(call) || findEnclosingFunction(call) !== fn) continue;
    if (call.arguments[0] && call.arguments[0].getText(file.source) !== '0') continue;
    const { parent } = getOutermostWrapped(call);
    if (
      ts.isBinaryExpression(parent) &&
      parent.operatorToken.kind === ts.SyntaxKind.PercentToken &&
      skipWrappers(parent.left) === call
    ) {
      return { fn, weakness: 'first-character', state: undefined, places: true };
    }
  }
  return undefined;
}

/** Whether the result is reduced to a place, here or where the function is called in this file. */
function isPlacing(fn: FunctionNode, name: string, owner: string, state: Binding, file: FileContext): boolean {
  if (placing.test(name) || placing.test(owner)) return true;
  const body = fn.body!.getText(file.source);
  const tail = new RegExp(`\\b${state.name.replace(/\$/g, '\\$')}\\b(?:\\s*>>>\\s*0)?\\)*\\s*%\\s*[\\w.]+`);
  const loopText = listUpdates(state, fn, file).text;
  if (tail.test(body.replace(loopText, ''))) return true;
  return listCallsOf(fn, file).some((call) => {
    for (let at: ts.Node = call; at.parent && !ts.isStatement(at.parent); at = at.parent) {
      const { parent } = at;
      if (
        ts.isBinaryExpression(parent) &&
        parent.operatorToken.kind === ts.SyntaxKind.PercentToken &&
        parent.left === at
      )
        return true;
      if (ts.isCallExpression(parent) && !/^Math\./.test(parent.expression.getText(file.source))) return false;
    }
    return false;
  });
}
