import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import { findPropertyName, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

const agentOptions = new Map([
  ['keepalive', 'keepAlive'],
  ['keepalivemsecs', 'keepAliveMsecs'],
  ['maxsockets', 'maxSockets'],
  ['maxfreesockets', 'maxFreeSockets'],
]);

/** An option that agents of Node.js take no notice of. */
export interface MisspeltOption {
  name: ts.PropertyName;
  written: string;
  right: string;
}

/** `new Agent({ keepalive: true })` */
export function findMisspeltOption(
  node: ts.NewExpression | ts.CallExpression,
  file: FileContext,
): MisspeltOption | undefined {
  const origin = findOrigin(node, file);
  if (!origin || !/^https?$/.test(bareModule(origin.module)) || originName(origin) !== 'Agent.new') return undefined;
  const options = node.arguments?.[0] && skipWrappers(node.arguments[0]);
  if (!options || !ts.isObjectLiteralExpression(options)) return undefined;
  for (const { name } of options.properties) {
    const written = findPropertyName(name);
    const right = written === undefined ? undefined : agentOptions.get(written.toLowerCase());
    if (name && written !== undefined && right !== undefined && right !== written) return { name, written, right };
  }
  return undefined;
}
