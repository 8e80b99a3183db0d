import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { anyOf } from '../all-of.ts';
import { isDisposerName } from '../names/class-shape.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Life } from './life-cycle.ts';

/**
 * `Handler.destroy` of `this.handler = new Handler()` in a file that calls `this.handler.destroy()` only in functions which then
 * end the process: what such an end leaves running is over with the process.
 */
export function listEndedAtExit(file: FileContext): readonly string[] {
  if (!/\bprocess\.exit\b/.test(file.text)) return [];
  const made = new Map<string, string>();
  for (const node of file.nodes('NewExpression')) {
    const { parent } = getOutermostWrapped(node);
    const name = ts.isIdentifier(node.expression) ? node.expression.text : undefined;
    const place = ts.isBinaryExpression(parent) ? findMemberPath(parent.left)?.join('.') : undefined;
    if (name !== undefined && place !== undefined) made.set(place, name);
  }
  const atExit = new Map<string, boolean>();
  for (const call of made.size > 0 ? file.nodes('CallExpression') : []) {
    const target = findMethodCall(call);
    const cls = target && isDisposerName(target.method) && made.get(findMemberPath(target.receiver)?.join('.') ?? '');
    const fn = cls ? findEnclosingFunction(call) : undefined;
    if (!cls || !fn) continue;
    const name = `${cls}.${target.method}`;
    atExit.set(name, (atExit.get(name) ?? true) && endsProcessAfter(call, fn));
  }
  return [...atExit].flatMap(([name, isAtExit]) => (isAtExit ? [name] : []));
}

function endsProcessAfter(call: ts.CallExpression, fn: FunctionNode): boolean {
  return /\bprocess\.exit\(/.test(fn.getSourceFile().text.slice(call.end, fn.end));
}

/** "Whoever makes its owner does not end it as the process ends"; undefined where it has no end of its own. */
export function unlessEndedAtExit(life: Life): LinkCondition | undefined {
  if (life.kind !== 'owner' || life.shape.disposers.length === 0) return undefined;
  const facts = life.shape.disposers.map((end) => `ended-at-exit:${life.shape.name}.${nameOfFunction(end)}`);
  return { kind: 'not', of: anyOf(...facts.map((fact): LinkCondition => ({ kind: 'project-states', fact }))) };
}
