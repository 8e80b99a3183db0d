import { findWeakHash, placesByName, type StringHash } from '../../src/ast/hashing/string-hash.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  getOutermostWrapped,
  isAssignment,
  nameOfFunction,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { isInBrowser } from '../../src/ast/where/tooling.ts';
import { listNodesWithin } from '../../src/ast/within.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export type WeakHash = StringHash;

const what = {
  sum: 'adds up character codes: texts of the same letters collide, and short texts share a few hundred values',
  xor: 'XORs character codes: texts of the same letters collide, and there are hardly more than 128 values',
  doubles:
    'multiplies in doubles without keeping 32 bits: past 2^53 the last characters no longer count, and long texts end in Infinity',
  'fnv-product':
    'multiplies 32-bit values with `*`: the product passes 2^53 and loses its low bits on every character (`Math.imul` keeps them)',
  abs: 'takes `Math.abs` of a signed 32-bit hash, which folds its range in two',
  folded: 'is folded by a small modulus on every character, so that most of the range is never used',
  'first-character': 'looks at one character only: all keys with the same prefix land in one place',
} as const;

export const rule = defineRule<WeakHash>({
  id: 'no-weak-hash',
  category: 'hashing',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 15,
  message: 'The hash `{name}` {what}.',
  why: 'Keys pile up on few shards, buckets or nodes while others stay idle, and different texts get the same tag. It grows worse with the number of keys and their likeness.',
  advice:
    'Use a hash that keeps 32 bits (`Math.imul`) and mixes them at the end, such as `hash32` of @plimsoll/runtime.',
  limits: [
    'Checksums whose bits a standard fixes are told by the name of the function.',
    "Hashes that only choose colours and the like are left alone. Hashes of one's own make that do not say in their name or class that they choose a node, a shard or a bucket are `possible`.",
    'Hashes over buffers are seen only where they multiply by the constants of FNV or murmur.',
  ],
  mentions: ['charCodeAt', 'codePointAt', '16777619', '0x5bd1e995', '0x01000193', '0x1000193'],
  visit: {
    CallExpression(call, file) {
      const callee = call.expression;
      if (!ts.isPropertyAccessExpression(callee)) return undefined;
      const name = callee.name.text;
      if ((name !== 'charCodeAt' && name !== 'codePointAt') || isSilent(file)) return undefined;
      const fn = findHashFunction(call);
      if (!fn || !isFirstIn(call, fn, file)) return undefined;
      const hash = findWeakHash(fn, file);
      return hash && report(hash, file);
    },
    BinaryExpression(node, file) {
      if (node.operatorToken.kind !== ts.SyntaxKind.AsteriskEqualsToken || isSilent(file)) return undefined;
      return judgeProduct(node, file);
    },
  },
});

function isSilent(file: FileContext): boolean {
  return isInBrowser(file);
}

/** The named function around a character code: callbacks of loops belong to it. */
function findHashFunction(call: ts.Node): FunctionNode | undefined {
  let fn = findEnclosingFunction(call);
  while (fn && ts.isCallExpression(getOutermostWrapped(fn).parent)) {
    const outer = findEnclosingFunction(fn);
    if (!outer) break;
    fn = outer;
  }
  return fn;
}

function isFirstIn(call: ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  const first = listNodesWithin('CallExpression', fn, file).find((other) => {
    const callee = other.expression;
    return (
      ts.isPropertyAccessExpression(callee) &&
      (callee.name.text === 'charCodeAt' || callee.name.text === 'codePointAt') &&
      findHashFunction(other) === fn
    );
  });
  return first === call;
}

function report(hash: StringHash, file: FileContext): Match<WeakHash> {
  return {
    at: nameNode(hash.fn, file),
    values: { name: nameOfFunction(hash.fn), what: what[hash.weakness] },
    severity: hash.places ? 'high' : 'medium',
    ...(!isMeantToSpread(hash) && { confidence: 'possible' as const }),
    data: hash,
  };
}

/** FNV and murmur are taken to spread keys; what adds up codes may pick a colour, unless its name says a place. */
function isMeantToSpread({ fn, weakness }: StringHash): boolean {
  return weakness === 'fnv-product' || weakness === 'first-character' || placesByName(fn);
}

/** What stands on the line where the function is declared. */
function nameNode(fn: FunctionNode, file: FileContext): ts.Node {
  if ('name' in fn && fn.name) return fn.name;
  const { parent } = getOutermostWrapped(fn);
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent))
    return parent.name;
  if (isAssignment(parent)) return parent.left;
  return fn.getFirstToken(file.source) ?? fn;
}

const mixing = /^(?:0x0?1000193|16777619|0x5bd1e995|1540483477|0xcc9e2d51|0x1b873593|0x85ebca6b|0xc2b2ae35)$/i;

/** `h *= M` over a buffer, in murmur and FNV written by hand: no character code shows it. */
function judgeProduct(node: ts.BinaryExpression, file: FileContext): Match<WeakHash> | undefined {
  const right = node.right.getText(file.source);
  const declaration = ts.isIdentifier(node.right) ? file.bindingOf(node.right)?.declaration : undefined;
  const constant =
    declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer?.getText(file.source) : right;
  if (constant === undefined || !mixing.test(constant)) return undefined;
  const fn = findHashFunction(node);
  if (!fn?.body) return undefined;
  const text = fn.body.getText(file.source);
  if (/charCodeAt|codePointAt|imul|BigInt/.test(text)) return undefined;
  const products = file
    .nodes('BinaryExpression')
    .filter((b) => b.operatorToken.kind === ts.SyntaxKind.AsteriskEqualsToken && b.pos >= fn.pos && b.end <= fn.end);
  if (products[0] !== node) return undefined;
  const places = /partition|shard|ring|bucket/i.test(file.path + nameOfFunction(fn));
  const hash: StringHash = { fn, weakness: 'fnv-product', state: undefined, places };
  return { ...report(hash, file), at: node };
}
