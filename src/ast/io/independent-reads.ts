import type { FileContext } from '../../model/file-context.ts';
import type { SymbolRef } from '../../model/link.ts';
import { runOnOneConnection } from '../clients/one-connection.ts';
import { findFunctionValue } from '../names/functions.ts';
import { findCallee } from '../names/symbol-ref.ts';
import { listBoundNames, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { awaitedCall, hasAwait } from './independence.ts';
import { isFileCall } from './io-call.ts';
import { findQuery } from './queries.ts';
import {
  askedReadOf,
  isAdmitting,
  isForAccess,
  isNamedRead,
  isReadChain,
  mayRead,
  paced,
  type Read,
  readOf,
} from './read-call.ts';

/** A run of `const a = await read(); const b = await read(); …` of which none needs the one before. */
export interface IndependentReads {
  statements: readonly ts.VariableStatement[];
  calls: readonly ts.CallExpression[];
  /** Functions of other files among them, of which only the whole project tells whether they read. */
  asked: readonly SymbolRef[];
}

/**
 * The longest such run that begins at a statement: three reads or more, or a pair that goes over the network. What one
 * connection answers is none.
 */
export function findIndependentReads(first: ts.VariableStatement, file: FileContext): IndependentReads | undefined {
  const reads = findRun(first, file);
  return reads && runOnOneConnection(reads.calls, file) ? undefined : reads;
}

function findRun(first: ts.VariableStatement, file: FileContext): IndependentReads | undefined {
  const sure = collectReads(first, (call) => sureReadOf(call, file), file);
  if (sure && sure.calls.length >= 3) return sure;
  const asked = collectReads(first, (call) => sureReadOf(call, file) ?? importedReadOf(call, file), file);
  if (asked && asked.calls.length >= 3 && asked.calls.length - asked.asked.length < 3) return asked;
  return asked?.calls.length === 2 && asked.calls.every((call) => isWorthPairing(call, file)) ? asked : undefined;
}

const guarding = /\b(?:access|authori[sz]\w*|permissions?|allowed|before)\b/i;
const inTurn =
  /\b(?:sequential(?:ly)?|serial(?:ly)?|one (?:at a time|by one|after (?:another|the other))|in (?:turn|sequence|series))\b/i;
const regretted = /\b(?:todo|fixme|xxx|could|should|parallel\w*|optimi[sz]\w*)\b/i;

/**
 * A comment in front of a read, or of what leads to it, says that its outcome decides who may go on, or that the reads
 * follow one another on purpose: the order is meant.
 */
export function isOrderMeant({ statements }: IndependentReads, file: FileContext): boolean {
  const [first] = statements;
  const { statements: all } = first!.parent as ts.Block;
  const before = all[all.indexOf(first!) - 1];
  return [...(before && ts.isVariableStatement(before) ? [before] : []), ...statements].some((statement) => {
    const comment = file.text.slice(statement.pos, statement.getStart(file.source));
    return guarding.test(comment) || (inTurn.test(comment) && !regretted.test(comment));
  });
}

/** Of two reads, the first must not decide whether the second is made at all, and local files are read at once. */
function isWorthPairing(call: ts.CallExpression, file: FileContext): boolean {
  return !isAdmitting(call, file) && !isFileCall(call, file);
}

function collectReads(
  first: ts.VariableStatement,
  find: (call: ts.CallExpression) => Read | undefined,
  file: FileContext,
): IndependentReads | undefined {
  if (!ts.isBlock(first.parent)) return undefined;
  const { statements } = first.parent;
  const names = new Set<string>();
  const reads: ts.VariableStatement[] = [];
  const calls: ts.CallExpression[] = [];
  const asked: SymbolRef[] = [];
  for (const statement of statements.slice(statements.indexOf(first))) {
    if (!ts.isVariableStatement(statement)) break;
    const awaits = hasAwait(statement);
    const call = awaits ? findNamedRead(statement, file) : undefined;
    const read = call && find(call);
    if (awaits && (!read || uses(statement, names))) break;
    for (const { name } of statement.declarationList.declarations)
      for (const one of listBoundNames(name)) names.add(one);
    if (!read) continue;
    reads.push(statement);
    calls.push(read.call);
    if (read.asked) asked.push(read.asked);
  }
  return reads[0] === first ? { statements: reads, calls, asked } : undefined;
}

/** By what it is called on, where it is named as what reads; else by the body that this file has. */
function sureReadOf(call: ts.CallExpression, file: FileContext): Read | undefined {
  const isTold = isReadChain(call) || isReadQuery(call, file) || findFunctionValue(call.expression, file);
  return isTold ? readOf(call, file) : undefined;
}

/** Only what another file defines: what stands in this one has been looked into. */
function importedReadOf(call: ts.CallExpression, file: FileContext): Read | undefined {
  const read = isNamedRead(call) ? askedReadOf(call, file) : ownReadOf(call, file);
  return read?.asked?.kind === 'imported' ? read : undefined;
}

/** A call of the project's own that is not named as what reads: its body tells, here or in another file. */
function ownReadOf(call: ts.CallExpression, file: FileContext): Read | undefined {
  if (isNamedRead(call) || !mayRead(call) || isAdmitting(call, file)) return undefined;
  if (findFunctionValue(call.expression, file)) return readOf(call, file);
  const asked = findCallee(call, file);
  return asked?.kind === 'imported' ? { call, asked } : undefined;
}

/** The call of `const x = await getThing(…)` that is called as what reads, and whose pace is not kept on purpose. */
function findNamedRead(statement: ts.VariableStatement, file: FileContext): ts.CallExpression | undefined {
  const [declaration, ...others] = statement.declarationList.declarations;
  const value = declaration?.initializer && skipWrappers(declaration.initializer);
  if (others.length > 0 || !value || !ts.isAwaitExpression(value)) return undefined;
  const call = awaitedCall(value);
  if (
    !call ||
    !(isReadChain(call) || isReadQuery(call, file) || ownReadOf(call, file)) ||
    isForAccess(call) ||
    paced.test(call.getText(file.source))
  )
    return undefined;
  return call.arguments.some((a) => hasAwait(a)) ? undefined : call;
}

/** `prisma.order.groupBy(…)`: a query that changes nothing, whatever its library calls it. */
function isReadQuery(call: ts.CallExpression, file: FileContext): boolean {
  const kind = findQuery(call, file)?.kind;
  return kind === 'point' || kind === 'list';
}

/** Whether a statement waits for what is called as what reads: a run may begin there. */
export function startsWithRead(statement: ts.VariableStatement, file: FileContext): boolean {
  return findNamedRead(statement, file) !== undefined;
}

/** Whether the run that a statement could begin has begun above. */
export function isContinued(statement: ts.VariableStatement, file: FileContext): boolean {
  const { statements } = statement.parent as ts.Block;
  for (const before of statements.slice(0, statements.indexOf(statement))) {
    if (!ts.isVariableStatement(before) || !startsWithRead(before, file)) continue;
    if (findIndependentReads(before, file)?.statements.includes(statement)) return true;
  }
  return false;
}

function uses(node: ts.Node, names: ReadonlySet<string>): boolean {
  if (ts.isIdentifier(node)) return names.has(node.text);
  if (ts.isPropertyAccessExpression(node)) return uses(node.expression, names);
  return ts.forEachChild(node, (child) => uses(child, names)) ?? false;
}
