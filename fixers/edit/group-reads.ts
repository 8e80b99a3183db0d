import { findEnclosingFunction, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { contains } from '../../src/ast/within.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import { findEffect } from './find-effect.ts';
import { isKnownToFunctions, isSteady } from './is-steady.ts';

/** `const x = await read();` statements that can be waited for at once, and the declarations between them that then follow. */
export interface ReadGroup {
  reads: [ts.VariableStatement, ...ts.VariableStatement[]];
  between: ts.VariableStatement[];
}

interface ReadGroups {
  groups: ReadGroup[];
  /** Why they are not one group, where they are several. */
  why: string | undefined;
}

/** Reads of one block, in its order, in as few groups as can be. */
export function groupReads(reads: readonly ts.VariableStatement[], file: FileContext): ReadGroups {
  const groups: ReadGroup[] = [];
  let why: string | undefined;
  for (const read of reads) {
    const group = groups.at(-1);
    const passed = group ? listBetween(group.reads[0], read, reads) : [];
    const hindrance = group && findHindrance({ ...group, between: passed }, read, file);
    if (group && hindrance === undefined) {
      group.reads.push(read);
      group.between = passed;
    } else groups.push({ reads: [read], between: [] });
    why ??= hindrance;
  }
  return { groups, why };
}

function listBetween(
  first: ts.VariableStatement,
  last: ts.VariableStatement,
  reads: readonly ts.VariableStatement[],
): ts.VariableStatement[] {
  const { statements } = first.parent as ts.Block;
  const all = statements.slice(statements.indexOf(first), statements.indexOf(last)) as ts.VariableStatement[];
  return all.filter((statement) => !reads.includes(statement));
}

/** Why a read cannot be started together with those of a group, before what stands between them. */
function findHindrance(
  { reads, between }: ReadGroup,
  read: ts.VariableStatement,
  file: FileContext,
): string | undefined {
  const [first] = reads;
  const unfit = findUnfit(first, file) ?? findUnfit(read, file);
  if (unfit !== undefined) return unfit;
  const kinds = new Set([first, read].map(({ declarationList }) => declarationList.flags & ts.NodeFlags.BlockScoped));
  if (waitsFirst(read))
    return `\`${nameOf(read, file)}\` waits for something else before it is read: name that in a line above the reads`;
  if (kinds.size > 1) return 'some are `const` and some are not: declare them alike';
  const start = first.getStart(file.source);
  // A pattern may give what is missing a value of its own.
  for (const node of [...reads.map(declarationOf).map(({ name }) => name), ...between]) {
    const effect = findEffect(node, (name) => isSteady(name, start, read, file), file);
    if (effect) return describe(effect, file);
  }
  const known = file.bindings.find(
    (binding) =>
      binding.identifier.pos >= start &&
      binding.identifier.end <= read.pos &&
      findEnclosingFunction(binding.identifier) === findEnclosingFunction(read) &&
      isKnownToFunctions(binding, start, read),
  );
  return (
    known &&
    `a function that \`${nameOf(read, file)}\` may be read with uses \`${known.name}\`, which is declared first`
  );
}

/** Whether a read waits for what it is made of: in a list, those before it would be under way with nobody to hear them fail. */
function waitsFirst(read: ts.VariableStatement): boolean {
  return contains((declarationOf(read).initializer as ts.AwaitExpression).expression, ts.isAwaitExpression);
}

export function declarationOf({ declarationList }: ts.VariableStatement): ts.VariableDeclaration {
  return declarationList.declarations[0]!;
}

function nameOf(read: ts.VariableStatement, file: FileContext): string {
  return declarationOf(read).name.getText(file.source).replace(/\s+/g, ' ');
}

/** Why a read cannot stand in a list of reads as it is written. */
function findUnfit(read: ts.VariableStatement, file: FileContext): string | undefined {
  const { name, type, initializer } = declarationOf(read);
  const written = nameOf(read, file);
  if ((read.declarationList.flags & ts.NodeFlags.Using) !== 0)
    return `\`${written}\` is disposed of at the end of its block`;
  if (type)
    return `the type of \`${written}\` is written out: leave it to what it is read with, then they fit in one list`;
  const value = skipWrappers(initializer!);
  if (value !== initializer || !ts.isAwaitExpression(value))
    return `\`${written}\` is converted as it is read: convert it in a line of its own`;
  const around = [file.text.slice(name.end, value.expression.pos), file.text.slice(value.expression.end, read.end)];
  const lead = value.expression.getFullText(file.source).slice(0, value.expression.getLeadingTriviaWidth(file.source));
  if (/\/[/*]/.test([...around, lead].join(' '))) return `a comment stands inside the declaration of \`${written}\``;
  if (isForCompiler(read, file))
    return `a comment allows an error in the line of \`${written}\`: see where it belongs in a list`;
  return undefined;
}

/** Whether `@ts-expect-error` or the like stands above a node: it holds for the next line, whatever that says. */
export function isForCompiler(node: ts.Node, file: FileContext): boolean {
  return /@ts-(?:expect-error|ignore)/.test(file.text.slice(node.pos, node.getStart(file.source)));
}

function describe(effect: ts.Node, file: FileContext): string {
  const short = (node: ts.Node) => node.getText(file.source).replace(/\s+/g, ' ').slice(0, 40);
  if (ts.isCallExpression(effect) || ts.isNewExpression(effect))
    return `\`${short(effect.expression)}\` is called between the reads: move that below them if nothing depends on when it runs`;
  if (ts.isIdentifier(effect) || effect.kind === ts.SyntaxKind.ThisKeyword)
    return `\`${short(effect)}\`, of which something is used between the reads, may change meanwhile: move that below them if it does not`;
  return 'what stands between the reads does more than declare a value: move it below them if nothing depends on when it runs';
}
