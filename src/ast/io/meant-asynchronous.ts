import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import {
  findEnclosingFunction,
  findMemberPath,
  getOutermostWrapped,
  isAsync,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import type { SyncCall } from './sync-call.ts';

/** What a helper of the project does with a path, by its name: `await fileExists(path)`. */
const ofFiles =
  /(?:exists?|stat|access|read|write|append|unlink|rename|mkdir|copy|move|remove)(?:File|Dir|Folder|Async)?$/i;
const asynchronousFiles = /^(?:fs\/promises|fs-extra|graceful-fs)$/;

/**
 * Whether a synchronous call of files stands where its function waits for others: it is itself awaited, as if it could be,
 * or beside `await fs.promises.mkdir(…)`, or after `await fileExists(path)` of the same path. Whoever wrote the function
 * means it to keep nobody waiting, and has the other form at hand.
 */
export function isMeantAsynchronous({ call, module }: SyncCall, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  if (module !== 'fs' || !fn || !isAsync(fn)) return false;
  if (ts.isAwaitExpression(getOutermostWrapped(call).parent)) return true;
  const path = call.arguments[0]?.getText(file.source);
  return file.nodes('AwaitExpression').some((waiting) => {
    if (!isWithin(waiting, fn) || findEnclosingFunction(waiting) !== fn) return false;
    const waited = skipWrappers(waiting.expression);
    return ts.isCallExpression(waited) && (isOfFiles(waited, file) || isOfSamePath(waited, path, file));
  });
}

/** `fs.promises.rename(…)`, `fse.move(…)`, `promisify(fs.rename)(…)`. */
function isOfFiles(call: ts.CallExpression, file: FileContext): boolean {
  const origin = findOrigin(call.expression, file);
  if (!origin || origin.path.at(-1)?.endsWith('Sync')) return false;
  const module = bareModule(origin.module);
  if (asynchronousFiles.test(module) || (module === 'fs' && origin.path.includes('promises'))) return true;
  const callee = skipWrappers(call.expression);
  const declaration = ts.isIdentifier(callee) ? file.bindingOf(callee)?.declaration : undefined;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return made !== undefined && /\bpromisify\(\s*fs\.\w+/.test(made.getText(file.source));
}

function isOfSamePath(call: ts.CallExpression, path: string | undefined, file: FileContext): boolean {
  const name = findMemberPath(call.expression)?.at(-1);
  return (
    name !== undefined &&
    ofFiles.test(name) &&
    call.arguments.some((argument) => argument.getText(file.source) === path)
  );
}
