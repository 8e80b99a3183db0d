import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isOneJob } from '../where/one-job.ts';

/** A thread that its function starts, and that goes on to wait for messages. */
export interface LeftWorker {
  fn: FunctionNode;
  /** The name of the file that it runs, without its ending. */
  stem: string;
}

/**
 * `const worker = new Worker(file); worker.once('message', resolve); worker.postMessage(job);`: a thread whose file listens for
 * messages does not end by itself. Undefined where anything but messages and listeners becomes of it.
 */
export function findLeftWorker(creation: ts.NewExpression, file: FileContext): LeftWorker | undefined {
  const origin = findOrigin(creation, file);
  if (!origin || bareModule(origin.module) !== 'worker_threads' || originName(origin) !== 'Worker.new')
    return undefined;
  const fn = findEnclosingFunction(creation);
  const { parent } = getOutermostWrapped(creation);
  const isKept = ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name);
  const binding = isKept ? file.bindingOf(parent.name as ts.Identifier) : undefined;
  if (!fn || !binding || !isWithin(binding.identifier, fn)) return undefined;
  const isOnlyTold = binding.references.every((use) => {
    if (use === binding.identifier) return true;
    const target = findMethodCall(use.parent.parent);
    return target?.receiver === use && /^(?:on|once|addListener|postMessage|ref|unref)$/.test(target.method);
  });
  const stem = isOnlyTold ? findStem(creation.arguments?.[0], file) : undefined;
  return stem === undefined ? undefined : { fn, stem };
}

/** `render-worker` of `path.join(__dirname, 'render-worker.js')`, also by a name that stands for it. */
function findStem(path: ts.Expression | undefined, file: FileContext): string | undefined {
  const at = path && skipWrappers(path);
  const declaration = at && ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  const value = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : at;
  return value && /([\w.-]+?)\.[cm]?[jt]s['"`]/.exec(value.getText(file.source))?.[1];
}

/** The name of a file that is a thread's and waits for one message after the other, without an end of its own. */
export function listServingThreads(file: FileContext): string[] {
  if (
    !file.text.includes('parentPort') ||
    /\bparentPort\??\.(?:close|unref|off|removeListener)\b|process\.exit\b/.test(file.text)
  )
    return [];
  const serves = file.nodes('CallExpression').some((call) => {
    const target = findMethodCall(call);
    if (!target || !/^(?:on|addListener)$/.test(target.method) || findStringValue(call.arguments[0]) !== 'message')
      return false;
    return findMemberPath(target.receiver)?.at(-1) === 'parentPort' && !isOneJob(call, target.receiver);
  });
  const stem = /([\w.-]+?)\.[cm]?[jt]s$/.exec(file.path)?.[1];
  return serves && stem !== undefined ? [stem] : [];
}
