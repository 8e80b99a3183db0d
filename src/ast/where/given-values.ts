import type { FileContext } from '../../model/file-context.ts';
import type { GivenValue, LinkCondition } from '../../model/link.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { findFunctionValue, ordinalOf } from '../names/functions.ts';
import { sizeOf } from '../size/size.ts';
import {
  calleeName,
  findMemberName,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isAsync,
  isFunctionNode,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isRequestValue, isStoredRequest } from './request-value.ts';

/** Where a part of a value comes from: out of a request, or from a parameter of a function of this file. */
export type ValueSource = 'request' | { fn: number; parameter: number };

const sentPart =
  /^(?:params?|query|queryStringParameters|body|rawBody|headers|cookies|ips?|url|originalUrl|path|pathname|search|input|rawInput)$/;
/** Parameters that Nest fills with a part of the request. */
const sentDecorator = /^(?:Param|Query|Body|Headers|Args|Ip|MessageBody|Payload)$/;
/** Calls that give what they are called on, or are handed, written otherwise. */
const rewriting =
  /^(?:String|Number|parseInt|parseFloat|trim|toString|toLowerCase|toUpperCase|normalize|encodeURIComponent|decodeURIComponent|stringify|toFixed|toPrecision|replaceAll|digest)$/;
/** Calls that put a key together from what they are handed, wherever they are. */
const keyMaking = /^(?:(?:get|make|build|create|compute|to|generate)?[a-zA-Z]*[kK]ey(?:Of|For|From)?|hash[A-Z]?\w*)$/;
/** Calls that give one part of what was sent: `c.req.query('q')`, `req.get('x-key')`, `url.searchParams.get('q')`. */
const asking = /^(?:get|getAll|query|queries|param|header|cookie)$/;
const askedHolder = /^(?:req|request|headers|query|params|cookies|searchParams)$/;

const maxDepth = 4;

/** The sources of the names, members and texts that a value is put together from. */
export function listSourcesOf(expression: ts.Expression, file: FileContext, depth = 0): ValueSource[] {
  const value = skipAwait(expression);
  if (depth > maxDepth) return [];
  const inner = (part: ts.Expression): ValueSource[] => listSourcesOf(part, file, depth + 1);
  if (ts.isTemplateExpression(value)) return value.templateSpans.flatMap((span) => inner(span.expression));
  if (ts.isArrayLiteralExpression(value)) return value.elements.flatMap(inner);
  if (ts.isBinaryExpression(value)) return [...inner(value.left), ...inner(value.right)];
  if (ts.isCallExpression(value)) {
    const target = findMethodCall(value);
    const name = target?.method ?? (ts.isIdentifier(value.expression) ? value.expression.text : '');
    if (target && asking.test(name)) return sourcesOfAsked(target.receiver, file, depth);
    const own = sourcesOfMade(value, file, depth);
    if (own) return own;
    const isKey = keyMaking.test(name) || rewriting.test(name) || (target && isOfHash(name, target.receiver));
    if (!isKey) return [];
    return [...value.arguments.flatMap(inner), ...(target ? inner(target.receiver) : [])];
  }
  // What is taken apart is still what it was: `new URL(req.url)`.
  if (ts.isNewExpression(value))
    return /^URL/.test(value.expression.getText(file.source)) ? (value.arguments ?? []).flatMap(inner) : [];
  if (ts.isIdentifier(value)) return sourcesOfName(value, file, depth);
  if (
    (isRequestValue(value, file) || isStoredRequest(value, file)) &&
    findMemberPath(value)?.some((part) => sentPart.test(part))
  )
    return ['request'];
  if (isSetting(value)) return [];
  let root: ts.Expression = value;
  while (ts.isPropertyAccessExpression(root) || ts.isElementAccessExpression(root)) root = skipAwait(root.expression);
  if (ts.isNewExpression(root)) return inner(root);
  return ts.isIdentifier(root) && findMemberPath(value) ? sourcesOfName(root, file, depth) : [];
}

/** `env.REDIS_URL`, `context.env.DATABASE_URL`: a setting of the process, whoever hands in the environment that it is read from. */
function isSetting(value: ts.Expression): boolean {
  const path = findMemberPath(value) ?? [];
  return path.some((part, i) => part === 'env' && /^[A-Z][A-Z0-9_]*$/.test(path[i + 1] ?? ''));
}

/** What a function of the file puts together from what it is handed, and nothing else: `keyOf(req.method, req.url)`. */
function sourcesOfMade(call: ts.CallExpression, file: FileContext, depth: number): ValueSource[] | undefined {
  const maker = findFunctionValue(call.expression, file);
  const [made, ...others] = maker ? listReturnedValues(maker, file) : [];
  if (!maker || !made || others.length > 0 || maker.asteriskToken || isAsync(maker)) return undefined;
  const of = ordinalOf(maker, file);
  return listSourcesOf(made, file, depth + 1).flatMap((source) => {
    if (source === 'request' || source.fn !== of) return [source];
    const given = call.arguments[source.parameter];
    return given ? listSourcesOf(given, file, depth + 1) : [];
  });
}

/** `createHash('sha256').update(text)` */
function isOfHash(method: string, receiver: ts.Expression): boolean {
  return method === 'update' && ts.isCallExpression(receiver) && /^createH(?:ash|mac)$/.test(calleeName(receiver));
}

function sourcesOfAsked(holder: ts.Expression, file: FileContext, depth: number): ValueSource[] {
  if (!askedHolder.test(findMemberName(holder) ?? (ts.isIdentifier(holder) ? holder.text : ''))) return [];
  return isRequestValue(holder, file) ? ['request'] : listSourcesOf(holder, file, depth);
}

function sourcesOfName(name: ts.Identifier, file: FileContext, depth: number): ValueSource[] {
  let at: ts.Node | undefined = file.bindingOf(name)?.declaration;
  while (at && ts.isBindingElement(at)) at = at.parent.parent;
  if (!at) return [];
  if (ts.isVariableDeclaration(at)) return at.initializer ? listSourcesOf(at.initializer, file, depth + 1) : [];
  if (!ts.isParameter(at) || !isFunctionNode(at.parent)) return [];
  const decorators = ts.canHaveDecorators(at) ? (ts.getDecorators(at) ?? []) : [];
  if (decorators.some(({ expression }) => sentDecorator.test(nameOfDecorator(expression)))) return ['request'];
  return [{ fn: ordinalOf(at.parent, file), parameter: at.parent.parameters.indexOf(at) }];
}

function nameOfDecorator(expression: ts.Expression): string {
  return findMemberPath(ts.isCallExpression(expression) ? expression.expression : expression)?.at(-1) ?? '';
}

/** What lists are called; how large one is costs a good deal more to find out. */
const listName = /(?:s|list|all|data|rows?|batch|queue|set|array|result|collection|people|children)\d?$/i;
/** Further arguments are no lists to work through. */
const maxLists = 4;

/** What of the arguments of a call is long, comes out of a request, or is handed on from a parameter. */
export function listGivenValues(call: ts.CallExpression | ts.NewExpression, file: FileContext): GivenValue[] {
  return (call.arguments ?? []).flatMap((given, argument): GivenValue[] => {
    const whole = findParameter(given, file);
    const sources = listSourcesOf(given, file).map(
      (source): GivenValue =>
        source === 'request'
          ? { argument, from: 'request' }
          : { argument, from: 'parameter', ...source, ...(whole && { isWhole: true }) },
    );
    return !whole && argument < maxLists && isMany(given, file) ? [...sources, { argument, from: 'many' }] : sources;
  });
}

function isMany(given: ts.Expression, file: FileContext): boolean {
  const value = skipWrappers(given);
  if (!ts.isIdentifier(value) && !ts.isPropertyAccessExpression(value)) return false;
  const { text } = ts.isIdentifier(value) ? value : value.name;
  return listName.test(text) && sizeOf(value, file) === 'large';
}

/** "A caller hands this list in, and data makes it long": where it is a parameter, as it came, of a function with a name. */
export function isHandedMany(list: ts.Expression, file: FileContext): LinkCondition | undefined {
  const declaration = findParameter(list, file);
  const fn = declaration?.parent;
  if (!fn || !isFunctionNode(fn) || ts.isCallExpression(getOutermostWrapped(fn).parent)) return undefined;
  return { kind: 'handed-many', fn: ordinalOf(fn, file), parameter: fn.parameters.indexOf(declaration) };
}

/** The parameter that a value is, as it came. */
function findParameter(given: ts.Expression, file: FileContext): ts.ParameterDeclaration | undefined {
  const value = skipWrappers(given);
  const binding = ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
  if (!binding || binding.writes.length > 0 || !ts.isParameter(binding.declaration)) return undefined;
  return binding.declaration.dotDotDotToken ? undefined : binding.declaration;
}
