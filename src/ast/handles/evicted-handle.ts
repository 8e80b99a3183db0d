import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  findPropertyName,
  getOutermostWrapped,
  isAssignment,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** A cache that forgets what has to be ended. */
export interface EvictedHandle {
  /** Where all that it still holds is ended. */
  end: FunctionNode;
  /** What fills it. */
  fn: FunctionNode;
}

const all = /^(?:values|dump|forEach|rforEach|entries)$/;
const ending = /\.(?:close|end|destroy|disconnect|\$disconnect|terminate|dispose|shutdown|quit|kill)\s*(?:\?\.)?\(/;

/**
 * `new LRUCache({ max: 500 })` without `dispose`, in a file that ends whatever the cache holds when all is over: it
 * knows that the values have to be ended, and those that are evicted before are not.
 */
export function findEvictedHandle(creation: ts.NewExpression, file: FileContext): EvictedHandle | undefined {
  const origin = /LRU|cache/i.test(creation.expression.getText(file.source))
    ? findOrigin(creation.expression, file)
    : undefined;
  if (!origin || !/^(?:lru-cache|quick-lru)$/.test(bareModule(origin.module))) return undefined;
  const options = creation.arguments?.[0] && skipWrappers(creation.arguments[0]);
  if (!options || !ts.isObjectLiteralExpression(options)) return undefined;
  const isTold = options.properties.some(
    ({ name }) => !name || /^(?:dispose|disposeAfter|onEviction|noDispose\w*)$/.test(findPropertyName(name) ?? ''),
  );
  const holder = isTold ? undefined : holderOf(creation);
  if (!holder) return undefined;
  const calls = file.nodes('CallExpression').flatMap((call) => {
    const target = findMethodCall(call);
    const path = target && findMemberPath(target.receiver)?.join('.');
    const fn = path === holder ? findEnclosingFunction(call) : undefined;
    return target && fn ? [{ method: target.method, fn }] : [];
  });
  const end = calls.find(({ method, fn }) => all.test(method) && ending.test(fn.getText(file.source)))?.fn;
  const fn = calls.find(({ method }) => method === 'set')?.fn;
  return end && fn && { end, fn };
}

/** `this.cache`, `cache`: where the cache is kept. */
function holderOf(creation: ts.NewExpression): string | undefined {
  const { parent } = getOutermostWrapped(creation);
  if (ts.isPropertyDeclaration(parent)) return `this.${parent.name.getText()}`;
  if (ts.isVariableDeclaration(parent)) return parent.name.getText();
  return isAssignment(parent) ? findMemberPath(parent.left)?.join('.') : undefined;
}
