import type { FileContext } from '../../model/file-context.ts';
import type { Add, Growth, Removal } from '../containers/container-growth.ts';
import type { StaleEntry } from '../containers/stale-entry.ts';
import { neverRejects } from '../io/cannot-fail.ts';
import { listLiveRemovals, methodAround } from '../life/trimming.ts';
import {
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** The entries of a container that are taken out in the callback of an operation, but only where that goes well. */
export function listOfOneOutcome(growth: Growth, file: FileContext): StaleEntry[] {
  const removals = listLiveRemovals(growth, file);
  if (removals.length === 0 || removals.some(({ kind }) => kind === 'evict' || kind === 'reset')) return [];
  return growth.adds.flatMap((add) => {
    const key = add.key?.getText(file.source);
    if (!add.fn || key === undefined) return [];
    const ends = removals.map((removal) =>
      removal.key?.getText(file.source) === key && isCallbackOf(removal, add)
        ? (findSkippedRejection(removal, growth, file) ?? findSkippedError(removal, growth, file))
        : undefined,
    );
    const [end] = ends;
    return end && ends.every(Boolean) ? [{ add, end, removal: removals[0]!.node }] : [];
  });
}

/** In a callback of the function that adds, behind the add or as what is added. */
function isCallbackOf({ node, fn }: Removal, add: Add): boolean {
  const run = methodAround(add.fn);
  return fn !== undefined && fn !== add.fn && run !== undefined && fn !== run && isWithin(node, run);
}

/** `load().then(() => inFlight.delete(key))`: nothing runs when the promise is rejected. */
function findSkippedRejection({ fn }: Removal, growth: Growth, file: FileContext): ts.Node | undefined {
  const outer = fn && getOutermostWrapped(fn);
  const target = outer && findMethodCall(outer.parent);
  if (target?.method !== 'then' || target.call.arguments[0] !== outer || !mayReject(target.receiver, file))
    return undefined;
  const takesOut = (node: ts.Node | undefined): boolean =>
    node !== undefined && growth.removals.some((removal) => isWithin(removal.node, node));
  if (takesOut(target.call.arguments[1])) return undefined;
  let isCaught = false;
  for (let call: ts.Node = target.call; ; ) {
    const access = getOutermostWrapped(call).parent;
    const next = ts.isPropertyAccessExpression(access) ? findMethodCall(access.parent) : undefined;
    if (!next || skipWrappers(next.receiver) !== call) {
      // A rejection that nobody hears of ends the process.
      const isHeard = isCaught || !ts.isExpressionStatement(getOutermostWrapped(call).parent);
      return isHeard ? target.call : undefined;
    }
    isCaught ||= next.method === 'catch';
    // What another function does with it is not seen.
    if (!/^(?:then|catch|finally)$/.test(next.method)) return undefined;
    if (next.call.arguments.some((given) => takesOut(given) || !isFunctionNode(skipWrappers(given)))) return undefined;
    call = next.call;
  }
}

/** Comes of a call that may fail, or of the caller, with nothing behind it that swallows the failure. */
function mayReject(promise: ts.Expression, file: FileContext, hops = 0): boolean {
  const value = skipWrappers(promise);
  if (hops > 4) return false;
  if (ts.isBinaryExpression(value)) return [value.left, value.right].some((one) => mayReject(one, file, hops + 1));
  if (ts.isIdentifier(value)) {
    const binding = file.bindingOf(value);
    if (!binding) return false;
    const written = binding.writes.map(({ parent }) => parent).filter(isAssignment);
    if (written.length > 0) return written.some(({ right }) => mayReject(right, file, hops + 1));
    if (ts.isParameter(binding.declaration)) return true;
    const made = ts.isVariableDeclaration(binding.declaration) ? binding.declaration.initializer : undefined;
    return made !== undefined && mayReject(made, file, hops + 1);
  }
  if (!ts.isCallExpression(value) || neverRejects(value, file)) return false;
  const target = findMethodCall(value);
  return /^(?:then|finally)$/.test(target?.method ?? '') ? mayReject(target!.receiver, file, hops + 1) : true;
}

/** `send(message, (error) => { if (error) return callback(error); delete pending[id]; … })`. */
function findSkippedError({ fn, node }: Removal, growth: Growth, file: FileContext): ts.Node | undefined {
  const outer = fn && getOutermostWrapped(fn);
  const [first] = fn?.parameters ?? [];
  const name =
    first && ts.isIdentifier(first.name) && /^(?:er?|err|error)$/.test(first.name.text) ? first.name : undefined;
  if (!fn?.body || !outer || !name || !ts.isBlock(fn.body) || !ts.isCallExpression(outer.parent)) return undefined;
  if (!outer.parent.arguments.includes(outer as ts.Expression)) return undefined;
  if (/^(?:on|once|catch|addListener)$/.test(findMethodCall(outer.parent)?.method ?? '')) return undefined;
  const error = file.bindingOf(name);
  return fn.body.statements.find((statement) => {
    if (!ts.isIfStatement(statement) || statement.end > node.pos) return false;
    const test = skipWrappers(statement.expression);
    const isOfError = ts.isIdentifier(test) && file.bindingOf(test) === error;
    if (!isOfError || growth.removals.some((removal) => isWithin(removal.node, statement))) return false;
    const { thenStatement } = statement;
    const last = ts.isBlock(thenStatement) ? thenStatement.statements.at(-1) : thenStatement;
    return (
      last !== undefined &&
      (ts.isReturnStatement(last) || ts.isThrowStatement(last)) &&
      findEnclosingFunction(last) === fn
    );
  });
}
