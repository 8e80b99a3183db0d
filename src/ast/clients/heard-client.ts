import type { FileContext } from '../../model/file-context.ts';
import { classShape, findThisOwner } from '../names/class-shape.ts';
import { findFunctionValue } from '../names/functions.ts';
import { type FunctionNode, findMemberPath, findMethodCall, findStringValue, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { ClientHome } from './client-home.ts';

/** Whether its file listens for errors of a client: `pool.on('error', …)` anywhere, or listeners that a variable names. */
export function hearsErrors(home: ClientHome, file: FileContext): boolean {
  const leaf = home.path.split('.').at(-1);
  return file.nodes('CallExpression').some((call) => {
    const target = findMethodCall(call);
    if (!target || !/^(?:on|once|addListener)$/.test(target.method)) return false;
    const event = findStringValue(call.arguments[0]);
    if (event !== undefined && event !== 'error') return false;
    const path = findMemberPath(target.receiver);
    return path ? path.at(-1) === leaf : listAnswers(target.receiver, file).includes(leaf);
  });
}

/** The names of what `getPool()` or `this.pool(…)` gives, by its last `return`. */
function listAnswers(receiver: ts.Expression, file: FileContext): (string | undefined)[] {
  const call = skipWrappers(receiver);
  const body = ts.isCallExpression(call) ? findCalled(call.expression, file)?.body : undefined;
  if (!body) return [];
  if (!ts.isBlock(body)) return listChoices(body);
  const last = body.statements.at(-1);
  return last && ts.isReturnStatement(last) && last.expression ? listChoices(last.expression) : [];
}

function findCalled(callee: ts.Expression, file: FileContext): FunctionNode | undefined {
  const known = findFunctionValue(callee, file);
  if (known || !ts.isPropertyAccessExpression(callee)) return known;
  const owner = callee.expression.kind === ts.SyntaxKind.ThisKeyword ? findThisOwner(callee, file) : undefined;
  return owner && classShape(owner, file).methods.get(callee.name.text);
}

/** The last names of `readOnly ? this.readPool : this.pool`, `this.readPool || this.pool`. */
function listChoices(value: ts.Expression): (string | undefined)[] {
  const at = skipWrappers(value);
  if (ts.isConditionalExpression(at)) return [at.whenTrue, at.whenFalse].flatMap(listChoices);
  if (ts.isBinaryExpression(at)) return [at.left, at.right].flatMap(listChoices);
  return [findMemberPath(at)?.at(-1)];
}
