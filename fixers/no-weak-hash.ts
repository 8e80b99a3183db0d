import type { WeakHash } from '../rules/hashing/no-weak-hash.ts';
import { isAssignment, isLoop, isWithin, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { Binding, FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { replaceNode, replaceNodes } from './edit/replace-node.ts';

export const fixer: Fixer<WeakHash> = {
  rule: 'no-weak-hash',
  safety: 'review',
  changes: 'Hashes with `hash32`: FNV-1a over UTF-8 bytes with murmur3’s final mix, uniform in every bit.',
  fix({ at, data }, file) {
    const { fn, state } = data;
    if (keptAsItWas.test(file.path))
      return { skip: 'its file says that it is kept for the values that it has always given' };
    if (data.weakness === 'fnv-product' && !state) return multiplyBits(at, fn, file);
    if (!state) return { skip: 'there is no hash to put another in the place of: hash the whole key' };
    if (!fn.body || !ts.isBlock(fn.body)) return { skip: 'the function has no block' };
    const { statements } = fn.body;
    const first = statements.find((s) => isWithin(state.identifier, s));
    const last = statements.at(-1);
    if (!first || !last || !ts.isReturnStatement(last) || !last.expression) {
      return { skip: 'the function does more than hash one text' };
    }
    const loop = statements.find((s) => isLoop(s));
    const input = loop && textOf(loop, state, file);
    if (!loop || !input) return { skip: 'the function does more than hash one text' };
    const inner = statements.slice(statements.indexOf(first), -1);
    if (inner.some((s) => s !== first && s !== loop && !isAboutHash(s, state, file))) {
      return { skip: 'the function does more than hash one text' };
    }
    if (/\/[/*]/.test(file.text.slice(first.end, last.getStart(file.source)))) {
      return { skip: 'comments explain the steps of the old hash' };
    }
    const result = resultOf(last, inner, state, input, data.places, file);
    if (!result) return { skip: 'what is returned is not the hash alone' };
    return {
      edits: [replaceNodes(first, last, `return ${result};`, file)],
      needs: ['hash32'],
      note: 'Every value changes: whatever was stored or sent under the old ones is not found again.',
    };
  },
};

/** `legacy/murmur2.js`, `hash-compat.ts`: what is there beside its successor must go on giving the old values. */
const keptAsItWas = /(?:^|[/._-])(?:legacy|compat|deprecated)(?:[/._-]|$)/i;

/** `h *= M` → `h = Math.imul(h, M)`, wherever the function multiplies by that constant. */
function multiplyBits(at: ts.Node, fn: ts.Node, file: FileContext): Fix | Skip {
  const constant = (at as ts.BinaryExpression).right.getText(file.source);
  const edits = file.nodes('BinaryExpression').flatMap((node) => {
    const isProduct = node.operatorToken.kind === ts.SyntaxKind.AsteriskEqualsToken && isWithin(node, fn);
    if (!isProduct || node.right.getText(file.source) !== constant || !ts.isIdentifier(node.left)) return [];
    return [replaceNode(node, `${node.left.text} = Math.imul(${node.left.text}, ${constant})`, file)];
  });
  const [first, ...rest] = edits;
  if (!first) return { skip: 'what is multiplied is not a variable' };
  return {
    edits: [first, ...rest],
    note: 'Every value changes: whatever was stored or sent under the old ones is not found again.',
  };
}

/** What the loop goes over: `i < text.length`, `of text`; undefined where it is more than a name. */
function textOf(loop: ts.Statement, state: Binding, file: FileContext): string | undefined {
  if (ts.isForOfStatement(loop)) {
    const over = skipWrappers(loop.expression);
    return ts.isIdentifier(over) || ts.isPropertyAccessExpression(over) ? over.getText(file.source) : undefined;
  }
  const text = loop.getText(file.source);
  const [, name] = /([\w$.[\]]+)\.(?:charCodeAt|codePointAt)\(/.exec(text) ?? [];
  const used = text.includes(`${name}.length`) || !/\.length/.test(text);
  return name !== undefined && name !== state.name && used ? name.replace(/\[[^\]]*\]$/, '') : undefined;
}

/** `hash = hash >>> 0;`, `const folded = hash % n;`. */
function isAboutHash(statement: ts.Statement, state: Binding, file: FileContext): boolean {
  if (ts.isExpressionStatement(statement)) {
    const { expression } = statement;
    return isAssignment(expression) && expression.left.getText(file.source) === state.name;
  }
  if (!ts.isVariableStatement(statement)) return false;
  const [declaration] = statement.declarationList.declarations;
  return (
    statement.declarationList.declarations.length === 1 &&
    declaration?.initializer !== undefined &&
    state.references.some((r) => isWithin(r, declaration.initializer!))
  );
}

/** The returned expression with the new hash in it; what only kept the old one in range goes. */
function resultOf(
  last: ts.ReturnStatement,
  inner: readonly ts.Statement[],
  state: Binding,
  input: string,
  places: boolean,
  file: FileContext,
): string | undefined {
  let returned = last.expression!;
  // A value derived on the way: `const folded = hash % n; return Math.abs(folded)`.
  const derived = inner.flatMap((s) => (ts.isVariableStatement(s) ? [...s.declarationList.declarations] : []));
  const names = new Map(derived.map((d) => [d.name.getText(file.source), d.initializer]));
  const isRing = places && /ring/i.test(file.path + (ownerName(last) ?? ''));
  const call = `hash32(${input})`;
  const write = (node: ts.Expression): string | undefined => {
    const value = skipWrappers(node);
    if (ts.isIdentifier(value)) {
      if (value.text === state.name) return call;
      const initial = names.get(value.text);
      return initial && state.references.some((r) => isWithin(r, initial)) ? write(initial) : undefined;
    }
    if (ts.isCallExpression(value) && value.expression.getText(file.source) === 'Math.abs' && value.arguments[0]) {
      return write(value.arguments[0]);
    }
    if (ts.isBinaryExpression(value)) {
      const { kind } = value.operatorToken;
      const isRange = kind === ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken || kind === ts.SyntaxKind.BarToken;
      const left = write(value.left);
      if (left === undefined) return undefined;
      if (isRange && value.right.getText(file.source) === '0') return left;
      if (kind !== ts.SyntaxKind.PercentToken) return undefined;
      return isRing ? left : `${left} % ${value.right.getText(file.source)}`;
    }
    return undefined;
  };
  const plain = write(returned);
  if (plain !== undefined) return plain;
  // `hash.toString(36)`, `(hash >>> 0).toString(16)`, `\`s${…}\``: the hash inside gives way, the rest stays.
  const reference = state.references.find((r) => isWithin(r, returned));
  if (!reference || state.references.filter((r) => isWithin(r, returned)).length > 1) return undefined;
  let part: ts.Node = reference;
  while (part.parent !== last && isHashPart(part.parent, file)) part = part.parent;
  const source = returned.getText(file.source);
  const offset = returned.getStart(file.source);
  const inside = write(part as ts.Expression);
  if (inside === undefined) return undefined;
  returned = last.expression!;
  return source.slice(0, part.getStart(file.source) - offset) + inside + source.slice(part.end - offset);
}

function isHashPart(node: ts.Node, file: FileContext): boolean {
  if (ts.isParenthesizedExpression(node)) return true;
  if (ts.isCallExpression(node)) return node.expression.getText(file.source) === 'Math.abs';
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  return kind === ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken || kind === ts.SyntaxKind.BarToken;
}

function ownerName(node: ts.Node): string | undefined {
  for (let at = node.parent; at; at = at.parent) if (ts.isClassDeclaration(at)) return at.name?.text;
  return undefined;
}
