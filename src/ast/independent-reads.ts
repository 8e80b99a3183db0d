import type { FileContext } from '../model/file-context.ts';
import type { SymbolRef } from '../model/link.ts';
import { awaitedCall, hasAwait, isSharedRecord, paced } from './independence.ts';
import { ioOf, isFileCall } from './io-call.ts';
import { findCallee } from './symbol-ref.ts';
import { findMemberPath, listBoundNames, skipWrappers } from './syntax.ts';
import { ts } from './ts.ts';

/** A run of `const a = await read(); const b = await read(); …` of which none needs the one before. */
export interface IndependentReads {
  statements: readonly ts.VariableStatement[];
  calls: readonly ts.CallExpression[];
  /** Functions of other files among them, of which only the whole project tells whether they read. */
  asked: readonly SymbolRef[];
}

/** What one statement waits for. */
interface Read {
  call: ts.CallExpression;
  /** Where another file says what it does. */
  asked?: SymbolRef;
}

const readName = /^(?:get|find|list|count|fetch|load|read|search|query|select)(?:[A-Z_]|$)/;
/** Who asks must be known before anything else is read for them. */
const admitting = /session|auth|permission|access|token|currentUser|OrThrow|OrFail|OrReject|OrCreate|AndUpdate/i;

/** The longest such run that begins at a statement: three reads or more, or a pair that goes over the network. */
export function findIndependentReads(first: ts.VariableStatement, file: FileContext): IndependentReads | undefined {
  const sure = collectReads(first, (statement) => readOf(statement, file));
  if (sure && sure.calls.length >= 3) return sure;
  const asked = collectReads(first, (statement) => readOf(statement, file) ?? askedReadOf(statement, file));
  if (asked && asked.calls.length >= 3 && asked.calls.length - asked.asked.length < 3) return asked;
  return asked?.calls.length === 2 && asked.calls.every((call) => isWorthPairing(call, file)) ? asked : undefined;
}

/** Of two reads, the first must not decide whether the second is made at all, and local files are read at once. */
function isWorthPairing(call: ts.CallExpression, file: FileContext): boolean {
  return !admitting.test(call.expression.getText(file.source)) && !isFileCall(call, file);
}

function collectReads(
  first: ts.VariableStatement,
  find: (statement: ts.VariableStatement) => Read | undefined,
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
    const read = awaits ? find(statement) : undefined;
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

/** `const x = await something.getThing(…)`, I/O by what it is called on. */
function readOf(statement: ts.VariableStatement, file: FileContext): Read | undefined {
  const call = findNamedRead(statement, file);
  return call && ioOf(call, file) === 'read' && !isSharedRecord(call, file) ? { call } : undefined;
}

/** `const x = await getThing(…)` of another file of the project. */
function askedReadOf(statement: ts.VariableStatement, file: FileContext): Read | undefined {
  const call = findNamedRead(statement, file);
  if (!call || ioOf(call, file) || admitting.test(call.expression.getText(file.source))) return undefined;
  const asked = findCallee(call, file);
  return asked?.kind === 'imported' ? { call, asked } : undefined;
}

/** The call of `const x = await getThing(…)` that is called as what reads, and whose pace is not kept on purpose. */
function findNamedRead(statement: ts.VariableStatement, file: FileContext): ts.CallExpression | undefined {
  const [declaration, ...others] = statement.declarationList.declarations;
  const value = declaration?.initializer && skipWrappers(declaration.initializer);
  if (others.length > 0 || !value || !ts.isAwaitExpression(value)) return undefined;
  const call = awaitedCall(value);
  const name = call && (findMemberPath(call.expression)?.at(-1) ?? '');
  if (!call || !name || !readName.test(name) || paced.test(call.getText(file.source))) return undefined;
  return call.arguments.some((a) => hasAwait(a)) ? undefined : call;
}

/** Whether a statement waits for what is called as what reads: a run may begin there. */
export function isNamedRead(statement: ts.VariableStatement, file: FileContext): boolean {
  return findNamedRead(statement, file) !== undefined;
}

function uses(node: ts.Node, names: ReadonlySet<string>): boolean {
  if (ts.isIdentifier(node)) return names.has(node.text);
  if (ts.isPropertyAccessExpression(node)) return uses(node.expression, names);
  return ts.forEachChild(node, (child) => uses(child, names)) ?? false;
}
