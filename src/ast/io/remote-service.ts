import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import { findMemberPath, findMethodCall, findPropertyName, isFunctionNode, isWithin, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** Every call of a file to one remote service, in source order. */
export interface RemoteService {
  /** What the calls have in common: a host, the name of a base address, or the client. */
  name: string;
  calls: readonly ts.CallExpression[];
}

const verb = /^(?:get|post|put|patch|delete|head|request)$/;
const client = /^(?:axios|got|undici|node-fetch|cross-fetch|ky|superagent)$/;

/** The services that a file calls over HTTP: by a host that is written here, a base address or a client of their own. */
export function listRemoteServices(file: FileContext): readonly RemoteService[] {
  return file.memo(collect, file.source);
}

function collect(_: ts.SourceFile, file: FileContext): RemoteService[] {
  const services = new Map<string, ts.CallExpression[]>();
  for (const call of file.nodes('CallExpression')) {
    const name = nameService(call, file);
    if (name === undefined) continue;
    const calls = services.get(name);
    if (calls) calls.push(call);
    else services.set(name, [call]);
  }
  return [...services].map(([name, calls]) => ({ name, calls }));
}

function nameService(call: ts.CallExpression, file: FileContext): string | undefined {
  const callee = skipWrappers(call.expression);
  const target = findMethodCall(call);
  if (
    target
      ? !verb.test(target.method)
      : !ts.isIdentifier(callee) || !/^(?:fetch|axios|got|ky|request)$/.test(callee.text)
  )
    return undefined;
  const origin = findOrigin(callee, file);
  if (!origin) return undefined;
  const module = bareModule(origin.module);
  const path = originName(origin);
  if (module === '' ? path !== 'fetch' && path !== 'globalThis.fetch' : !client.test(module)) return undefined;
  if (target && /^(?:create|extend)\.\(\)\./.test(path)) return findMemberPath(target.receiver)?.at(-1);
  return call.arguments[0] && baseOf(skipWrappers(call.arguments[0]));
}

/** `https://api.example.com` of an address, or the name that it begins with (`${paymentsUrl}/orders`). */
function baseOf(url: ts.Expression): string | undefined {
  if (ts.isBinaryExpression(url) && url.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return baseOf(skipWrappers(url.left));
  const text = ts.isStringLiteralLike(url) ? url.text : ts.isTemplateExpression(url) ? url.head.text : undefined;
  const host = /^https?:\/\/([^/?#]+)/.exec(text ?? '')?.[1];
  if (host !== undefined) return /^(?:localhost|127\.|\[?::1|0\.0\.0\.0)/.test(host) ? undefined : host;
  const first = ts.isTemplateExpression(url) && text === '' ? skipWrappers(url.templateSpans[0]!.expression) : url;
  const path = findMemberPath(first);
  const last = path?.at(-1) ?? '';
  return path &&
    /(?:base|api|host|endpoint|service|server|origin)\w*$|[a-z]U(?:rl|RL|ri|RI)$|_UR[LI]$/i.test(last) &&
    !/^(?:request|req|ctx)$/.test(path[0]!)
    ? path.join('.')
    : undefined;
}

/** Whether something else is done when the call fails: a `catch` that does not throw on. */
export function hasFallback(call: ts.CallExpression): boolean {
  for (let at: ts.Node = call; at.parent && !isFunctionNode(at); at = at.parent) {
    const { parent } = at;
    if (ts.isTryStatement(parent) && parent.catchClause && isWithin(call, parent.tryBlock))
      return !throwsOn(parent.catchClause.block);
    if (ts.isPropertyAccessExpression(parent) && /^(?:catch|fallback)$/.test(parent.name.text)) return true;
  }
  return false;
}

function throwsOn(node: ts.Node): boolean {
  if (isFunctionNode(node)) return false;
  return ts.isThrowStatement(node) || (ts.forEachChild(node, throwsOn) ?? false);
}

/** Its options say that it retries or gives up by rules of its own. */
export function isGuarded(call: ts.CallExpression): boolean {
  return call.arguments.some((argument) => {
    const value = skipWrappers(argument);
    return (
      ts.isObjectLiteralExpression(value) &&
      value.properties.some(({ name }) => /^(?:retry|dispatcher|hooks)$/.test(findPropertyName(name) ?? ''))
    );
  });
}
