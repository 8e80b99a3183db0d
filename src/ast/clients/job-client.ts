import type { FileContext } from '../../model/file-context.ts';
import { isExported, listCallsOf } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isOneJobProgram } from '../where/one-job.ts';
import { frequencyOf } from '../where/where.ts';
import { findClientHome } from './client-home.ts';

const endMethod = /^(?:end|close|quit|disconnect|\$disconnect|destroy|drain|terminate)$/;
/** What serves until a signal comes lives as long as the process, though its last lines end the client. */
const serving = /\.listen\(|\bserve\(|\bSIG(?:TERM|INT)\b/;

/**
 * Whether a client or pool lives for one job: the function that makes it ends it before it returns (also in a `finally`),
 * or the file does on its way down; or it is there for migrations alone.
 */
export function isForOneJob(creation: ts.NewExpression | ts.CallExpression, file: FileContext): boolean {
  const home = findClientHome(creation, file);
  const fn = findEnclosingFunction(creation);
  const isMigrating = (name: string | undefined): boolean => name !== undefined && /migrat/i.test(name);
  if (isMigrating(home?.path) || (fn && isMigrating(nameOfFunction(fn)))) return true;
  const { binding } = home ?? {};
  if (!home || !binding) return false;
  if (!fn && endsWithWork(creation, file)) return true;
  if (fn && !isWithin(binding.identifier, fn)) return false;
  if (!fn && (isExported(home.at, file) || serving.test(file.text))) return false;
  return binding.references.some((reference) => {
    const target = findMethodCall(reference.parent.parent);
    if (!target || target.receiver !== reference || !endMethod.test(target.method)) return false;
    return [target.call, ...listRuns(target.call, fn, file)].some((end) => {
      const place = findRunner(end);
      // What is ended before is the one that was there before it.
      const isOwn = fn
        ? place === fn && end.pos > creation.pos
        : place === undefined || frequencyOf(end, file) === 'once';
      if (!isOwn || isOnSomeOutcome(end, creation, reference.text)) return false;
      return !serving.test(file.text.slice(creation.end, end.pos));
    });
  });
}

/** Where a function runs what ends its client by a function of its own: `const finish = async () => pool.end(); … await finish();`. */
function listRuns(end: ts.Node, fn: FunctionNode | undefined, file: FileContext): readonly ts.CallExpression[] {
  const helper = fn && findEnclosingFunction(end);
  if (!helper || findEnclosingFunction(helper) !== fn || isOnSomeOutcome(end, helper, '')) return [];
  return listCallsOf(helper, file);
}

/**
 * `work(pool).then(() => process.exit(0))` stands below a client that is made in a block of the file (`if (require.main === module)`),
 * or the whole file does one job.
 */
function endsWithWork(creation: ts.Node, file: FileContext): boolean {
  let block = creation.parent;
  while (!ts.isBlock(block) && !ts.isSourceFile(block)) block = block.parent;
  const below = file.text.slice(creation.end, block.end);
  if (ts.isSourceFile(block)) return !serving.test(file.text) && file.memo(isOneJobProgram, block);
  return (
    !serving.test(below) &&
    /\.(?:then|finally)\(\s*(?:async\s*)?(?:\(\w*\)|\w+)\s*=>\s*(?:\{[^{}]*)?process\.exit\(/.test(below)
  );
}

/** The function that a place runs in; callbacks of `then` and `finally` run in the function around them. */
function findRunner(node: ts.Node): ts.Node | undefined {
  const fn = findEnclosingFunction(node);
  const call = fn && getOutermostWrapped(fn).parent;
  const method = call && findMethodCall(call)?.method;
  return method === 'finally' || method === 'then' ? findRunner(call!) : fn;
}

/** In a `catch`, or under a condition that does not ask for the client itself; what the client is made in as well is none. */
function isOnSomeOutcome(end: ts.Node, creation: ts.Node, name: string): boolean {
  for (let at = end; at.parent && !isFunctionNode(at) && !isWithin(creation, at); at = at.parent) {
    if (ts.isCatchClause(at)) return true;
    if (ts.isIfStatement(at) && !new RegExp(`\\b${name.replaceAll('$', '\\$')}\\b`).test(at.expression.getText()))
      return true;
  }
  return false;
}
