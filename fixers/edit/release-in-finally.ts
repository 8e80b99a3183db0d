import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isWithin,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import type { Fix, Skip, TextEdit } from '../../src/model/fixer.ts';
import { addFinally } from './add-finally.ts';
import { raiseTry } from './raise-try.ts';
import { removeFinally } from './remove-finally.ts';
import { removeStatement } from './remove-statement.ts';
import { findStatement, isInList } from './statement-of.ts';
import { wrapInTryFinally } from './wrap-in-try-finally.ts';

/** What works on with what was read stays in the `try` where it is no longer than this. */
const maxLinesBehind = 5;

/** Something that a function takes and must give back. */
export interface Held {
  /** The expression that takes it. */
  call: ts.Node;
  binding: Binding;
  fn: FunctionNode;
  /** The calls of the function that give it back. */
  releases: readonly ts.CallExpression[];
}

/**
 * Moves what gives it back to a `finally` that begins right after it was taken.
 *
 * @param code gives it back where nothing does yet
 */
export function releaseInFinally(held: Held, code: string, file: FileContext): Fix | Skip {
  const { call, binding, releases } = held;
  const acquired = findStatement(call);
  if (!acquired || !isInList(acquired) || !ts.isVariableStatement(acquired)) {
    return { skip: `\`${binding.name}\` is not taken by a declaration of its own` };
  }
  const releasing = releases.map((release) => findReleaseStatement(release, held));
  if (releasing.some((statement) => !statement))
    return { skip: 'a release stands inside another expression or hands over an error' };
  const statements = releasing as ts.ExpressionStatement[];
  const behind = listBehind(acquired);
  const last = findLast(behind, statements.length > 0 ? statements : binding.references);
  const [first] = behind;
  if (!first || !last) return { skip: `nothing is done with \`${binding.name}\`` };
  if (!statements.every((statement) => isWithin(statement, acquired.parent)))
    return { skip: `\`${binding.name}\` is released outside of the block that takes it` };
  const release = statements[0]?.getText(file.source) ?? code;
  // A `finally` that gives it back already, and only begins too late.
  const isLate = first !== last && ts.isTryStatement(last) && statements.length === 1;
  const raised = isLate && statements[0]!.parent === last.finallyBlock ? raiseTry(first, last, file) : undefined;
  if (raised) return { edits: raised };
  const removals = statements.flatMap((statement) => removeRelease(statement, file));
  const region =
    first === last && ts.isTryStatement(first)
      ? addFinally(first, release, file)
      : wrapHeld(first, last, behind, release, file);
  if (!region) return { skip: 'what is declared while it is held is used afterwards' };
  return { edits: merge(region, removals) };
}

/** The release goes, and the `finally` of a `try … catch` that held nothing else. */
function removeRelease(statement: ts.Statement, file: FileContext): TextEdit[] {
  const { parent } = statement;
  const owner = parent.parent;
  if (!ts.isTryStatement(owner) || owner.finallyBlock !== parent || !owner.catchClause || !holdsOnly(parent, file))
    return [removeStatement(statement, file)];
  return removeFinally(owner, file);
}

/** Whether a block holds one statement, and no comment. */
function holdsOnly(block: ts.Node, file: FileContext): boolean {
  if (!ts.isBlock(block) || block.statements.length !== 1) return false;
  const [only] = block.statements;
  const rest = file.text.slice(block.getStart(file.source) + 1, only!.getStart(file.source));
  return (rest + file.text.slice(only!.end, block.end - 1)).trim() === '';
}

/** `client.release();` as a statement of its own, in the function that acquired, without an error as argument. */
function findReleaseStatement(release: ts.CallExpression, { fn, binding }: Held): ts.ExpressionStatement | undefined {
  let outer = getOutermostWrapped(release);
  if (ts.isAwaitExpression(outer.parent)) outer = outer.parent;
  if (!ts.isExpressionStatement(outer.parent) || !isInList(outer.parent) || findEnclosingFunction(release) !== fn)
    return undefined;
  const isOwn = findMethodCall(release)?.receiver.getText() === binding?.name;
  return release.arguments.length > (isOwn ? 0 : 1) ? undefined : outer.parent;
}

function listBehind(statement: ts.Statement): readonly ts.Statement[] {
  const { statements } = statement.parent as ts.Block;
  return statements.slice(statements.indexOf(statement) + 1);
}

function findLast(statements: readonly ts.Statement[], nodes: readonly ts.Node[]): ts.Statement | undefined {
  return statements.findLast((statement) => nodes.some((node) => isWithin(node, statement)));
}

/** To the end of a block that is near, so that what is declared stays where it is; else to where it was given back. */
function wrapHeld(
  first: ts.Statement,
  last: ts.Statement,
  behind: readonly ts.Statement[],
  release: string,
  file: FileContext,
): Fix['edits'] | undefined {
  const rest = behind.slice(behind.indexOf(last) + 1);
  const text = rest.map((statement) => statement.getText(file.source)).join('\n');
  const end = /\bawait\b/.test(text) ? last : (rest.at(-1) ?? last);
  const ends = text.split('\n').length > maxLinesBehind ? [last, end] : [end, last];
  for (const one of ends) {
    const region = wrapInTryFinally(first, one, release, file);
    if (region) return region;
  }
  return undefined;
}

/** Lines that go need no indentation; what begins or ends the region at a removed line stays. */
function merge(region: readonly TextEdit[], removals: readonly TextEdit[]): [TextEdit, ...TextEdit[]] {
  const kept = region.filter(
    (edit) =>
      !removals.some(
        (removal) =>
          edit.start === edit.end &&
          edit.start >= removal.start &&
          edit.start < removal.end &&
          /^[\t ]+$/.test(edit.text),
      ),
  );
  // The end of the region may be the end of a removed statement: it moves behind the line that goes.
  const moved = kept.map((edit) => {
    const removal = removals.find((r) => edit.start === edit.end && edit.start > r.start && edit.start < r.end);
    return removal
      ? { ...edit, start: removal.start, end: removal.start, text: edit.text.replace(/^\n/, '').concat('\n') }
      : edit;
  });
  return [...moved, ...removals].sort((a, b) => a.start - b.start || a.end - b.end) as [TextEdit, ...TextEdit[]];
}
