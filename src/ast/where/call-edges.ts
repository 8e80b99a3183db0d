import type { FileContext } from '../../model/file-context.ts';
import type { CallEdge, CallFrequency, FunctionSummary, SymbolRef } from '../../model/link.ts';
import { isRunAlone, runsUnattended } from '../handles/left-alone.ts';
import { findTable, listDispatched, listSteps } from '../names/dispatch-table.ts';
import { findFunctionValue, isStreamStart, ordinalOf } from '../names/functions.ts';
import { findImport, findOrigin, packageOfModule } from '../names/provenance.ts';
import { anyMember, findNamed, refOf, refOfMade, targetOf } from '../names/symbol-ref.ts';
import {
  type ClassNode,
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  findPropertyName,
  getOutermostWrapped,
  isCalledInPlace,
  isFunctionNode,
  lineOf,
  skipWrappers,
} from '../syntax.ts';
import { isAfterAnswer, isTimeLimited } from '../timers/bounded-wait.ts';
import { ts } from '../ts.ts';
import { findEntryOfCall, findEntryPoint } from './entry-points.ts';
import { findFrameworkCall } from './framework-calls.ts';
import { listGivenValues } from './given-values.ts';
import { listHanded, parameterRef } from './handed-over.ts';
import { isOffProduction } from './off-production.ts';
import { isOnceAProcess } from './once-guard.ts';
import { findSparing } from './spared.ts';
import { findRepetition } from './where.ts';

/** Notes what a call runs, and what the functions that it is handed are: entries, or callbacks of the callee. */
export function addCall(
  call: ts.CallExpression | ts.NewExpression,
  file: FileContext,
  classes: readonly ClassNode[],
  summaries: FunctionSummary[],
  addEdge: (from: FunctionNode | undefined, edge: CallEdge) => void,
): void {
  const from = findEnclosingFunction(call);
  const at = call.getStart(file.source);
  const edge = (to: SymbolRef, frequency: CallFrequency): CallEdge => ({
    to,
    at,
    line: lineOf(file.source, at),
    frequency,
  });
  const frequency: CallFrequency = findRepetition(call) ? 'loop' : 'once';
  const run = (to: SymbolRef): CallEdge => ({
    ...edge(to, frequency),
    ...(isNotWaitedFor(call, file) && { isLeftAlone: true }),
    ...(from && (isOnceAProcess(call, from, file) || isOffProduction(call, file)) && { isOnce: true }),
  });
  const target = targetOf(call, file, classes);
  const named = isToldByName(call, target, file) ? findNamed(call, file) : undefined;
  const given = target || named ? listGivenValues(call, file) : [];
  const sparedBy = from && findSparing(call, from);
  for (const to of [target, named]) {
    if (to)
      addEdge(from, {
        ...run(to),
        ...(sparedBy !== undefined && { sparedBy }),
        ...(given.length > 0 && { given }),
      });
  }
  const handedIn = target || !ts.isCallExpression(call) ? undefined : parameterRef(call.expression, file);
  if (handedIn) addEdge(from, run(handedIn));
  if (target) noteHanded(call, target, file, classes, summaries);
  const looked = ts.isCallExpression(call) ? findTable(call, file) : undefined;
  const table = looked && refOfTable(looked.table, file, classes);
  if (looked && (table?.kind === 'imported' || table?.kind === 'local')) {
    addEdge(from, run({ ...table, members: [...table.members, anyMember, ...looked.members] }));
  }
  for (const value of ts.isCallExpression(call) ? listDispatched(call, file) : []) {
    const one = skipWrappers(value);
    const to: SymbolRef | undefined = isFunctionNode(one)
      ? { kind: 'function', fn: ordinalOf(one, file) }
      : refOf(one, file, classes);
    if (to) addEdge(from, run(to));
  }

  // Functions handed over by name: handlers of a route, or callbacks that the callee will run.
  const entry = call.arguments?.some((a) => !isFunctionNode(skipWrappers(a))) ? findEntryOfCall(call, file) : undefined;
  for (const argument of call.arguments ?? []) {
    for (const value of listHandedOver(argument, call, file)) {
      const fn = isFunctionNode(skipWrappers(value)) ? undefined : findFunctionValue(value, file);
      if (fn) {
        const summary = summaries[ordinalOf(fn, file)];
        if (entry && summary) summary.entry ??= entry;
        else addEdge(from, edge({ kind: 'function', fn: ordinalOf(fn, file) }, handedFrequency(call)));
      } else if (entry) {
        // A handler of another file: modelled as a call from an inline entry, so that the chain starts at the route.
        const imported = refOfHandler(skipBind(value), file, classes) ?? parameterRef(skipBind(value), file);
        if (imported && imported.kind !== 'function') {
          summaries.push({ name: entry.label, line: lineOf(file.source, at), entry, calls: [edge(imported, 'once')] });
        }
      }
    }
  }
}

const container = /^(?:get|getAsync|inject|make|lookup|locate|resolve|resolveAsync|use[A-Z]?\w*)$/;

/** What a call gives may be told by its name alone; of what a package gives, that which a container or a context does. */
function isToldByName(
  call: ts.CallExpression | ts.NewExpression,
  target: SymbolRef | undefined,
  file: FileContext,
): boolean {
  if (target && !('members' in target && target.members.includes('()'))) return false;
  const { module = '', path = [] } = findOrigin(call.expression, file) ?? {};
  if (!file.package.dependencies.has(packageOfModule(module))) return true;
  return path.some((maker, i) => path[i + 1] === '()' && container.test(maker));
}

/** A handler of another file, also one that is made there: `rateCommand(source)`. */
function refOfHandler(value: ts.Expression, file: FileContext, classes: readonly ClassNode[]): SymbolRef | undefined {
  const made = skipWrappers(value);
  return ts.isCallExpression(made) ? refOfMade(findOrigin(made, file)) : refOf(made, file, classes);
}

/** A table of this file by its name, whatever type it is said to have; else what another file holds. */
function refOfTable(table: ts.Expression, file: FileContext, classes: readonly ClassNode[]): SymbolRef | undefined {
  const binding = ts.isIdentifier(table) ? file.bindingOf(table) : undefined;
  const isOwn = binding?.kind === 'const' && binding.scope === file.moduleScope;
  return isOwn && !findImport(binding)
    ? { kind: 'local', name: binding.name, members: [] }
    : refOf(table, file, classes);
}

/** Notes to whom a call hands functions; what another file holds is handed over by one that calls it. */
function noteHanded(
  call: ts.CallExpression | ts.NewExpression,
  target: SymbolRef,
  file: FileContext,
  classes: readonly ClassNode[],
  summaries: FunctionSummary[],
): void {
  for (const { value, at, to } of listHanded(call, target, file, classes)) {
    if (value.kind === 'function') {
      const summary = summaries[value.fn];
      if (summary) summary.handedTo = [...(summary.handedTo ?? []), to];
      continue;
    }
    const start = at.getStart(file.source);
    const line = lineOf(file.source, start);
    const name = to.member ?? at.getText(file.source);
    summaries.push({
      name,
      line,
      handedTo: [to],
      isStandIn: true,
      calls: [{ to: value, at: start, line, frequency: 'once' }],
    });
  }
}

/** Notes that who names a list of functions may run each of them. */
export function addStepEdges(
  file: FileContext,
  classes: readonly ClassNode[],
  addEdge: (from: FunctionNode | undefined, edge: CallEdge) => void,
): void {
  for (const { uses, steps } of listSteps(file)) {
    const refs = steps.flatMap((step) => refOf(step, file, classes) ?? []);
    for (const use of uses) {
      const at = use.getStart(file.source);
      for (const to of refs)
        addEdge(findEnclosingFunction(use), { to, at, line: lineOf(file.source, at), frequency: 'once' });
    }
  }
}

/** Nobody waits for it, or for a limited time only. */
function isNotWaitedFor(call: ts.CallExpression | ts.NewExpression, file: FileContext): boolean {
  return runsUnattended(call, file) || isAfterAnswer(call, file) || isTimeLimited(call, file);
}

function handedFrequency(call: ts.Node): CallFrequency {
  const method = findMethodCall(call)?.method;
  return method !== undefined && /^(?:map|forEach|filter|flatMap|reduce|some|every|find)$/.test(method)
    ? 'loop'
    : 'once';
}

function skipBind(value: ts.Expression): ts.Expression {
  const target = findMethodCall(skipWrappers(value));
  return target?.method === 'bind' ? target.receiver : value;
}

/** The arguments, those inside array literals, `handler:` properties, and those of wrapper calls. */
function* listHandedOver(
  argument: ts.Expression,
  call: ts.CallExpression | ts.NewExpression,
  file: FileContext,
): Generator<ts.Expression> {
  const value = skipWrappers(argument);
  if (ts.isArrayLiteralExpression(value)) {
    for (const element of value.elements) yield element;
    return;
  }
  if (ts.isObjectLiteralExpression(value)) {
    const names = findFrameworkCall(call, file)?.properties ?? /^(?:handler|eachMessage|eachBatch)$/;
    for (const property of value.properties) {
      if (!names.test(findPropertyName(property.name) ?? '')) continue;
      if (ts.isPropertyAssignment(property)) yield property.initializer;
      else if (ts.isShorthandPropertyAssignment(property)) yield property.name;
    }
    return;
  }
  yield value;
  if (ts.isCallExpression(value)) {
    for (const inner of value.arguments)
      if (ts.isIdentifier(inner) || ts.isPropertyAccessExpression(inner)) yield inner;
  }
}

/** An inline function runs when the function around it does, unless it is an entry of its own or only named. */
export function addInlineEdge(
  fn: FunctionNode,
  file: FileContext,
  addEdge: (from: FunctionNode | undefined, edge: CallEdge) => void,
): void {
  if (!ts.isArrowFunction(fn) && !ts.isFunctionExpression(fn) && !isStreamStart(fn)) return;
  if (findEntryPoint(fn, file)) return;
  const outer = getOutermostWrapped(fn);
  if (ts.isVariableDeclaration(outer.parent)) return;
  const at = fn.getStart(file.source);
  const to: SymbolRef = { kind: 'function', fn: ordinalOf(fn, file) };
  const from = findEnclosingFunction(fn);
  // What is only made there is run as often as others call it.
  const isRunThere = isCalledInPlace(fn);
  addEdge(from, {
    to,
    at,
    line: lineOf(file.source, at),
    frequency: handedFrequency(outer.parent),
    ...(isRunAlone(fn, file) && { isLeftAlone: true }),
    ...(from && isRunThere && isOnceAProcess(outer, from, file) && { isOnce: true }),
  });
}
