import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { allOf, anyOf } from '../all-of.ts';
import { isDisposerName } from '../names/class-shape.ts';
import { listCallsOf, listFunctions } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { mayEndProcess } from '../where/process-end.ts';
import { inLibrary } from '../where/public-api.ts';
import type { Life } from './life-cycle.ts';
import { methodAround } from './trimming.ts';

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

/** Ends by such names are rare enough that all calls of one tell when it comes. */
const ending = '(?:shut[dD]own|dispose|destroy|terminate|tear[dD]own)';
const endings = new RegExp(`^${ending}$`);
const anyEnding = new RegExp(`\\b${ending}\\b`);

/**
 * `exits-at:shutdown` of a file with a function of that name that ends the process, `ended-in-life:shutdown` of one that ends
 * something by that name while the process goes on: neither as it ends by the same name itself, nor ahead of the exit.
 */
export function listEndings(file: FileContext): readonly string[] {
  if (!anyEnding.test(file.text)) return [];
  const facts: string[] = [];
  for (const call of file.nodes('CallExpression')) {
    const target = findMethodCall(call);
    if (!target || target.receiver.kind === ts.SyntaxKind.ThisKeyword || !endings.test(target.method)) continue;
    const fn = methodAround(findEnclosingFunction(call));
    if (!fn || !(nameOfFunction(fn) === target.method || endsProcessAfter(call, fn)))
      facts.push(`ended-in-life:${target.method}`);
  }
  if (/\bprocess\.exit\(/.test(file.text)) {
    for (const fn of listFunctions(file))
      if (endings.test(nameOfFunction(fn)) && mayEndProcess(fn, file)) facts.push(`exits-at:${nameOfFunction(fn)}`);
  }
  return facts;
}

/**
 * "It ends by a name by which only the whole process ends", never in a library, whose users end it when they like; undefined
 * where it ends itself meanwhile, and clears nothing.
 */
function whenOnlyAtExit(disposers: readonly FunctionNode[], file: FileContext): LinkCondition | undefined {
  const names = disposers.map(nameOfFunction);
  const isLeft = (call: ts.CallExpression): boolean => {
    const fn = methodAround(findEnclosingFunction(call));
    return (
      !fn || !(names.includes(nameOfFunction(fn)) || /\bclear(?:Interval|Timeout)\(/.test(fn.getText(file.source)))
    );
  };
  if (!names.every((name) => endings.test(name))) return undefined;
  if (disposers.some((end) => listCallsOf(end, file).some(isLeft))) return undefined;
  return allOf(
    { kind: 'not', of: inLibrary },
    ...names.flatMap((name): LinkCondition[] => [
      { kind: 'project-states', fact: `exits-at:${name}` },
      { kind: 'not', of: { kind: 'project-states', fact: `ended-in-life:${name}` } },
    ]),
  );
}

function endsProcessAfter(call: ts.CallExpression, fn: FunctionNode): boolean {
  return /\bprocess\.exit\(/.test(fn.getSourceFile().text.slice(call.end, fn.end));
}

/** "Whoever makes its owner does not end it as the process ends"; undefined where it has no end of its own. */
export function unlessEndedAtExit(life: Life, file: FileContext): LinkCondition | undefined {
  if (life.kind !== 'owner' || life.shape.disposers.length === 0) return undefined;
  const { name, disposers } = life.shape;
  const atExit = disposers.map(
    (end): LinkCondition => ({ kind: 'project-states', fact: `ended-at-exit:${name}.${nameOfFunction(end)}` }),
  );
  return { kind: 'not', of: anyOf(...atExit, whenOnlyAtExit(disposers, file)) };
}
