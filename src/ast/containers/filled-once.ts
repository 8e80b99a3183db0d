import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { listCallsOnFresh } from '../life/fresh-instance.ts';
import { methodAround } from '../life/trimming.ts';
import { ofSettings } from '../names/configured-key.ts';
import { isExported, listCallsOf, listFunctionUses } from '../names/functions.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  isHiddenMethod,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import type { ts } from '../ts.ts';
import { findRepetition } from '../where/where.ts';
import { listAccessesOf, listNodesWithin } from '../within.ts';
import type { Add } from './container-growth.ts';
import type { Container } from './containers.ts';

/** Functions further out are not followed. */
const maxHops = 3;

/**
 * Whether a list of an instance is filled once, as that is brought up: by its constructor, or by a hidden method which this
 * file calls on an instance in the very function that makes it.
 */
export function isFilledAsMade({ home }: Container, add: Add, file: FileContext): boolean {
  if (home.kind !== 'field' || home.field.isStatic) return false;
  const { shape } = home;
  const runsOnce = (fn: FunctionNode | undefined, hops: number): boolean => {
    if (!fn || hops > maxHops) return false;
    if (fn === shape.constructorNode) return true;
    const calls = listCallsOf(fn, file);
    const callersRunOnce = calls.every((call) => runsOnce(findEnclosingFunction(call), hops + 1));
    const name = nameOfFunction(fn);
    if (shape.methods.get(name) !== fn) {
      const isOnlyCalled = !isExported(fn, file) && listFunctionUses(fn, file).length === calls.length;
      return isOnlyCalled && calls.length > 0 && callersRunOnce;
    }
    if (!isHiddenMethod(fn)) return false;
    const others = listAccessesOf(name, file).filter(
      (node) => !calls.some((call) => skipWrappers(call.expression) === node),
    );
    if (others.length === 0) return calls.length > 0 && callersRunOnce;
    const [fresh, ...more] = others;
    const isCalledOnFresh = more.length === 0 && listCallsOnFresh(file).has(`${shape.name}.${name}`);
    return isCalledOnFresh && findRepetition(fresh!) === undefined && callersRunOnce;
  };
  return runsOnce(add.fn, 0);
}

/** `spawn` of `for (const part of config.parts) manager.spawn(part)`: what this file does for each of the settings. */
export function listDoneForSettings(file: FileContext): ReadonlySet<string> {
  const names = new Set<string>();
  if (!ofSettings.test(file.text)) return names;
  for (const loop of file.nodes('ForOfStatement')) if (isOfSettings(loop.expression)) addCalls(loop.statement);
  for (const call of file.nodes('CallExpression')) {
    const target = findMethodCall(call);
    const [each] = call.arguments;
    if (target?.method === 'forEach' && each && isOfSettings(target.receiver)) addCalls(each);
  }
  return names;

  function addCalls(within: ts.Node): void {
    const fn = findEnclosingFunction(within);
    const calls = fn ? listNodesWithin('CallExpression', fn, file) : file.nodes('CallExpression');
    for (const call of calls) if (isWithin(call, within) && /^\w+$/.test(calleeName(call))) names.add(calleeName(call));
  }
}

function isOfSettings(list: ts.Expression): boolean {
  return findMemberPath(skipWrappers(list))?.some((part) => ofSettings.test(part)) ?? false;
}

/** "The project does not fill it itself, with what its settings hold". */
export function notForSettings({ fn }: Add): LinkCondition | undefined {
  const method = methodAround(fn);
  if (!method) return undefined;
  return { kind: 'not', of: { kind: 'project-states', fact: `for-settings:${nameOfFunction(method)}` } };
}
