import {
  type FunctionNode,
  findMethodCall,
  getOutermostWrapped,
  isWithin,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { PartEnd } from '../../src/model/fixer.ts';
import type { Holding } from './find-holding.ts';

/** Whether the owner's end, or something that it calls on the way, ends the part already. */
export function isEndedIn(disposer: FunctionNode, holding: Holding, end: PartEnd, file: FileContext): boolean {
  if (holding.kind === 'variable') {
    return holding.binding.references.some(
      (reference) => findMethodCall(reference.parent.parent)?.method === end.method,
    );
  }
  const { shape, field } = holding;
  const functions = [disposer, ...shape.disposers];
  if (holding.kind === 'collection') return functions.some((fn) => callsEnd(fn, end, file) && touches(fn, holding));
  return field.accesses.some((access) => {
    const call = findMethodCall(getCall(access));
    return call?.method === end.method && skipWrappers(call.receiver) === access;
  });
}

/** The call of a member of what is accessed, if that is what its user is. */
function getCall(access: ts.Node): ts.Node {
  return getOutermostWrapped(getOutermostWrapped(access).parent).parent;
}

function touches(fn: FunctionNode, { field }: Extract<Holding, { kind: 'collection' }>): boolean {
  return field.accesses.some((access) => isWithin(access, fn));
}

/** Whether a function calls a method of that name on something other than `this`. */
export function callsEnd(fn: FunctionNode, end: PartEnd, file: FileContext): boolean {
  return file.nodes('CallExpression').some((node) => {
    if (!isWithin(node, fn)) return false;
    const call = findMethodCall(node);
    return call?.method === end.method && call.receiver.kind !== ts.SyntaxKind.ThisKeyword;
  });
}
