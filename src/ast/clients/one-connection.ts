import type { Binding, FileContext } from '../../model/file-context.ts';
import { findTransactionAround } from '../io/transaction-around.ts';
import {
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listMethodCalls } from '../within.ts';
import { runOnGivenConnection } from './given-connection.ts';

const transactionName = /^(?:tx|trx|transaction|queryRunner)$/;
const maxSteps = 3;
const transactionType = /(?:Transaction(?:Client|Manager)?|QueryRunner)$/;

/**
 * Whether work is done by the client of a transaction around it: `prisma.$transaction(async (tx) => …)`, or a `tx` that
 * the function is handed, or by what was taken out of a pool. That is one connection, whose statements run in turn however
 * many are started.
 */
export function sharesConnection(at: ts.Node, work: ts.Node, file: FileContext): boolean {
  const isUsed = (name: ts.BindingName): boolean =>
    listBindings(name, file).some(({ references }) => references.some((use) => isWithin(use, work)));
  const callback = findTransactionAround(at)
    ?.arguments.map((argument): ts.Node => skipWrappers(argument))
    .find((argument) => isFunctionNode(argument) && isWithin(at, argument));
  if (callback && isFunctionNode(callback) && callback.parameters[0] && isUsed(callback.parameters[0].name))
    return true;
  if (runOnOneConnection([work], file, work)) return true;
  for (let fn = findEnclosingFunction(at); fn; fn = findEnclosingFunction(fn)) {
    if (fn.parameters.some((parameter) => isOfTransaction(parameter, file) && isUsed(parameter.name))) return true;
  }
  return false;
}

/**
 * Whether all of these calls work with one connection that was taken out of a pool and is given back
 * (`client.release()`), outside of the loop `around` them, or that was handed in: it answers one statement at a time, however
 * many are sent.
 */
export function runOnOneConnection(calls: readonly ts.Node[], file: FileContext, around?: ts.Node): boolean {
  if (runOnGivenConnection(calls, file)) return true;
  return listMethodCalls('release', file).some((release) => {
    const taken = findMethodCall(release)?.receiver;
    const binding = taken && ts.isIdentifier(taken) ? file.bindingOf(taken) : undefined;
    return (
      binding !== undefined &&
      !(around && isWithin(binding.identifier, around)) &&
      calls.every((call) => listUsesBy(call, binding, file).some((use) => use !== taken && isWithin(use, call)))
    );
  });
}

/** A whole function may wait for something else as well, beside what is made with the connection. */
function listUsesBy(call: ts.Node, binding: Binding, file: FileContext): readonly ts.Identifier[] {
  return ts.isCallExpression(call) ? listUses(binding, file) : binding.references;
}

/** Where a name stands, and the names of what is made with it: `const orders = new Orders(client)`. */
function listUses(binding: Binding, file: FileContext, steps = 0): readonly ts.Identifier[] {
  return binding.references.flatMap((use) => {
    const { parent } = use;
    const holder =
      ts.isNewExpression(parent) && parent.expression !== use ? getOutermostWrapped(parent).parent : parent;
    const isMade = holder !== parent && ts.isVariableDeclaration(holder) && ts.isIdentifier(holder.name);
    const made = isMade ? file.bindingOf(holder.name as ts.Identifier) : undefined;
    return made && steps < maxSteps ? [use, ...listUses(made, file, steps + 1)] : [use];
  });
}

function isOfTransaction({ name, type }: ts.ParameterDeclaration, file: FileContext): boolean {
  if (!ts.isIdentifier(name)) return false;
  const named = type && ts.isTypeReferenceNode(type) ? type.typeName.getText(file.source) : '';
  return transactionName.test(name.text) || transactionType.test(named);
}

function listBindings(name: ts.BindingName, file: FileContext): Binding[] {
  if (ts.isIdentifier(name)) return [file.bindingOf(name)].filter((binding) => binding !== undefined);
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? listBindings(element.name, file) : []));
}
