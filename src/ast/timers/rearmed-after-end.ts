import type { FileContext } from '../../model/file-context.ts';
import type { HandlePlace } from '../handles/handle-escape.ts';
import { asksForEnd, findCalled, findTimerRun, listEnds, withCallees } from '../life/after-end.ts';
import { asksBeforeItRuns } from '../life/asking-wrapper.ts';
import { effectName, type Life, listReturnedFunctions } from '../life/life-cycle.ts';
import { findFunctionValue } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findPromiseAround,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isShortCircuit } from '../where/conditions.ts';
import { listNodesWithin } from '../within.ts';
import { wholePage } from './hook-timer.ts';
import { isOfFactory } from './missed-end.ts';

/**
 * The place where a chain of timers waits before it sets the next one: `await work(); this.timer = setTimeout(…)`. Ended
 * meanwhile, its owner clears a timer that has fired, and the run under way starts the chain again. Undefined where a run
 * asks for the end, or the end waits for the run or aborts what it waits for.
 */
export function findRearmedAfterEnd(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  clears: readonly ts.Node[],
  life: Life,
  file: FileContext,
): ts.Node | undefined {
  const isKept = (place: HandlePlace): boolean =>
    place.kind === 'field' || (place.kind === 'binding' && isOfFactory(place.binding, life));
  const effects = life.kind === 'effect' || life.kind === 'call' ? listCleanUps(call, file) : [];
  if (effects.length === 0 && !places.every(isKept)) return undefined;
  const arms = findEnclosingFunction(call);
  const { callback, called } = findTimerRun(call, file);
  const runs = [...(callback ? [callback] : []), ...called];
  const chain = withCallees(runs, file).filter(
    (fn) => isWithin(call, fn) || (arms && withCallees([fn], file).includes(arms)),
  );
  if (!arms || !chain.some((fn) => isWithin(arms, fn))) return undefined;
  const ends = [...listEnds(life), ...effects].filter((end) =>
    withCallees([end], file).some((fn) => clears.some((clear) => isWithin(clear, fn))),
  );
  if (ends.length === 0 || ends.some((end) => mayEndRun(end, chain, clears, file))) return undefined;
  // What an answer says of itself is no state of the owner.
  if (asksForEnd(call, chain, life, file, ['statusCode', 'statusText', 'statusMessage'])) return undefined;
  if (effects.length > 0 && asksForWritten(ends, chain, file)) return undefined;
  const sites = [call, ...listCallsTo(arms, chain, file)].filter((site) => chain.some((fn) => isWithin(site, fn)));
  for (const site of sites) {
    const wait = findWaitAhead(site, callback, file);
    if (wait && !asksBeforeItRuns(wait, site, life, file)) return wait;
  }
  return undefined;
}

/** What the effects of the component around give back, which runs when that goes. */
function listCleanUps(call: ts.CallExpression, file: FileContext): readonly FunctionNode[] {
  let component = findEnclosingFunction(call);
  for (let fn = component; fn; fn = findEnclosingFunction(fn)) component = fn;
  if (!component || wholePage.test(nameOfFunction(component))) return [];
  return listNodesWithin('CallExpression', component, file).flatMap((use) => {
    const effect = effectName.test(findMemberPath(use.expression)?.at(-1) ?? '') ? use.arguments[0] : undefined;
    const fn = effect && findFunctionValue(effect, file);
    return fn ? listReturnedFunctions(fn, file) : [];
  });
}

/** `if (ignore) return;` of a run, where the clean-up writes `ignore = true`. */
function asksForWritten(ends: readonly FunctionNode[], chain: readonly FunctionNode[], file: FileContext): boolean {
  const written = withCallees(ends, file).flatMap((fn) =>
    listNodesWithin('BinaryExpression', fn, file).flatMap(({ left, operatorToken }) =>
      operatorToken.kind === ts.SyntaxKind.EqualsToken ? [left.getText(file.source)] : [],
    ),
  );
  const conditions = chain.flatMap((fn) => [
    ...(file.nodesOfKind(ts.SyntaxKind.IfStatement) as readonly ts.IfStatement[])
      .filter((node) => isWithin(node, fn))
      .map(({ expression }) => expression.getText(file.source)),
    ...listNodesWithin('BinaryExpression', fn, file)
      .filter(isShortCircuit)
      .map(({ left }) => left.getText(file.source)),
  ]);
  return conditions.some((text) => written.some((name) => text.includes(name)));
}

/** An end that waits for a run, counts up what runs compare, aborts, or is a part of the chain itself. */
function mayEndRun(
  end: FunctionNode,
  chain: readonly FunctionNode[],
  clears: readonly ts.Node[],
  file: FileContext,
): boolean {
  if (chain.includes(end)) return true;
  return withCallees([end], file).some(
    (fn) =>
      listNodesWithin('AwaitExpression', fn, file).some((wait) => waitsForRun(wait, clears, file)) ||
      /\+\+|\+= ?1|\babort\w*\(|\bcancel\w*\(/.test(fn.getText(file.source)),
  );
}

/** `await this.running`, or anything that is waited for before the timer is cleared. */
function waitsForRun(wait: ts.AwaitExpression, clears: readonly ts.Node[], file: FileContext): boolean {
  const awaited = skipWrappers(wait.expression);
  const isKept = !ts.isCallExpression(awaited) || /^Promise\./.test(awaited.getText(file.source));
  return isKept || clears.some((clear) => clear.pos >= wait.end);
}

function listCallsTo(fn: FunctionNode, chain: readonly FunctionNode[], file: FileContext): ts.CallExpression[] {
  return chain.flatMap((caller) =>
    listNodesWithin('CallExpression', caller, file).filter((call) => findCalled(call, file) === fn),
  );
}

/** What calls at once, or when an event comes that tells by itself what to do then. */
const otherwise =
  /^(?:on|once|addListener|addEventListener|subscribe|forEach|map|filter|some|every|find|reduce|flatMap|sort)$/;

/** An `await` ahead in the same function, or the call whose callback it stands in. */
function findWaitAhead(
  site: ts.CallExpression,
  callback: FunctionNode | undefined,
  file: FileContext,
): ts.Node | undefined {
  for (let fn = findEnclosingFunction(site); fn; fn = findEnclosingFunction(fn)) {
    const home = fn;
    const wait = listNodesWithin('AwaitExpression', home, file).find(
      (node) => node.end <= site.pos && findEnclosingFunction(node) === home,
    );
    if (wait || fn === callback) return wait;
    const { parent } = getOutermostWrapped(fn);
    if (findPromiseAround(fn)) continue;
    if (!ts.isCallExpression(parent) || !isHandedTo(fn, parent)) return undefined;
    const name = findMemberName(parent.expression);
    if (name === undefined || !otherwise.test(name)) return parent;
  }
  return undefined;
}

function isHandedTo(fn: FunctionNode, call: ts.CallExpression): boolean {
  return isFunctionNode(fn) && call.arguments.some((argument) => argument === getOutermostWrapped(fn));
}
