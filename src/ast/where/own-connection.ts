import type { FileContext } from '../../model/file-context.ts';
import type { Origin } from '../names/provenance.ts';
import { packageOfModule } from '../names/provenance.ts';
import { findMethodCall, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** A request that the code makes itself (`http.request(…)`): its one answer, or upgrade, is not somebody who asks. */
export function isOwnRequest(receiver: ts.Expression, file: FileContext): boolean {
  const binding = ts.isIdentifier(receiver) ? file.bindingOf(receiver) : undefined;
  const declaration = binding?.declaration;
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return made !== undefined && isRequestMade(made);
}

function isRequestMade(at: ts.Expression): boolean {
  const made = skipWrappers(at);
  if (ts.isConditionalExpression(made)) return isRequestMade(made.whenTrue) && isRequestMade(made.whenFalse);
  return findMethodCall(made)?.method === 'request';
}

const clientLibrary = /^(?:socket\.io-client|engine\.io-client|sockjs-client|reconnecting-websocket)$/;

/**
 * Whether a socket that the code opens itself, by a library for clients, tells of no request: of its own connection anywhere,
 * of anything in a page. What another program sends a service is load like any other.
 */
export function tellsNoRequest(event: string, origin: Origin | undefined, { role }: FileContext): boolean {
  const isOwn = origin !== undefined && clientLibrary.test(packageOfModule(origin.module));
  return isOwn && (event === 'connect' || role === 'ui');
}
