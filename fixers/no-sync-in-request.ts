import type { SyncCall } from '../src/ast/io/sync-call.ts';
import { findEnclosingFunction, getOutermostWrapped, isAsync, skipWrappers } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';

const promised = /^(?:readFile|writeFile|appendFile|copyFile|cp|readdir|rm|rmdir|rename|unlink|truncate)Sync$/;

export const fixer: Fixer<SyncCall> = {
  rule: 'no-sync-in-request',
  safety: 'review',
  changes: 'awaits the asynchronous form, where the function is asynchronous already',
  fix({ data }, file): Fix | Skip {
    const { call, module, name } = data;
    if (module === 'bcrypt')
      return isAsyncHere(call) ? awaitTwin(data, file) : { skip: 'the function around it is not asynchronous' };
    if (module !== 'fs' || !promised.test(name))
      return { skip: 'its asynchronous form takes a callback: promisify it by hand' };
    return isAsyncHere(call) ? awaitTwin(data, file) : { skip: 'the function around it is not asynchronous' };
  },
};

function isAsyncHere(call: ts.CallExpression): boolean {
  const fn = findEnclosingFunction(call);
  if (!fn || !isAsync(fn)) return false;
  // `await` has no place in a default value.
  for (let at: ts.Node = call; at !== fn; at = at.parent) if (ts.isParameter(at) || ts.isClassLike(at)) return false;
  return true;
}

function awaitTwin({ call, module, name }: SyncCall, file: Parameters<typeof fixer.fix>[1]): Fix | Skip {
  const callee = skipWrappers(call.expression);
  const twin = name.slice(0, -'Sync'.length);
  const edits: TextEdit[] = [];
  const outer = getOutermostWrapped(call);
  const { parent } = outer;
  const isOperand =
    outer === call &&
    (ts.isPropertyAccessExpression(parent) ||
      ts.isElementAccessExpression(parent) ||
      ts.isCallExpression(parent) ||
      ts.isNonNullExpression(parent)) &&
    parent.expression === outer;
  const start = call.getStart(file.source);
  edits.push({ start, end: start, text: isOperand ? '(await ' : 'await ' });
  if (ts.isPropertyAccessExpression(callee)) {
    const holder = callee.expression.getText(file.source);
    const path = module === 'fs' ? `${holder}.promises.${twin}` : `${holder}.${twin}`;
    edits.push({ start: callee.getStart(file.source), end: callee.end, text: path });
  } else if (ts.isIdentifier(callee) && module === 'fs') {
    edits.push({ start: callee.getStart(file.source), end: callee.end, text: twin });
  } else return { skip: 'its asynchronous form must be imported by hand' };
  if (isOperand) edits.push({ start: call.end, end: call.end, text: ')' });
  const isNamed = ts.isIdentifier(callee);
  if (isNamed && isTaken(callee, twin, file)) return { skip: `${twin} is another name here already` };
  return {
    edits: edits as [TextEdit, ...TextEdit[]],
    ...(isNamed && { imports: [{ module: 'node:fs/promises', name: twin }] }),
    note: 'other code can run while it waits',
  };
}

/** Another value of the file bears the name of the asynchronous form. */
function isTaken(callee: ts.Identifier, twin: string, file: Parameters<typeof fixer.fix>[1]): boolean {
  return callee.text !== `${twin}Sync` || file.bindings.some((b) => b.name === twin);
}
