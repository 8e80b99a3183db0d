import type { QuadraticLookup } from '../rules/performance/no-quadratic-lookup.ts';
import { findLinearLookup, type LinearLookup } from '../src/ast/size/linear-lookup.ts';
import { isDeclaredIn, listUsedBindings } from '../src/ast/size/loop-facts.ts';
import { findMemberPath, getOutermostWrapped, isWithin, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { freeName } from './edit/free-name.ts';
import { insertBefore } from './edit/insert-before.ts';
import { replaceNode } from './edit/replace-node.ts';
import { findStatement, isInList } from './edit/statement-of.ts';

export const fixer: Fixer<QuadraticLookup> = {
  rule: 'no-quadratic-lookup',
  safety: 'review',
  changes: 'builds a `Set` or a `Map` of the list before the loop and looks up in that',
  fix({ data }, file): Fix | Skip {
    if (data.kind === 'sort') return { skip: 'put the place of each into a Map before the sort' };
    if (data.kind === 'keys') return { skip: 'keep a Map instead: its first key is there without the others' };
    if (data.kind === 'set') return { skip: 'the array is used in other ways too: keep a Set or a Map instead' };
    const { lookup } = data;
    const { list, repetition } = lookup;
    if (/\?\./.test(lookup.call.expression.getText(file.source))) return { skip: 'the list may be missing' };
    if (lookup.isGrowing) return { skip: 'the list grows in the loop: keep a Map beside it' };
    const binding = ts.isIdentifier(list) ? file.bindingOf(list) : undefined;
    if (!binding || isChanged(lookup, file)) return { skip: 'the list may change in the loop' };
    const statement = findStatement(repetition.node);
    if (!statement || !isInList(statement) || isDeclaredIn(binding, statement))
      return { skip: 'there is no statement that the index could stand before' };
    if (hasEarlier(lookup, statement, file)) return { skip: 'another search of the list before it is mended first' };
    return lookup.key ? byKey(lookup, statement, file) : byValue(lookup, statement, file);
  },
};

/** Two indexes made in one pass would bear one name. */
function hasEarlier({ call, list }: LinearLookup, statement: ts.Statement, file: FileContext): boolean {
  const name = (list as ts.Identifier).text;
  return file.nodes('CallExpression').some((other) => {
    if (other.pos >= call.pos || !isWithin(other, statement.parent)) return false;
    const found = findLinearLookup(other, file);
    return found !== undefined && ts.isIdentifier(found.list) && found.list.text === name;
  });
}

/** Written, or handed a changing method, inside of the repetition. */
function isChanged({ list, repetition }: LinearLookup, file: FileContext): boolean {
  const references = file.bindingOf(list as ts.Identifier)?.references ?? [];
  return references.some((reference) => {
    if (!isWithin(reference, repetition.node)) return false;
    const access = getOutermostWrapped(reference).parent;
    const isRead =
      ts.isPropertyAccessExpression(access) &&
      /^(?:includes|indexOf|find|findIndex|some|every|filter|map|length|at|forEach|reduce)$/.test(access.name.text);
    return !isRead;
  });
}

/** `list.includes(x)`, `list.indexOf(x) !== -1` → `set.has(x)`. */
function byValue({ call, list, method }: LinearLookup, statement: ts.Statement, file: FileContext): Fix | Skip {
  const value = call.arguments[0]!.getText(file.source);
  if (call.arguments.length !== 1) return { skip: 'the search does not begin at the start' };
  const name = freeName(`${singular(list)}Set`, file);
  const outer = getOutermostWrapped(call);
  const test = method === 'includes' ? { node: call as ts.Node, isFound: true } : findTest(outer);
  if (!test) return { skip: 'the position is used' };
  const code = `${test.isFound ? '' : '!'}${name}.has(${value})`;
  const declared = insertBefore(statement, `const ${name} = new Set(${list.getText(file.source)});`, file);
  return {
    edits: [...declared, replaceNode(test.node, code, file)],
    ...(method === 'includes' && { safety: 'safe' as const }),
  };
}

/** `… !== -1`, `… >= 0`, `… === -1`, `… < 0`. */
function findTest(outer: ts.Node): { node: ts.Node; isFound: boolean } | undefined {
  const { parent } = outer;
  if (!ts.isBinaryExpression(parent) || parent.left !== outer) return undefined;
  const bound = parent.right.getText().replaceAll(' ', '');
  const operator = parent.operatorToken.getText();
  if (/^(?:!==?)-1$|^>=0$|^>-1$/.test(operator + bound)) return { node: parent, isFound: true };
  if (/^(?:===?)-1$|^<0$/.test(operator + bound)) return { node: parent, isFound: false };
  return undefined;
}

/** `list.find(x => x.id === key)` → `byId.get(key)`, `list.some(…)` → `byId.has(key)`. */
function byKey(
  { call, list, method, key, repetition }: LinearLookup,
  statement: ts.Statement,
  file: FileContext,
): Fix | Skip {
  const { fn, other, own } = key!;
  const parameter = fn.parameters[0]?.name;
  const body = ts.isArrowFunction(fn) && !ts.isBlock(fn.body) ? skipWrappers(fn.body) : undefined;
  if (!body || !ts.isBinaryExpression(body) || fn.parameters.length !== 1 || !parameter || !ts.isIdentifier(parameter))
    return { skip: 'the test is more than a comparison of a key' };
  if (body.operatorToken.kind !== ts.SyntaxKind.EqualsEqualsEqualsToken || (body.left !== own && body.right !== own))
    return { skip: 'the keys are compared loosely' };
  if (!findMemberPath(own) || !findMemberPath(other)) return { skip: 'the key is computed' };
  if (listUsedBindings(own, file).some((b) => isDeclaredIn(b, repetition.node) && b.identifier !== parameter))
    return { skip: 'the key depends on the round' };
  const source = list.getText(file.source);
  const item = parameter.text;
  const ownText = own.getText(file.source);
  const part = findMemberPath(own)!.at(-1)!;
  const otherText = other.getText(file.source);
  if (method === 'some') {
    const name = freeName(part === item ? `${singular(list)}Set` : `${singular(list)}${capital(part)}s`, file);
    const declared = insertBefore(statement, `const ${name} = new Set(${source}.map((${item}) => ${ownText}));`, file);
    return { edits: [...declared, replaceNode(call, `${name}.has(${otherText})`, file)] };
  }
  if (method !== 'find') return { skip: 'a group or a position is asked for, not one item' };
  const name = freeName(`${source}By${capital(part)}`, file);
  const build = `const ${name} = new Map([...${source}].reverse().map((${item}) => [${ownText}, ${item}]${asConst(file)}));`;
  return {
    edits: [...insertBefore(statement, build, file), replaceNode(call, `${name}.get(${otherText})`, file)],
    note: 'the index is built from the end, so that the first of equal keys is found as before',
  };
}

function asConst(file: FileContext): string {
  return /\.[cm]?tsx?$/.test(file.path) ? ' as const' : '';
}

function capital(word: string): string {
  return word.replace(/^#/, '').replace(/^./, (c) => c.toUpperCase());
}

function singular(list: ts.Expression): string {
  return (list as ts.Identifier).text.replace(/ies$/, 'y').replace(/([^s])s$/, '$1');
}
