import type { FileContext } from '../../model/file-context.ts';
import type { HandlePlace } from '../handles/handle-escape.ts';
import { initializerOf } from '../names/initializer.ts';
import {
  type FunctionNode,
  findProperty,
  findPropertyName,
  getOutermostWrapped,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import type { ClientCreation } from './libraries.ts';

/** Kept beyond the call: a field, a property, a collection, an outer variable. */
export function isKeptBeyond(place: HandlePlace, fn: FunctionNode, file: FileContext): boolean {
  if (place.kind === 'binding') return !isWithin(place.binding.identifier, fn);
  if (place.kind === 'property') {
    if (isRequestOption(place, fn, file)) return false;
    const holder =
      ts.isPropertyAssignment(place.at) || ts.isShorthandPropertyAssignment(place.at)
        ? place.at.parent.parent
        : undefined;
    return !holder || !(ts.isCallExpression(holder) || ts.isNewExpression(holder));
  }
  return place.kind === 'field' || place.kind === 'collection';
}

/** `options.agent = new Agent()`, where the options are made in the function: they are of one request. */
function isRequestOption(place: HandlePlace & { kind: 'property' }, fn: FunctionNode, file: FileContext): boolean {
  if (!/^(?:https?Agent|agent|dispatcher)$/.test(place.name)) return false;
  const left = ts.isBinaryExpression(place.at) ? place.at.left : place.at;
  const holder = ts.isPropertyAccessExpression(left) ? skipWrappers(left.expression) : undefined;
  const binding = holder && ts.isIdentifier(holder) ? file.bindingOf(holder) : undefined;
  const declaration = binding?.declaration;
  // `const { url, options } = makeOptions()`
  const isLocal = declaration && (ts.isVariableDeclaration(declaration) || ts.isBindingElement(declaration));
  return isLocal === true && binding!.kind !== 'parameter' && isWithin(binding!.identifier, fn);
}

/** Its connections stay open for a while after its only request: those of undici do unless told otherwise. */
export function keepsConnections(node: ts.Node, { modules }: ClientCreation, file: FileContext): boolean {
  const text = textOf(node, file);
  return modules.includes('undici')
    ? !/keepAlive\w*\s*:|pipelining\s*:\s*0/.test(text)
    : /\bkeepAlive\s*:\s*true\b/.test(text);
}

/** With the options that a name of the file stands for. */
function textOf(node: ts.Node, file: FileContext): string {
  const given = ts.isNewExpression(node) ? (node.arguments ?? []) : [];
  const named = given.flatMap((argument) => initializerOf(argument, file) ?? []);
  return [node, ...named].map((part) => part.getText(file.source)).join('\n');
}

/**
 * Whether an agent stands beside the one for the other scheme: of `httpAgent` and `httpsAgent` of one client only that of its
 * address opens sockets. What the address does not tell is taken for https.
 */
export function isTwinAgent(node: ts.Node): boolean {
  const { parent } = getOutermostWrapped(node);
  const name = ts.isPropertyAssignment(parent) ? (findPropertyName(parent.name) ?? '') : '';
  if (!/^https?Agent$/.test(name) || !ts.isObjectLiteralExpression(parent.parent)) return false;
  const options = parent.parent;
  const other = findProperty(options, name === 'httpAgent' ? 'httpsAgent' : 'httpAgent');
  if (!other || !ts.isNewExpression(skipWrappers(other))) return false;
  const address = findProperty(options, 'baseURL') ?? findProperty(options, 'url');
  const isPlain = address !== undefined && /^['"`]http:/.test(address.getText());
  return isPlain === (name === 'httpsAgent');
}
