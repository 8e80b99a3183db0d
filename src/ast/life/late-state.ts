import type { Binding, FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { findDelayMs } from '../timers/timers.ts';
import { ts } from '../ts.ts';
import { findDependencies } from '../where/effect-latch.ts';
import { listNodesWithin } from '../within.ts';
import type { Life } from './life-cycle.ts';

/** What waits for the next frames is over before a component is gone. */
const frameMs = 50;

/** Whether a timer that an effect or a component starts, and never clears, sets state when it fires. */
export function setsStateLate(call: ts.CallExpression, life: Life, file: FileContext): boolean {
  const run = call.arguments[0] && skipWrappers(call.arguments[0]);
  if (!run || !isFunctionNode(run) || call.arguments.length < 2 || isZero(call.arguments[1]!)) return false;
  if (life.kind === 'effect') {
    if ((findDelayMs(call) ?? frameMs) < frameMs || findEnclosingFunction(call) !== life.effect) return false;
    return setsHookState(run, life.effect, file);
  }
  if (life.kind !== 'owner' || !life.isComponent) return false;
  return file.nodes('CallExpression').some((inner) => {
    const target = findMethodCall(inner);
    return target?.method === 'setState' && target.receiver.kind === ts.SyntaxKind.ThisKeyword && isWithin(inner, run);
  });
}

/** Whether a component's timer does nothing but to set its state: in vain, once that is gone. */
export function onlySetsState(call: ts.CallExpression, life: Life, file: FileContext): boolean {
  const run = call.arguments[0] && skipWrappers(call.arguments[0]);
  if (life.kind !== 'owner' || !life.isComponent || !run || !isFunctionNode(run)) return false;
  const calls = listNodesWithin('CallExpression', run, file);
  return calls.length > 0 && calls.every((inner) => findMethodCall(inner)?.method === 'setState');
}

/**
 * A state that the effect itself depends on is a latch: `if (copied) setTimeout(() => setCopied(false), 1000)` cannot
 * run again before it is set.
 */
function setsHookState(run: FunctionNode, effect: FunctionNode, file: FileContext): boolean {
  const asked = findDependencies(effect)?.elements.map((element) => element.getText(file.source)) ?? [];
  const states = file.nodes('CallExpression').flatMap((inner) => {
    const callee = skipWrappers(inner.expression);
    if (!ts.isIdentifier(callee) || !isWithin(inner, run) || findEnclosingFunction(inner) !== run) return [];
    const binding = file.bindingOf(callee);
    const state = binding && findState(binding);
    return state === undefined ? [] : [state];
  });
  return states.length > 0 && !states.some((state) => asked.includes(state));
}

/** The state that a setter sets: `value` of `const [value, setValue] = useState(…)`. */
function findState({ declaration }: Binding): string | undefined {
  if (!ts.isBindingElement(declaration) || !ts.isArrayBindingPattern(declaration.parent)) return undefined;
  const variable = declaration.parent.parent;
  if (!ts.isVariableDeclaration(variable) || !variable.initializer) return undefined;
  const made = skipWrappers(variable.initializer);
  if (!ts.isCallExpression(made) || !/(?:^|\.)useState$/.test(made.expression.getText())) return undefined;
  const [state] = declaration.parent.elements;
  return state && ts.isBindingElement(state) ? state.name.getText() : '';
}

function isZero(delay: ts.Expression): boolean {
  const at = skipWrappers(delay);
  return ts.isNumericLiteral(at) && Number(at.text) === 0;
}
