import type { Accumulation } from '../src/ast/size/accumulation.ts';
import type { Copy } from '../src/ast/size/copy.ts';
import { isDeclaredIn } from '../src/ast/size/loop-facts.ts';
import { findMemberName, findMethodCall, getOutermostWrapped, isWithin, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, FixSafety, Skip, TextEdit } from '../src/model/fixer.ts';
import { freeName } from './edit/free-name.ts';
import { replaceNode } from './edit/replace-node.ts';
import { writeProperty } from './edit/write-property.ts';

export const fixer: Fixer<Accumulation> = {
  rule: 'no-quadratic-accumulation',
  safety: 'safe',
  changes: 'writes to the accumulator instead of copying it',
  fix({ data }, file): Fix | Skip {
    return data.kind === 'reduce' ? fixReduce(data, file) : fixLoop(data, file);
  },
};

function fixReduce(data: Extract<Accumulation, { kind: 'reduce' }>, file: FileContext): Fix | Skip {
  const { accumulator, call, copies, fn, initial } = data;
  if (!isWithin(fn, call)) return { skip: 'the step may be used elsewhere' };
  if (!isFresh(initial)) return { skip: 'the initial value may be used elsewhere' };
  const types = `${call.typeArguments?.map((t) => t.getText(file.source)).join() ?? ''} ${initial.getText(file.source)} ${fn.parameters[0]!.getText(file.source)}`;
  if (/\breadonly\b|Readonly/.test(types)) return { skip: 'the accumulator is declared read-only' };
  const edits: TextEdit[] = [];
  let safety: FixSafety = 'safe';
  for (const copy of copies) {
    if (isInFront(copy)) return inFront;
    const writes = writesOf(copy, accumulator.text, types, file);
    if (!writes) return { skip: 'what is added cannot be added in place' };
    if (copy.kind === 'object' || copy.kind === 'assign') safety = 'review';
    const outer = getOutermostWrapped(copy.node);
    const { parent } = outer;
    if (parent === fn) {
      edits.push(replaceNode(outer, `{\n  ${writes.join('\n  ')}\n  return ${accumulator.text};\n}`, file));
    } else if (ts.isReturnStatement(parent) && ts.isBlock(parent.parent)) {
      edits.push(replaceNode(parent, `${writes.join('\n')}\nreturn ${accumulator.text};`, file));
    } else if (ts.isBinaryExpression(parent) && ts.isExpressionStatement(parent.parent)) {
      edits.push(replaceNode(parent.parent, writes.join('\n'), file));
    } else return { skip: 'the copy stands inside another expression' };
  }
  if (hasComments(edits, file)) return { skip: 'there are comments inside of what is copied' };
  const [first, ...rest] = edits;
  return first ? { edits: [first, ...rest], safety } : { skip: 'nothing to change' };
}

function fixLoop({ assignment, copy, target }: Extract<Accumulation, { kind: 'loop' }>, file: FileContext): Fix | Skip {
  const binding = ts.isIdentifier(target) ? file.bindingOf(target) : undefined;
  const declaration = binding?.declaration;
  if (!binding || !declaration || !ts.isVariableDeclaration(declaration))
    return { skip: 'the value is not a variable of this function' };
  if (!declaration.initializer || !isFresh(declaration.initializer))
    return { skip: 'its first value may be used elsewhere' };
  if (declaration.type && /\breadonly\b|Readonly/.test(declaration.type.getText(file.source)))
    return { skip: 'it is declared read-only' };
  const escapes = binding.references.some(
    (r) => isWithin(r, loopOf(assignment)) && !isWithin(r, assignment) && !isRead(r),
  );
  if (escapes || binding.writes.length > 1) return { skip: 'the value is handed on in the loop' };
  if (!ts.isExpressionStatement(assignment.parent)) return { skip: 'the copy stands inside another expression' };
  const types = `${declaration.type?.getText(file.source) ?? ''} ${declaration.initializer.getText(file.source)}`;
  if (isInFront(copy)) return inFront;
  const writes = writesOf(copy, target.getText(file.source), types, file);
  if (!writes || isDeclaredIn(binding, assignment)) return { skip: 'what is added cannot be added in place' };
  const edit = replaceNode(assignment.parent, writes.join('\n'), file);
  if (hasComments([edit], file)) return { skip: 'there are comments inside of what is copied' };
  return { edits: [edit], ...(copy.kind !== 'array' && { safety: 'review' as const }) };
}

/** The outermost statement that repeats the assignment, as far as this function goes. */
function loopOf(node: ts.Node): ts.Node {
  let loop: ts.Node = node;
  for (let at = node.parent; at && !ts.isSourceFile(at); at = at.parent) {
    if (ts.isIterationStatement(at, false)) loop = at;
    if (ts.isCallExpression(at)) loop = at;
    if (ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at)) break;
  }
  return loop;
}

function isRead(reference: ts.Identifier): boolean {
  const { parent } = getOutermostWrapped(reference);
  return /^(?:length|has|includes|size)$/.test(findMemberName(parent) ?? '');
}

/** A literal made for this one purpose. */
function isFresh(value: ts.Expression): boolean {
  const made = skipWrappers(value);
  if (ts.isArrayLiteralExpression(made) || ts.isObjectLiteralExpression(made)) return true;
  const target = findMethodCall(made);
  return target?.method === 'create' && target.receiver.getText() === 'Object';
}

/** `[item, ...all]`: `unshift` would move as much at each step as the copy does. */
function isInFront({ kind, isAppending }: Copy): boolean {
  return kind === 'array' && !isAppending;
}

const inFront: Skip = { skip: 'each is put in front of the others: push, and reverse the list at the end' };

function writesOf(copy: Copy, name: string, types: string, file: FileContext): string[] | undefined {
  const text = (node: ts.Node): string => node.getText(file.source);
  // concat adds one item or many, as its argument happens to be.
  if (copy.kind === 'concat' || !copy.isAppending) return undefined;
  if (copy.kind === 'array') {
    if (copy.added.some((a) => usesName(a, name))) return undefined;
    return copy.added.map((a) => {
      if (!ts.isSpreadElement(a)) return `${name}.push(${text(a)});`;
      const item = freeName('item', file);
      return `for (const ${item} of ${text(a.expression)}) ${name}.push(${item});`;
    });
  }
  if (copy.added.some((a) => usesName(a, name))) return undefined;
  if (copy.kind === 'object') {
    const [old, ...added] = (copy.node as ts.ObjectLiteralExpression).properties;
    const [only] = added;
    if (added.length === 1 && only) return [writeProperty(only, name, types, file)];
    const rest = file.text.slice(old!.end, copy.node.end).replace(/^\s*,\s*/, '');
    return [`Object.assign(${name}, { ${rest.replace(/,?\s*\}$/, ' }')});`];
  }
  return [`Object.assign(${[name, ...copy.added.map(text)].join(', ')});`];
}

/** What is added is made from what is there: it would see the writes. */
function usesName(node: ts.Node, name: string): boolean {
  if (ts.isPropertyAccessExpression(node)) return usesName(node.expression, name);
  return ts.isIdentifier(node)
    ? node.text === name
    : (ts.forEachChild(node, (child) => usesName(child, name)) ?? false);
}

function hasComments(edits: readonly TextEdit[], file: FileContext): boolean {
  return edits.some(({ start, end }) => /\/\/|\/\*/.test(file.text.slice(start, end)));
}
