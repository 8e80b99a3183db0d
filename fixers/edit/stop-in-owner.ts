import type { HandlePlace } from '../../src/ast/handles/handle-escape.ts';
import { findDisposer, findMethodAround } from '../../src/ast/life/end-of-life.ts';
import type { Life } from '../../src/ast/life/life-cycle.ts';
import type { ClassShape } from '../../src/ast/names/class-shape.ts';
import {
  type FunctionNode,
  getOutermostWrapped,
  hasModifier,
  isAsync,
  isClassNode,
  nameOfFunction,
} from '../../src/ast/syntax.ts';
import { findOverwrite } from '../../src/ast/timers/overwritten.ts';
import { findTimerFunction } from '../../src/ast/timers/timers.ts';
import { ts } from '../../src/ast/ts.ts';
import { runsAgain } from '../../src/ast/where/starts-repeatedly.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Fix, Skip, TextEdit } from '../../src/model/fixer.ts';
import { insertAtFunctionStart } from './insert-at-function-start.ts';
import { insertBefore } from './insert-before.ts';
import { insertClassMember } from './insert-class-member.ts';
import { isTypeScriptFile, keepValue } from './keep-value.ts';
import { findStatement } from './statement-of.ts';
import { thisAt } from './this-at.ts';
import { clearFunctionOf, clearStatement, timerName, timerType } from './timer-words.ts';

/**
 * Keeps a timer in a field of its owner and ends it in the owner's own stop, close or dispose; and before it is started
 * again, where the field that it is now kept in would lose it.
 */
export function stopInOwner(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  life: Extract<Life, { kind: 'owner' }>,
  file: FileContext,
): Fix | Skip {
  const { shape } = life;
  const method = findMethodAround(call, shape);
  const disposer = findDisposer(shape.disposers, method);
  if (!disposer) return { skip: `${shape.name} has no method that surely ends it` };
  if (isRunBy(call, disposer, file)) return { skip: `the timer itself runs ${nameOfFunction(disposer)}` };
  if (disposer === method) return { skip: `${nameOfFunction(disposer)} itself starts it` };
  const edits: TextEdit[] = [];
  let field = places.find((place) => place.kind === 'field')?.name;
  if (field === undefined) {
    const self = thisAt(call, shape.node, file);
    if (self === undefined) return { skip: 'the owner cannot be reached from where the timer starts' };
    const rearmed = findRearmedField(call, disposer, file);
    if (rearmed !== undefined) {
      const kept = keepValue(call, `${self}.${rearmed}`, file);
      return kept ? { edits: kept, ...endOf(shape, disposer) } : { skip: 'the handle is used in an expression' };
    }
    const name = timerName(method, (taken) => shape.fields.has(taken) || shape.methods.has(taken), nameOfBase(shape));
    field = usesHashNames(shape) ? `#${name}` : name;
    const kept = keepValue(call, `${self}.${field}`, file);
    if (!kept) return { skip: 'the handle is used in an expression' };
    if (isStartedAgain(call, field, life, file))
      edits.push(...insertBefore(findStatement(call)!, `${clearFunctionOf(call, file)}(${self}.${field});`, file));
    edits.push(...kept);
    if (isClassNode(shape.node) && (isTypeScriptFile(file) || field.startsWith('#'))) {
      const type = isTypeScriptFile(file) ? `: ${timerType(call, file)}` : '';
      const access = isTypeScriptFile(file) && !field.startsWith('#') ? 'private ' : '';
      edits.push(insertClassMember(shape.node, `${access}${field}${type};`, 'start', file));
    }
  }
  const clear = clearStatement(clearFunctionOf(call, file), `this.${field}`, shape.fields.get(field), file);
  const inHook = insertAtFunctionStart(disposer, clear, file);
  if (!inHook) return { skip: `${nameOfFunction(disposer)} has no body` };
  return { edits: [...inHook, ...edits], ...endOf(shape, disposer) };
}

/** Whether an interval that is a statement of its own starts anew with each call of a public method. */
function isStartedAgain(
  call: ts.CallExpression,
  field: string,
  life: Extract<Life, { kind: 'owner' }>,
  file: FileContext,
): boolean {
  const outer = getOutermostWrapped(call);
  if (findTimerFunction(call, file) !== 'setInterval' || !ts.isExpressionStatement(outer.parent)) return false;
  const method = findMethodAround(call, life.shape);
  if (method && hasModifier(method, ts.SyntaxKind.StaticKeyword)) return false;
  const place: HandlePlace = { kind: 'field', owner: life.shape.node, name: field, at: outer };
  return findOverwrite(call, [place], life, file) !== undefined && runsAgain(call, life, file) === undefined;
}

/** Whether what the timer runs is, or calls, the method that would end the timer. */
function isRunBy(call: ts.CallExpression, { name }: FunctionNode, file: FileContext): boolean {
  const [run] = call.arguments;
  const text = name?.getText(file.source) ?? '';
  let isRun = false;
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && node.expression.kind === ts.SyntaxKind.ThisKeyword)
      isRun ||= node.name.text === text;
    ts.forEachChild(node, visit);
  };
  if (run) visit(run);
  return isRun;
}

/** The field that the function which the timer runs keeps its own timer in, where the owner's end clears that one. */
function findRearmedField(call: ts.CallExpression, disposer: FunctionNode, file: FileContext): string | undefined {
  const [run] = call.arguments;
  const declaration = run && ts.isIdentifier(run) ? file.bindingOf(run)?.declaration : undefined;
  if (!declaration) return undefined;
  const cleared = /clear(?:Timeout|Interval)\(this\.(#?\w+)\)/g;
  const fields = [...(disposer.body?.getText(file.source) ?? '').matchAll(cleared)].map((match) => match[1]!);
  const text = declaration.getText(file.source);
  const kept = fields.filter((name) => new RegExp(`this\\.${name} = set(?:Timeout|Interval)\\(`).test(text));
  return kept.length === 1 ? kept[0] : undefined;
}

/** Of a class that extends another one: what that one names is not known here. */
function nameOfBase({ node, name }: ClassShape): string | undefined {
  return isClassNode(node) && node.heritageClauses?.some((one) => one.token === ts.SyntaxKind.ExtendsKeyword)
    ? name
    : undefined;
}

/** Only a method that others can call without waiting for it. */
function endOf(shape: ClassShape, disposer: FunctionNode): Pick<Fix, 'ends'> {
  const method = nameOfFunction(disposer);
  const isPlain = /^[a-z]\w*$/i.test(method) && disposer.parameters.length === 0 && !isAsync(disposer);
  const isHook = /^(?:on[A-Z]|ng[A-Z]|component|before|disconnectedCallback|unmount)/.test(method);
  return isPlain && !isHook && isClassNode(shape.node) ? { ends: { owner: shape.name, method, isNew: false } } : {};
}

function usesHashNames(shape: ClassShape): boolean {
  if (!isClassNode(shape.node)) return false;
  return shape.node.members.some((member) => member.name && ts.isPrivateIdentifier(member.name));
}
