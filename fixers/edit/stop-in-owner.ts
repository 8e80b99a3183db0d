import type { ClassShape } from '../../src/ast/class-shape.ts';
import { findDisposer, findMethodAround } from '../../src/ast/end-of-life.ts';
import type { HandlePlace } from '../../src/ast/handle-escape.ts';
import { type FunctionNode, isAsync, isClassNode, nameOfFunction } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Fix, Skip, TextEdit } from '../../src/model/fixer.ts';
import { insertAtFunctionStart } from './insert-at-function-start.ts';
import { insertClassMember } from './insert-class-member.ts';
import { isTypeScript, keepValue } from './keep-value.ts';
import { thisAt } from './this-at.ts';
import { clearFunctionOf, clearStatement, timerName, timerType } from './timer-words.ts';

/** Keeps a timer in a field of its owner and ends it in the owner's own stop, close or dispose. */
export function stopInOwner(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  shape: ClassShape,
  file: FileContext,
): Fix | Skip {
  const method = findMethodAround(call, shape);
  const disposer = findDisposer(shape.disposers, method);
  if (!disposer) return { skip: `${shape.name} has no method that surely ends it` };
  if (disposer === method) return { skip: `${nameOfFunction(disposer)} itself starts it` };
  const edits: TextEdit[] = [];
  let field = places.find((place) => place.kind === 'field')?.name;
  if (field === undefined) {
    const self = thisAt(call, shape.node, file);
    if (self === undefined) return { skip: 'the owner cannot be reached from where the timer starts' };
    const name = timerName(method, (taken) => shape.fields.has(taken) || shape.methods.has(taken));
    field = usesHashNames(shape) ? `#${name}` : name;
    const kept = keepValue(call, `${self}.${field}`, file);
    if (!kept) return { skip: 'the handle is used in an expression' };
    edits.push(...kept);
    if (isClassNode(shape.node) && (isTypeScript(file) || field.startsWith('#'))) {
      const type = isTypeScript(file) ? `: ${timerType(call, file)}` : '';
      const access = isTypeScript(file) && !field.startsWith('#') ? 'private ' : '';
      edits.push(insertClassMember(shape.node, `${access}${field}${type};`, 'start', file));
    }
  }
  const clear = clearStatement(clearFunctionOf(call, file), `this.${field}`, shape.fields.get(field), file);
  const inHook = insertAtFunctionStart(disposer, clear, file);
  if (!inHook) return { skip: `${nameOfFunction(disposer)} has no body` };
  return { edits: [...inHook, ...edits], ...endOf(shape, disposer) };
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
