import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { listImports } from '../names/module-surface.ts';
import { calleeName, findMethodCall, findPropertyName, isFunctionNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { mayServeNext } from '../where/file-entries.ts';
import type { HttpLibrary } from './outbound-call.ts';

/** "Requests of the program do not wait without end: a middleware or the platform ends each at a limit". */
export const unlessAllEnd: LinkCondition = {
  kind: 'not',
  of: { kind: 'program-states', facts: ['ends-requests'] },
};

/** "It waits, and no setting of the program limits all calls of the library". */
export function unlessSet(waits: LinkCondition, library: HttpLibrary): LinkCondition {
  const fact = settings[library];
  return fact === undefined
    ? waits
    : { kind: 'all', of: [waits, { kind: 'not', of: { kind: 'program-states', facts: [fact] } }] };
}

const settings: Partial<Record<HttpLibrary, string>> = {
  axios: 'token:axios.defaults.timeout',
  nest: 'limited:nest-http',
  fetch: 'token:setGlobalDispatcher',
  got: 'token:setGlobalDispatcher',
  http: 'token:setGlobalDispatcher',
};

/**
 * Whether a file says that all requests of its program end at a limit: it puts a time-out ahead of its handlers, or is a
 * route that tells its platform how long it may take, which ends each of them, or is called by a gateway that does.
 */
export function endsAllRequests(file: FileContext): boolean {
  if (/maxDuration/.test(file.text) && mayServeNext(file) && tellsDuration(file)) return true;
  if (/APIGatewayProxy/.test(file.text) && isBehindGateway(file)) return true;
  return /imeout/.test(file.text) && limitsAll(file);
}

/** `handler: APIGatewayProxyHandler`, `(event: APIGatewayProxyEvent) => …`: Amazon's API Gateway waits for half a minute at most. */
function isBehindGateway(file: FileContext): boolean {
  return (
    /\bAPIGatewayProxy(?:Handler|Event)(?:V2)?\b/.test(file.text) &&
    listImports(file).some((module) => /^(?:@types\/)?aws-lambda$/.test(module))
  );
}

/** After so long fetch gives up by itself. */
const longSeconds = 300;

/** `export const maxDuration = 60`, `export const config = { maxDuration: 60 }` of a route. */
function tellsDuration({ path, text }: FileContext): boolean {
  if (!/(?:^|\/)(?:app|pages)\//.test(path)) return false;
  const [, seconds] =
    /^export const (?:maxDuration\b[^=\n]*=|config\b[^;]*?\{[^}]*\bmaxDuration\s*:)\s*(\d+)/m.exec(text) ?? [];
  return seconds !== undefined && Number(seconds) < longSeconds;
}

/** `app.use(timeout('30s'))`, `app.useGlobalInterceptors(new TimeoutInterceptor())`, `{ provide: APP_INTERCEPTOR, useClass: TimeoutInterceptor }`. */
function limitsAll(file: FileContext): boolean {
  const isGlobal = file.nodes('CallExpression').some((call) => {
    const target = findMethodCall(call);
    if (target?.method === 'useGlobalInterceptors') return call.arguments.some(isTimeout);
    // `server.use(timeoutOf(config), (req, res) => …)` is one for a route of its own.
    return target?.method === 'use' && call.arguments.some(isTimeout) && !call.arguments.some(isFunctionNode);
  });
  if (isGlobal || !file.text.includes('APP_INTERCEPTOR')) return isGlobal;
  return file
    .nodesOfKind(ts.SyntaxKind.PropertyAssignment)
    .some(
      (node) =>
        ts.isPropertyAssignment(node) && findPropertyName(node.name) === 'useClass' && isTimeout(node.initializer),
    );
}

/** By its name; a time-out of a session or a lock says so too, and ends no request. */
function isTimeout(given: ts.Expression): boolean {
  const value = skipWrappers(given);
  const name = ts.isIdentifier(value)
    ? value.text
    : ts.isCallExpression(value)
      ? calleeName(value)
      : ts.isNewExpression(value)
        ? value.expression.getText()
        : '';
  return /^(?:(?:request|response|connect|express|http)_?)?time_?out(?:_?(?:middleware|interceptor|handler))?$/i.test(
    name,
  );
}
