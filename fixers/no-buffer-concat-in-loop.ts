import { findClassField, findThisOwner } from '../src/ast/names/class-shape.ts';
import type { ByteGrowth } from '../src/ast/size/byte-growth.ts';
import { isDeclaredIn, listUsedBindings } from '../src/ast/size/loop-facts.ts';
import { findMemberName, getOutermostWrapped, isAssignment, isWithin, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { replaceNode } from './edit/replace-node.ts';

/** Where the bytes are kept: how it is declared and every use of it. */
interface Home {
  name: ts.Node | undefined;
  type: ts.TypeNode | undefined;
  accesses: readonly ts.Expression[];
  isPrivate: boolean;
}

export const fixer: Fixer<ByteGrowth> = {
  rule: 'no-buffer-concat-in-loop',
  safety: 'safe',
  changes: 'collects the chunks in a `ByteAccumulator` and joins them where they are read',
  fix({ data }, file): Fix | Skip {
    const { assignment, repeats, target } = data;
    const home = findHome(target, file);
    if (!assignment || !home) return { skip: 'what keeps the bytes is declared elsewhere' };
    if (assignment.operatorToken.kind !== ts.SyntaxKind.EqualsToken || !ts.isExpressionStatement(assignment.parent))
      return { skip: 'the joined buffer is used in the same expression' };
    const region = repeats.kind === 'loop' ? repeats.node : repeats.fn;
    if (data.chunks.some((chunk) => isReused(chunk, region, file)))
      return { skip: 'the chunk is a buffer that is written to again' };
    if (home.type && !/^(?:Buffer|Uint8Array)(?:<\w+>)?$/.test(home.type.getText(file.source)))
      return { skip: 'its type allows more than a buffer' };
    const edits: TextEdit[] = [];
    for (const access of home.accesses) {
      const edit = rewrite(access, data, region, file);
      if (edit === undefined)
        return {
          skip: 'the bytes so far are looked at for each chunk: read the length first, join when the message is complete',
        };
      edits.push(...edit);
    }
    if (!home.accesses.some((a) => isEmptyWrite(a)) && !isDeclaredEmpty(home.name, edits, file))
      return { skip: 'it does not begin as an empty buffer' };
    if (home.type) edits.push(replaceNode(home.type, 'ByteAccumulator', file));
    return {
      edits: edits.sort((a, b) => a.start - b.start) as [TextEdit, ...TextEdit[]],
      needs: ['ByteAccumulator'],
      ...(!home.isPrivate && { safety: 'review' as const }),
    };
  },
};

function findHome(target: ts.Expression, file: FileContext): Home | undefined {
  if (ts.isIdentifier(target)) {
    const binding = file.bindingOf(target);
    if (!binding || !ts.isVariableDeclaration(binding.declaration)) return undefined;
    const { declaration, references } = binding;
    return { name: declaration.name, type: declaration.type, accesses: references, isPrivate: true };
  }
  const name = findMemberName(target);
  const owner = findThisOwner(target, file);
  const field = owner && name !== undefined ? findClassField(owner, name, file) : undefined;
  if (!field) return undefined;
  const { accesses, declaration } = field;
  const isPrivate =
    name!.startsWith('#') || (declaration?.modifiers?.some((m) => m.kind === ts.SyntaxKind.PrivateKeyword) ?? false);
  return { name: declaration?.name, type: declaration?.type, accesses, isPrivate };
}

/** A buffer that lives longer than a round is filled again in the next. */
function isReused(chunk: ts.Expression, region: ts.Node, file: FileContext): boolean {
  return listUsedBindings(chunk, file).some(
    (b) => b.kind !== 'import' && b.kind !== 'function' && b.kind !== 'class' && !isDeclaredIn(b, region),
  );
}

function rewrite(
  access: ts.Expression,
  growth: ByteGrowth,
  region: ts.Node,
  file: FileContext,
): TextEdit[] | undefined {
  const { assignment, chunks, call, target } = growth;
  if (isWithin(access, call)) return [];
  const name = target.getText(file.source);
  const outer = getOutermostWrapped(access);
  const { parent } = outer;
  if (parent === assignment) {
    const pushes = chunks.map((chunk) => `${name}.push(${chunk.getText(file.source)})`);
    return [replaceNode(parent, pushes.join(';\n'), file)];
  }
  if (isAssignment(parent) && parent.left === outer) {
    if (!isEmptyBuffer(parent.right)) return undefined;
    if (ts.isExpressionStatement(parent.parent) && isWithin(parent, region))
      return [replaceNode(parent, `${name}.clear()`, file)];
    return [replaceNode(parent.right, 'new ByteAccumulator()', file)];
  }
  if (/^(?:byteL|l)ength$/.test(findMemberName(parent) ?? '')) return [];
  if (isWithin(access, region)) return undefined;
  return [{ start: access.end, end: access.end, text: '.concat()' }];
}

function isEmptyWrite(access: ts.Expression): boolean {
  const outer = getOutermostWrapped(access);
  return isAssignment(outer.parent) && outer.parent.left === outer && isEmptyBuffer(outer.parent.right);
}

function isDeclaredEmpty(name: ts.Node | undefined, edits: TextEdit[], file: FileContext): boolean {
  const holder = name?.parent;
  if (!holder || !(ts.isVariableDeclaration(holder) || ts.isPropertyDeclaration(holder)) || !holder.initializer)
    return false;
  if (!isEmptyBuffer(holder.initializer)) return false;
  edits.push(replaceNode(holder.initializer, 'new ByteAccumulator()', file));
  return true;
}

function isEmptyBuffer(value: ts.Expression): boolean {
  return /^(?:Buffer\.(?:alloc(?:Unsafe)?\(0\)|from\((?:''|""|\[\])(?:, *['"]\w+['"])?\)|concat\(\[\]\))|new (?:Buffer|Uint8Array)\((?:0|''|""|\[\])?\))$/.test(
    skipWrappers(value).getText(),
  );
}
