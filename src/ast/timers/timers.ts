import type { FileContext } from '../../model/file-context.ts';
import { findConstantKey, type HandlePlace } from '../handles/handle-escape.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import { findMemberName, findMethodCall, getOutermostWrapped, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

export type TimerFunction = 'setInterval' | 'setTimeout' | 'clearInterval' | 'clearTimeout';

/** Which timer function a call calls: the global, on `window`/`globalThis`/`global`, or out of `node:timers`. */
export function findTimerFunction(call: ts.CallExpression, file: FileContext): TimerFunction | undefined {
  const callee = skipWrappers(call.expression);
  const written = ts.isIdentifier(callee) ? callee.text : findMemberName(callee);
  if (written === undefined || !/^(?:set|clear)(?:Interval|Timeout)$/.test(written)) {
    if (!ts.isIdentifier(callee) || !file.bindingOf(callee)) return undefined;
  }
  const origin = findOrigin(callee, file);
  if (!origin) return undefined;
  const module = bareModule(origin.module);
  if (module !== '' && module !== 'timers') return undefined;
  const name = originName(origin).replace(/^(?:window|globalThis|global|self)\./, '');
  return /^(?:set|clear)(?:Interval|Timeout)$/.test(name) ? (name as TimerFunction) : undefined;
}

/** Whether a timer call's handle is `unref`ed: at once, or through the name or field that keeps it. */
export function isUnrefed(call: ts.CallExpression, places: readonly HandlePlace[], file: FileContext): boolean {
  const { parent } = getOutermostWrapped(call);
  if (findMemberName(parent) === 'unref') return true;
  const names = new Set(places.flatMap((p) => (p.kind === 'binding' ? [p.binding.name] : 'name' in p ? [p.name] : [])));
  return file.nodes('CallExpression').some((other) => {
    const target = findMethodCall(other);
    return target?.method === 'unref' && names.has(lastName(target.receiver, file));
  });
}

function lastName(expression: ts.Expression, file: FileContext): string {
  const at = skipWrappers(expression);
  if (ts.isElementAccessExpression(at)) return findConstantKey(at, file) ?? '';
  return ts.isIdentifier(at) ? at.text : (findMemberName(at) ?? '');
}

/** The milliseconds of a timer call, when they are written as a number (`5_000`, `60 * 1000`). */
export function findDelayMs(call: ts.CallExpression): number | undefined {
  return call.arguments[1] && findNumber(call.arguments[1]);
}

function findNumber(expression: ts.Expression): number | undefined {
  const at = skipWrappers(expression);
  if (ts.isNumericLiteral(at)) return Number(at.text.replaceAll('_', ''));
  if (!ts.isBinaryExpression(at) || at.operatorToken.kind !== ts.SyntaxKind.AsteriskToken) return undefined;
  const left = findNumber(at.left);
  const right = findNumber(at.right);
  return left === undefined || right === undefined ? undefined : left * right;
}

/** Without a delay: over before the next event. */
export function isAtOnce(call: ts.CallExpression): boolean {
  return (findDelayMs(call) ?? (call.arguments[1] ? 1 : 0)) === 0;
}
