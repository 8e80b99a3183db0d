import type { Binding, FileContext } from '../../model/file-context.ts';
import { findOrigin } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findPropertyName,
  getOutermostWrapped,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findBinding } from './handle-leak.ts';

/** A page or a file that is fetched, and whose body nobody reads. */
export interface UnreadFetch {
  binding: Binding;
  fn: FunctionNode;
  /** The garbage collector ends it, in its time. */
  isCollected?: true;
}

const heads = /^(?:ok|status|statusText|headers|url|redirected|type)$/;
const addresses = 'url|uri|href|link|src|image|file|asset';
/** What is fetched is whatever an address names. */
const anything = new RegExp(`(?:${addresses})$`, 'i');
/** What a text looks like that fetches it. */
export const fetchedAddress = new RegExp(`await fetch\\(\\s*(?!['"\`])[^,;{}]{0,200}?(?:${addresses})\\b`, 'i');
const small = /health|ping|ready|alive|status|heartbeat|api|token|webhook|hook/i;

/**
 * `const answer = await fetch(url); return answer.ok;`: measured with Node.js 20, 22 and 24, a body of more than 16 KB (20) or
 * 64 KB keeps its connection until the garbage collector comes, one of `node-fetch` for good; what is smaller keeps none.
 */
export function findUnreadFetch(call: ts.CallExpression, file: FileContext): UnreadFetch | undefined {
  const [address, options] = call.arguments;
  if (!address || file.role !== 'product' || !isOfAnything(address) || !isGet(options) || !isFetch(call, file))
    return undefined;
  if (!ts.isAwaitExpression(getOutermostWrapped(call).parent)) return undefined;
  const fn = findEnclosingFunction(call);
  const binding = fn && findBinding(call, file);
  if (!binding || !isWithin(binding.scope.node, fn)) return undefined;
  const uses = binding.references.filter((use) => use !== binding.identifier && !binding.writes.includes(use));
  const isHead = (use: ts.Identifier): boolean => {
    const name = findMemberName(use.parent);
    return name !== undefined && (use.parent as ts.PropertyAccessExpression).expression === use && heads.test(name);
  };
  if (uses.length === 0 || !uses.every(isHead)) return undefined;
  const isCollected = findOrigin(call.expression, file)?.module !== 'node-fetch';
  return { binding, fn, ...(isCollected && { isCollected }) };
}

function isFetch(call: ts.CallExpression, file: FileContext): boolean {
  const callee = skipWrappers(call.expression);
  if (!ts.isIdentifier(callee)) return false;
  if (callee.text === 'fetch' && !file.bindingOf(callee)) return true;
  return /^(?:node-fetch|undici)$/.test(findOrigin(callee, file)?.module ?? '');
}

function isOfAnything(address: ts.Expression): boolean {
  const at = skipWrappers(address);
  const name = ts.isIdentifier(at) ? at.text : findMemberName(at);
  return name !== undefined && anything.test(name) && !small.test(name);
}

/** Without a method, or with one that is read as it stands. */
function isGet(options: ts.Expression | undefined): boolean {
  if (!options) return true;
  const at = skipWrappers(options);
  // Nothing of the body, or a byte of it, is asked for.
  if (!ts.isObjectLiteralExpression(at) || /\bredirect\s*:\s*['"]manual|\brange\b/i.test(at.getText())) return false;
  return at.properties.every((property) => {
    const name = findPropertyName(property.name);
    return (
      ts.isPropertyAssignment(property) &&
      name !== 'signal' &&
      (name !== 'method' || /GET/i.test(property.initializer.getText()))
    );
  });
}
