import type { FileContext } from '../../model/file-context.ts';
import { isExported } from '../names/functions.ts';
import { onlyValueOf } from '../names/initializer.ts';
import { findOrigin } from '../names/provenance.ts';
import {
  calleeName,
  findEnclosingFunction,
  findMethodCall,
  findPromiseAround,
  findPropertyName,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import type { OutboundCall } from './outbound-call.ts';

/** The options of a call where they are written out; `open` where they hold a time-out, or may. */
export function findOptions(
  call: ts.CallExpression,
  { library, index }: Pick<OutboundCall, 'library' | 'index'>,
  file: FileContext,
): ts.ObjectLiteralExpression | undefined | 'open' {
  if (call.arguments.some(ts.isSpreadElement)) return 'open';
  const given = call.arguments[index] && skipWrappers(call.arguments[index]);
  const isUrl = (library === 'http' || library === 'simple-get') && given !== undefined && isAddress(given, file);
  // `request(url, callback)`
  if (isUrl || !given || (given === call.arguments.at(-1) && isFunctionNode(given))) return undefined;
  const options = optionsOf(given, call, file);
  return ts.isObjectLiteralExpression(options) && !isOpen(options) ? options : 'open';
}

/** The options where they are written out, also those that the function itself puts together before the call. */
export function optionsOf(given: ts.Expression, call: ts.CallExpression, file: FileContext): ts.Expression {
  const binding = ts.isIdentifier(given) ? file.bindingOf(given) : undefined;
  const declaration = binding?.declaration;
  if (!binding || !declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return given;
  const literal = skipWrappers(declaration.initializer);
  if (!ts.isObjectLiteralExpression(literal) || binding.writes.length > 0) return given;
  const fn = findEnclosingFunction(given);
  const promise = fn && findPromiseAround(fn);
  const home = findEnclosingFunction(declaration);
  // What belongs to the module is made once, for all its calls.
  const isOfModule = home === undefined && !isExported(literal, file);
  if (!isOfModule && home !== fn && !(promise && home === findEnclosingFunction(promise))) return given;
  const isOnlySent = (use: ts.Identifier): boolean =>
    isWithin(use, call) || isPropertyOf(use) || isSentAgain(use, call, file) || isShown(use);
  return binding.references.every(isOnlySent) ? literal : given;
}

/** Handed to another call of the same function of a library, which changes nothing of it. */
function isSentAgain(use: ts.Identifier, call: ts.CallExpression, file: FileContext): boolean {
  const other = getOutermostWrapped(use).parent;
  if (!ts.isCallExpression(other) || other.expression === use) return false;
  const [one, two] = [call, other].map(({ expression }) => findOrigin(expression, file)?.module);
  return one !== undefined && one !== '.' && !one.startsWith('.') && one === two;
}

/** `startTimer('get', url, options)`: read, by its name, not filled in. */
function isShown(use: ts.Identifier): boolean {
  const { parent } = getOutermostWrapped(use);
  if (!ts.isCallExpression(parent) || parent.expression === use) return false;
  return /^(?:log|debug|info|warn|error|trace|start|stop|begin|end|record|report|measure|stringify|inspect)(?![a-z])/.test(
    calleeName(parent),
  );
}

/** `options.baseURL = …` and `options.headers.accept`: nothing of it is a time-out, and it goes nowhere else. */
function isPropertyOf(use: ts.Identifier): boolean {
  const { parent } = use;
  return ts.isPropertyAccessExpression(parent) && parent.expression === use && !limiting.test(parent.name.text);
}

const limiting = /^(?:signal|timeout|cancelToken|dispatcher|agent|headersTimeout|response_timeout|read_timeout)$/;

/** Whether an option of this name limits a call. */
export function isLimiting(name: string): boolean {
  return limiting.test(name);
}

/** Options that hold a time-out, or that may: spread, or made by a call. */
function isOpen(options: ts.ObjectLiteralExpression): boolean {
  return options.properties.some(
    (property) => ts.isSpreadAssignment(property) || limiting.test(findPropertyName(property.name) ?? ''),
  );
}

/** Options that bring the address: written out, also ahead of the call, or called so. */
export function isOptions(given: ts.Expression, file: FileContext): boolean {
  if (!ts.isIdentifier(given)) return ts.isObjectLiteralExpression(given);
  const made = onlyValueOf(given, file);
  return (
    /^(?:\w+_)?(?:opts?|options|config|params)$|(?:Opts|Options|Config|Params)$/.test(given.text) ||
    (made !== undefined && ts.isObjectLiteralExpression(skipWrappers(made)))
  );
}

/** What a name says of an address; `{ url }` is one by its property. */
const addressName = /(?:^|_)(?:url|uri|href|address|link|endpoint)$|(?:Url|URL|Uri|URI|Href|Link|Address|Endpoint)$/;

/** Whether what stands where options might is an address: it holds no time-out. */
function isAddress(given: ts.Expression, file: FileContext): boolean {
  const node = skipWrappers(given);
  if (ts.isPropertyAccessExpression(node)) return addressName.test(node.name.text);
  if (ts.isCallExpression(node)) return findMethodCall(node)?.method === 'toString';
  const made = ts.isIdentifier(node) ? onlyValueOf(node, file) : node;
  if (made && isWrittenAddress(skipWrappers(made))) return true;
  if (!ts.isIdentifier(node) || (made && ts.isObjectLiteralExpression(made))) return false;
  return addressName.test(node.text) || isTypedAddress(node, file);
}

/** `(target: string)`, `const target: URL`. */
function isTypedAddress(name: ts.Identifier, file: FileContext): boolean {
  const declaration = file.bindingOf(name)?.declaration;
  const isTyped = declaration && (ts.isParameter(declaration) || ts.isVariableDeclaration(declaration));
  return /^(?:string|URL)$/.test((isTyped && declaration.type?.getText(file.source)) || '');
}

/** `new URL(…)`, a string, strings put together. */
function isWrittenAddress(node: ts.Expression): boolean {
  if (ts.isNewExpression(node)) return node.expression.getText() === 'URL';
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return isWrittenAddress(skipWrappers(node.left)) || isWrittenAddress(skipWrappers(node.right));
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}
