import { together } from '../../src/ast/mention-words.ts';
import { findMemberName, findMethodCall, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { hasTooling } from '../../src/ast/where/tooling.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';

export interface ModuloSharding {
  /** `hash(key) % nodes.length` */
  modulo: ts.BinaryExpression;
  nodes: ts.Expression;
  /** What is hashed; undefined where the call does not show it. */
  key: ts.Expression | undefined;
}

const nodesName =
  /(?:nodes|servers|shards|hosts|targets|replicas|instances|backends|upstreams|brokers|peers|endpoints|members|machines|sentinels|masters|databases|caches|connections|addresses|proxies|origins|relays|gateways|routers|ring)$/i;
const byHash = /(?:for|by|from|of|with)_?hash$/i;
const hashName = /hash|crc32|fnv|murmur|md5|sha1|sha256|digest|checksum|djb2|xxh|readUInt(?:32|16|8)|fingerprint/i;

export const rule = defineRule<ModuloSharding>({
  id: 'no-modulo-sharding',
  category: 'hashing',
  severity: 'medium',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 60,
  message: 'Keys are placed by a hash modulo `{nodes}`: when one node comes or goes, nearly every key moves.',
  why: 'With n nodes, adding one moves n of n+1 keys: caches go cold at once and every session lands somewhere else, just when load made you add it.',
  advice:
    'Use consistent or rendezvous hashing, such as HashRing: a change moves only the share of the node that changed.',
  limits: [
    'Lists whose length is fixed in the file, partitions, buckets and workers of one process are left alone.',
    'Lists that the same file neither adds to nor takes from come from a configuration that seldom changes: `possible`.',
    'What is a list of nodes, and what a hash, is told by name.',
  ],
  mentions: together(
    ['%&.length', '%&.size'],
    [
      'ash',
      'rc32',
      'RC32',
      'fnv',
      'FNV',
      'urmur',
      'md5',
      'Md5',
      'MD5',
      'sha1',
      'sha256',
      'SHA',
      'Sha',
      'igest',
      'hecksum',
      'djb2',
      'xxh',
      'XXH',
      'readUInt',
      'ingerprint',
    ],
  ),
  visit: {
    BinaryExpression(node, file) {
      if (node.operatorToken.kind !== ts.SyntaxKind.PercentToken) return undefined;
      const right = skipWrappers(node.right);
      const member = findMemberName(right);
      if ((member !== 'length' && member !== 'size') || hasTooling(file)) return undefined;
      const nodes = skipWrappers((right as ts.PropertyAccessExpression).expression);
      const name = ts.isIdentifier(nodes) ? nodes.text : findMemberName(nodes);
      if (name === undefined || !nodesName.test(name) || isFixed(nodes, file)) return undefined;
      const hash = findHashCall(node.left, file, 0);
      if (!hash) return undefined;
      return {
        at: node,
        ...(!isChanged(name, file) && { confidence: 'possible' as const }),
        values: { nodes: right.getText(file.source) },
        data: { modulo: node, nodes, key: hash.arguments.length === 1 ? hash.arguments[0] : undefined },
      };
    },
  },
});

/** Whether the file itself takes nodes into the list or out of it, so that it does change while the process runs. */
function isChanged(name: string, { text }: FileContext): boolean {
  return new RegExp(
    `\\b${name.replaceAll('$', '\\$')}(?:\\.(?:push|splice|add|delete)\\(|\\s*=[^=>][^;]*\\.filter\\()`,
  ).test(text);
}

/** A constant list of literals, or one of a constant length. */
function isFixed(nodes: ts.Expression, file: FileContext): boolean {
  if (!ts.isIdentifier(nodes)) return false;
  if (/^[A-Z][A-Z0-9_]+$/.test(nodes.text)) return true;
  const declaration = file.bindingOf(nodes)?.declaration;
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return false;
  const value = skipWrappers(declaration.initializer);
  return ts.isArrayLiteralExpression(value) && value.elements.length > 0 && !value.elements.some(ts.isSpreadElement);
}

function findHashCall(expression: ts.Expression, file: FileContext, depth: number): ts.CallExpression | undefined {
  if (depth > 4) return undefined;
  const value = skipWrappers(expression);
  if (ts.isCallExpression(value)) {
    const target = findMethodCall(value);
    const name = target?.method ?? (ts.isIdentifier(value.expression) ? value.expression.text : '');
    const receiver = target
      ? (findMemberName(target.receiver) ?? (ts.isIdentifier(target.receiver) ? target.receiver.text : ''))
      : '';
    // What is found by a hash is a place on a ring already.
    if (byHash.test(name)) return undefined;
    if (hashName.test(name) || hashName.test(receiver)) return value;
    // parseInt(md5(key).slice(0, 8), 16), Math.abs(hash(key)), hash(key).toString()
    for (const argument of value.arguments) {
      const inner = findHashCall(argument, file, depth + 1);
      if (inner) return inner;
    }
    return target ? findHashCall(target.receiver, file, depth + 1) : undefined;
  }
  if (ts.isBinaryExpression(value)) return findHashCall(value.left, file, depth + 1);
  if (!ts.isIdentifier(value)) return undefined;
  const declaration = file.bindingOf(value)?.declaration;
  return declaration && ts.isVariableDeclaration(declaration) && declaration.initializer
    ? findHashCall(declaration.initializer, file, depth + 1)
    : undefined;
}
