import type { WeakHash } from '../rules/hashing/no-weak-hash.ts';
import { isAssignment, isLoop, isWithin, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { Binding, FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { writeNewHash } from './edit/new-hash.ts';
import { replaceNode, replaceNodes } from './edit/replace-node.ts';

export const fixer: Fixer<WeakHash> = {
  rule: 'no-weak-hash',
  safety: 'review',
  changes: 'hashes with `hash32`: FNV-1a over UTF-8 bytes with murmur3’s final mix, uniform in every bit',
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
    const result = writeNewHash(last, inner, state, input, data.places, file);
    if (!result) return { skip: 'what is returned is not the hash alone' };
    return {
      edits: [replaceNodes(first, last, `return ${result};`, file)],
      needs: ['hash32'],
      note: 'every value changes: whatever was stored or sent under the old ones is not found again',
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
    note: 'every value changes: whatever was stored or sent under the old ones is not found again',
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
