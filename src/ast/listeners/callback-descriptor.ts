import type { Binding, FileContext } from '../../model/file-context.ts';
import { findCalled } from '../life/after-end.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** Functions are followed through this many calls. */
const maxHops = 2;

/**
 * The descriptor that `fs.open(path, flags, (error, fd) => …)` hands over, where nothing that the callback does with it closes it:
 * it goes to `fs` and to functions of this file, none of which does. Undefined where it is closed or goes elsewhere.
 */
export function findUnclosedDescriptor(
  call: ts.CallExpression,
  file: FileContext,
): { binding: Binding; fn: FunctionNode } | undefined {
  if (findMethodCall(call)?.method !== 'open' || !isOfFs(call, file)) return undefined;
  const callback = call.arguments.length > 1 ? skipWrappers(call.arguments.at(-1)!) : undefined;
  if (!callback || !isFunctionNode(callback)) return undefined;
  const name = callback.parameters[1]?.name;
  const binding = name && ts.isIdentifier(name) ? file.bindingOf(name) : undefined;
  if (!binding || binding.references.length === 0) return undefined;
  // Its callback runs when the function around does, whoever may call that.
  return staysOpen(binding, file, 0) ? { binding, fn: findEnclosingFunction(call) ?? callback } : undefined;
}

function staysOpen(binding: Binding, file: FileContext, hops: number): boolean {
  return binding.references.every((reference) => {
    const outer = getOutermostWrapped(reference);
    const { parent } = outer;
    if (ts.isTypeOfExpression(parent) || ts.isIfStatement(parent) || ts.isPrefixUnaryExpression(parent)) return true;
    if (!ts.isCallExpression(parent) || parent.expression === outer) return false;
    if (isOfFs(parent, file)) return !/^close/.test(findMethodCall(parent)?.method ?? '');
    const called = findCalled(parent, file);
    const parameter = called?.parameters[parent.arguments.indexOf(outer as ts.Expression)]?.name;
    const inner = parameter && ts.isIdentifier(parameter) ? file.bindingOf(parameter) : undefined;
    return inner !== undefined && (inner === binding || (hops < maxHops && staysOpen(inner, file, hops + 1)));
  });
}

function isOfFs(call: ts.CallExpression, file: FileContext): boolean {
  const origin = findOrigin(call.expression, file);
  return origin !== undefined && /^(?:fs|fs-extra|graceful-fs)$/.test(bareModule(origin.module));
}
