import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import { findEnclosingFunction, findMemberPath, isAsync, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { SyncCall } from './sync-call.ts';

/** What a helper of the project does with a path, by its name: `await fileExists(path)`. */
const ofFiles =
  /(?:exists?|stat|access|read|write|append|unlink|rename|mkdir|copy|move|remove)(?:File|Dir|Folder|Async)?$/i;
/** What opens no file: a folder is made in microseconds. */
const onlyLooking = /^(?:mkdir\w*|mkdtemp|ensureDir|stat|lstat|access|exists|pathExists)$/;
const asynchronousFiles = /^(?:fs\/promises|fs-extra|graceful-fs)$/;

/**
 * Whether a synchronous call of files stands where its function waits for the contents of others
 * (`await fs.promises.readFile(…)`), or for a question about the same path (`await fileExists(path)`). Whoever wrote the
 * function means it to keep nobody waiting, and has the other form at hand. That a folder is made first, or that the call
 * is itself awaited, as if it could be, says nothing of how long it takes.
 */
export function isMeantAsynchronous({ call, module }: SyncCall, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  if (module !== 'fs' || !fn || !isAsync(fn)) return false;
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
  const name = origin?.path.at(-1);
  if (!origin || (name && (name.endsWith('Sync') || onlyLooking.test(name)))) return false;
  const module = bareModule(origin.module);
  if (asynchronousFiles.test(module) || (module === 'fs' && origin.path.includes('promises'))) return true;
  const callee = skipWrappers(call.expression);
  const declaration = ts.isIdentifier(callee) ? file.bindingOf(callee)?.declaration : undefined;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return made !== undefined && /\bpromisify\(\s*fs\.(?!mkdir|l?stat|access|exists)\w+/.test(made.getText(file.source));
}

function isOfSamePath(call: ts.CallExpression, path: string | undefined, file: FileContext): boolean {
  const name = findMemberPath(call.expression)?.at(-1);
  return (
    name !== undefined &&
    ofFiles.test(name) &&
    call.arguments.some((argument) => argument.getText(file.source) === path)
  );
}
