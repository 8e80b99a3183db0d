import type { HandlePlace } from '../../src/ast/handles/handle-escape.ts';
import { listReturnedFunctions, listReturnedValues } from '../../src/ast/life/life-cycle.ts';
import { type FunctionNode, getOutermostWrapped, isAsync, isWithin, nameOfFunction } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Fix, Skip, TextEdit } from '../../src/model/fixer.ts';
import { freeName } from './free-name.ts';
import { insertAtFunctionEnd } from './insert-at-function-end.ts';
import { insertAtFunctionStart } from './insert-at-function-start.ts';
import { isTypeScriptFile } from './keep-value.ts';
import { clearFunctionOf, timerType } from './timer-words.ts';

/** Ends a timer in the clean-up that a React effect returns. */
export function stopInEffect(
  call: ts.CallExpression,
  places: readonly HandlePlace[],
  effect: FunctionNode,
  file: FileContext,
): Fix | Skip {
  const name = getOutermostWrapped(effect).parent;
  if (!ts.isCallExpression(name) || !/(?:^|\.)use\w*Effect$/.test(name.expression.getText(file.source))) {
    return { skip: 'only the effects of React return their clean-up' };
  }
  if (!effect.body || !ts.isBlock(effect.body) || isAsync(effect)) return { skip: 'the effect has no block to end' };
  const kept = places.find((place) => place.kind === 'binding' && ts.isBlock(place.binding.scope.node) === false);
  const statement = call.parent;
  const isTopLevel = statement.parent === effect.body;
  const edits: TextEdit[] = [];
  let timer: string;
  if (kept?.kind === 'binding' && isWithin(kept.binding.identifier, effect)) {
    timer = kept.binding.name;
  } else if (ts.isExpressionStatement(statement)) {
    timer = freeName('timer', file);
    const start = call.getStart(file.source);
    edits.push({ start, end: start, text: isTopLevel ? `const ${timer} = ` : `${timer} = ` });
    if (!isTopLevel) {
      const type = isTypeScriptFile(file) ? `: ${timerType(call, file)}` : '';
      edits.push(...(insertAtFunctionStart(effect, `let ${timer}${type};`, file) ?? []));
    }
  } else return { skip: 'the handle is used in an expression' };

  const clear = `${clearFunctionOf(call, file)}(${timer})`;
  const [cleanup] = listReturnedFunctions(effect, file);
  if (cleanup) {
    if (!cleanup.body || !ts.isBlock(cleanup.body) || (isTopLevel && cleanup.pos < call.pos)) {
      return { skip: `add ${clear} to the clean-up ${nameOfFunction(cleanup)}` };
    }
    const inCleanup = insertAtFunctionStart(cleanup, `${clear};`, file)!;
    return { edits: [...inCleanup, ...edits] };
  }
  const isLeftEarly = listReturns(effect, file).length > 0;
  if (listReturnedValues(effect, file).length > 0 || isLeftEarly)
    return { skip: 'the effect returns on several paths' };
  const atEnd = insertAtFunctionEnd(effect, `return () => ${clear};`, file)!;
  return { edits: [...atEnd, ...edits] };
}

function listReturns(fn: FunctionNode, file: FileContext): readonly ts.Node[] {
  return file.nodesOfKind(ts.SyntaxKind.ReturnStatement).filter((node) => {
    if (!isWithin(node, fn)) return false;
    for (let at = node.parent; at !== fn; at = at.parent) if (ts.isFunctionLike(at)) return false;
    return true;
  });
}
