import type { HandlePlace } from '../../src/ast/handles/handle-escape.ts';
import { findDisposer } from '../../src/ast/life/end-of-life.ts';
import { type FunctionNode, findEnclosingFunction, isWithin } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Fix, Skip, TextEdit } from '../../src/model/fixer.ts';
import { isDeclared } from './clear-before-start.ts';
import { insertAtFunctionStart } from './insert-at-function-start.ts';
import { isTypeScriptFile, keepValue } from './keep-value.ts';
import { clearFunctionOf, timerName, timerType } from './timer-words.ts';

/** Keeps a timer in a variable of the factory that made its owner, and ends it in the owner's own method. */
export function stopInFactory(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  factory: { fn: FunctionNode; disposers: readonly FunctionNode[] },
  file: FileContext,
): Fix | Skip {
  const around = findEnclosingFunction(call);
  const disposer = findDisposer(factory.disposers, around);
  if (!disposer) return { skip: 'what the factory returns has no method that surely ends it' };
  const scope = file.scopeOf(factory.fn.body!);
  const reachable = places.find((p) => p.kind === 'binding' && isReachable(p.binding.scope.node, disposer));
  const edits: TextEdit[] = [];
  let timer: string;
  if (reachable?.kind === 'binding') timer = reachable.binding.name;
  else {
    timer = timerName(around, (name) => isDeclared(name, file.scopeOf(call)) || isDeclared(name, scope));
    const isInFactoryBody = ts.isExpressionStatement(call.parent) && call.parent.parent === factory.fn.body;
    const isBefore = call.end < disposer.pos;
    const kept = keepValue(call, isInFactoryBody && isBefore ? `const ${timer}` : timer, file);
    if (!kept) return { skip: 'the handle is used in an expression' };
    edits.push(...kept);
    if (!(isInFactoryBody && isBefore)) {
      const type = isTypeScriptFile(file) ? `: ${timerType(call, file)}` : '';
      const declared = insertAtFunctionStart(factory.fn, `let ${timer}${type};`, file);
      if (!declared) return { skip: 'the factory has no body' };
      edits.push(...declared);
    }
  }
  const inHook = insertAtFunctionStart(disposer, `${clearFunctionOf(call, file)}(${timer});`, file);
  return inHook ? { edits: [...inHook, ...edits] } : { skip: 'the method that ends it has no body' };
}

function isReachable(scope: ts.Node, from: ts.Node): boolean {
  return isWithin(from, scope) && scope !== from;
}
