import type { Binding, FileContext } from '../../model/file-context.ts';
import { type HandlePlace, nameOfHolder } from '../handles/handle-escape.ts';
import { startsAgain } from '../life/after-end.ts';
import { findThisOwner } from '../names/class-shape.ts';
import { findFunctionValue } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findEnclosingLoop,
  findMemberPath,
  findMethodCall,
  isAssignment,
  isWithin,
  listBoundNames,
  skipWrappers,
} from '../syntax.ts';
import { listCalled } from '../timers/re-arming.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { leavesFunction, listConditionsOn } from './conditions.ts';

/**
 * A latch: `if (this.running) return; this.running = true;` or `if (!this.queued) { this.queued = true; … }`,
 * a condition on something that the function itself sets; `byKey`: on an entry that it adds, too, which holds for its key.
 */
export function isGuardedByState(call: ts.Node, fn: FunctionNode, file: FileContext, byKey = false): boolean {
  if (isLeftByState(call, fn, file)) return true;
  for (const node of file.nodesOfKind(ts.SyntaxKind.IfStatement) as readonly ts.IfStatement[]) {
    if (!isWithin(node, fn) || node.pos > call.pos || !asksLatch(node.expression, call, fn, file, byKey)) continue;
    if (isWithin(call, node.thenStatement) || isSetInElse(call, node, file)) return true;
    if (node.end <= call.pos && findEnclosingFunction(node) === fn && leavesFunction(node.thenStatement)) return true;
  }
  return false;
}

/** `switch (this.state) { case 'started': return; }` ahead of the call, on what the function itself sets. */
function isLeftByState(call: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  return (file.nodesOfKind(ts.SyntaxKind.SwitchStatement) as readonly ts.SwitchStatement[]).some(
    (node) =>
      isWithin(node, fn) &&
      node.end <= call.pos &&
      asksLatch(node.expression, call, fn, file) &&
      node.caseBlock.clauses.some(({ statements }) => statements.some((s) => ts.isReturnStatement(s))),
  );
}

/**
 * Whether a timer is started only while none is pending, `if (!this.timer) this.timer = setTimeout(…)`, and forgets its
 * handle when it fires: it gathers what comes in until then, and ends by itself. What opens something anew gathers nothing.
 */
export function isGatherer(call: ts.CallExpression, places: readonly HandlePlace[], file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  const run = call.arguments[0] && findFunctionValue(call.arguments[0], file);
  const names = listNames(places);
  if (!fn || !run || names.length === 0 || startsAgain(call, file)) return false;
  const runs = [run, ...listCalled(run, file)];
  const isNamed = (at: ts.Expression): boolean => names.includes(findMemberPath(at)?.at(-1) ?? '');
  const writes = (within: FunctionNode): boolean =>
    listNodesWithin('BinaryExpression', within, file).some((node) => isAssignment(node) && isNamed(node.left)) ||
    file
      .nodesOfKind(ts.SyntaxKind.DeleteExpression)
      .some((node) => isWithin(node, within) && isNamed((node as ts.DeleteExpression).expression));
  return (isStartedWhenUnset(call, places, file) || runs.includes(fn)) && runs.some(writes);
}

/** `if (!this.timer) this.timer = setTimeout(…)`: a condition on the way there looks at the field or variable that keeps it. */
export function isStartedWhenUnset(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  file: FileContext,
): boolean {
  const fn = findEnclosingFunction(call);
  const names = listNames(places);
  if (!fn || names.length === 0) return false;
  return listConditionsOn(call, fn, file).some((condition) =>
    condition
      .getText(file.source)
      .match(/[\w$#]+/g)
      ?.some((word) => names.includes(word)),
  );
}

function listNames(places: readonly HandlePlace[]): readonly string[] {
  return places.flatMap((place) => {
    if (place.kind === 'binding') return [place.binding.name];
    return place.kind === 'field' ? [place.name] : [];
  });
}

/** `if (this.buffer) { … } else { this.buffer = chunk; … }`: what the branch itself sets leads to the other one next time. */
function isSetInElse(call: ts.Node, { expression, elseStatement }: ts.IfStatement, file: FileContext): boolean {
  return (
    elseStatement !== undefined && isWithin(call, elseStatement) && asksLatch(expression, call, elseStatement, file)
  );
}

/** Whether a condition names what `within` sets, and finds so at the next run: a variable or field, or an entry that it looks for and adds. */
function asksLatch(
  condition: ts.Expression,
  call: ts.Node,
  within: ts.Node,
  file: FileContext,
  byKey = false,
): boolean {
  const text = condition.getText(file.source);
  const asked = new Set(text.match(/[\w$#]+/g));
  // The first listener starts it, and the last one ends it.
  if (asked.has('listenerCount')) return true;
  const names = listNodesWithin('BinaryExpression', within, file).flatMap((node) => {
    const path = isAssignment(node) ? findMemberPath(node.left) : undefined;
    const name = path?.at(-1);
    return name !== undefined && asked.has(name) && staysSet(node as ts.BinaryExpression, path!, call, file)
      ? [name]
      : [];
  });
  const isSet = names.some((name) => !isOnlyHanded(name, text, call, file));
  if (isSet || !byKey || !/\.(?:has|get|includes)\(/.test(text)) return isSet;
  return listNodesWithin('CallExpression', within, file).some((call) => {
    const target = findMethodCall(call);
    return target && /^(?:set|add|push)$/.test(target.method) && asked.has(nameOfHolder(target.receiver));
  });
}

/** Whether the next run of the function finds what an assignment sets: not a variable of the run, nor a field of a new instance. */
function staysSet({ left }: ts.BinaryExpression, path: readonly string[], call: ts.Node, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  if (!fn || findEnclosingLoop(call)) return true;
  if (path[0] === 'this') return !isConstructing(fn, file);
  const name = skipWrappers(left);
  const home = ts.isIdentifier(name) ? file.bindingOf(name)?.identifier : undefined;
  return home === undefined || !isWithin(home, fn);
}

function isConstructing(fn: FunctionNode, file: FileContext): boolean {
  if (ts.isConstructorDeclaration(fn)) return true;
  const owner = fn.body && !ts.isArrowFunction(fn) ? findThisOwner(fn.body, file) : undefined;
  return owner === fn;
}

/** `if (signal) …` beside `this.signal = signal`: it asks for what the run was handed, which nothing sets. */
function isOnlyHanded(name: string, condition: string, call: ts.Node, file: FileContext): boolean {
  if (condition.includes(`.${name}`)) return false;
  const fn = findEnclosingFunction(call);
  const isHanded = fn?.parameters.some((parameter) => listBoundNames(parameter.name).includes(name)) ?? false;
  const isGiven = (binding: Binding): boolean => binding.name === name && isWithin(binding.identifier, fn!);
  return isHanded && !file.bindings.some((binding) => isGiven(binding) && binding.writes.length > 0);
}
