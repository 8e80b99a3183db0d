import type { FileContext } from '../../model/file-context.ts';
import { isCapped } from '../containers/capped.ts';
import { sizeOfQuery } from '../io/query-size.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { findFunctionValue, isExported, listCallsOf } from '../names/functions.ts';
import { findNumber } from '../names/number-value.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import {
  calleeName,
  findMemberName,
  findMemberPath,
  findMethodCall,
  isAssignment,
  isFunctionNode,
  isLogical,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findRepetition } from '../where/where.ts';
import { findAwaited } from './awaited.ts';
import { findDerived } from './derived.ts';
import { sizeOfFilled } from './filled.ts';
import { carried, carriedAs, isBodyParameter, isIncoming } from './incoming.ts';
import { sizeOfSource } from './size-sources.ts';
import { areAppointed, soundOfName } from './size-words.ts';
import { findToldCount } from './told-count.ts';

/**
 * How many items a collection can have. `small`: the program fixes them (literals, enums, options, a slice with a limit).
 * `large`: nothing but data does, and this file shows it (all rows of a query, what a request carries, lines of a file,
 * a list that is filled for each of such). `unknown`: the file does not tell.
 */
export interface Size {
  size: 'large' | 'small' | 'unknown';
  /** What makes it so, for the evidence of a finding: "all rows of db.user.findMany()". */
  why: string;
  /** Where that stands. */
  at: ts.Node;
  /** A request brings it along: what parses bodies limits it. */
  isCarried?: true;
  /** Whoever calls the function hands it in: users of a library as many as they have. */
  isGiven?: true;
  /** Whoever was asked told how many there are: pages of an answer, a total. */
  isTold?: true;
  /** All that a read gives, of whatever it reads: the table itself may be short. */
  isWhole?: true;
  /** Parts that a text has, as many as its writer put there. */
  isOfText?: true;
  /** All that is nested in what is walked, which is handed in too. */
  isNested?: true;
}

/** Judges the collection that an expression gives, by where it comes from; names speak only against. */
export function findSize(expression: ts.Expression, file: FileContext): Size {
  return file.memo(start, expression);
}

/** {@link findSize} without its reason. */
export function sizeOf(expression: ts.Expression, file: FileContext): Size['size'] {
  return findSize(expression, file).size;
}

/** Whether the program writes a collection out, as far as the file tells; what it is called does not matter. */
export function isWrittenOut(expression: ts.Expression, file: FileContext): boolean {
  return judge(expression, file, 0).size === 'small';
}

/** Whether a list of unknown size is called after what data brings (`users`, `orderIds`): enough for `possible` only. */
export function soundsLarge(expression: ts.Expression, file: FileContext): boolean {
  const { size } = findSize(expression, file);
  return size === 'large' || (size === 'unknown' && soundOf(expression, file, 0) === 'many');
}

function start(expression: ts.Expression, file: FileContext): Size {
  const found = judge(expression, file, 0);
  const isFew = found.size === 'unknown' && soundOf(expression, file, 0) === 'few';
  return isFew ? small(found.at, 'few by their name') : found;
}

export type Judge = (expression: ts.Expression, file: FileContext, depth: number) => Size;

const maxDepth = 7;
const sameSize =
  /^(?:filter|map|sort|reverse|toSorted|toReversed|slice|splice|flat|flatMap|concat|fill|entries|keys|values|toArray|lean|exec|then|catch|finally|from|all|allSettled|compact|uniq|uniqBy|sortBy|orderBy|unique|toJSON|freeze)$/;
const utility = /^(?:_|lodash|R|Object|Array|Promise|Set|Map)$/;

export function unknown(at: ts.Node, why = 'not told by this file'): Size {
  return { size: 'unknown', why, at };
}

export function small(at: ts.Node, why: string): Size {
  return { size: 'small', why, at };
}

/** One large part is enough; all must be small. */
function join(parts: readonly Size[], at: ts.Node): Size {
  const large = parts.find((part) => part.size === 'large');
  if (large) return large;
  if (parts.length === 1 && parts[0]!.isOfText) return parts[0]!;
  return parts.length > 0 && parts.every((part) => part.size === 'small') ? small(at, 'written out here') : unknown(at);
}

/** What is asked again on other ways is answered from before: lists that are filled from one another have many. */
function judge(expression: ts.Expression, file: FileContext, depth: number): Size {
  const value = skipAwait(expression);
  if (depth > maxDepth) return unknown(value);
  const known = file.memo(listByDepth, value);
  known[depth] ??= judgeAnew(value, file, depth);
  return known[depth];
}

/** What was found of an expression at each depth. */
function listByDepth(): Size[] {
  return [];
}

function judgeAnew(value: ts.Expression, file: FileContext, depth: number): Size {
  switch (value.kind) {
    case ts.SyntaxKind.ArrayLiteralExpression: {
      const { elements } = value as ts.ArrayLiteralExpression;
      const spreads = elements.filter(ts.isSpreadElement).map((e) => judge(e.expression, file, depth + 1));
      return spreads.length > 0 ? join(spreads, value) : small(value, 'written out here');
    }
    case ts.SyntaxKind.ObjectLiteralExpression: {
      const { properties } = value as ts.ObjectLiteralExpression;
      const [only] = properties;
      if (only && properties.length === 1 && ts.isPropertyAssignment(only) && only.name.getText() === 'length')
        return sizeOfCount(only.initializer, file);
      const spreads = properties.filter(ts.isSpreadAssignment).map((p) => judge(p.expression, file, depth + 1));
      return spreads.length > 0 ? join(spreads, value) : small(value, 'written out here');
    }
    case ts.SyntaxKind.StringLiteral:
    case ts.SyntaxKind.NoSubstitutionTemplateLiteral:
    case ts.SyntaxKind.TemplateExpression:
      return small(value, 'a text');
    case ts.SyntaxKind.BinaryExpression: {
      const { left, right, operatorToken } = value as ts.BinaryExpression;
      if (isAssignment(value)) return judge(right, file, depth + 1);
      if (!isLogical(value)) return unknown(value);
      return judge(operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken ? right : left, file, depth + 1);
    }
    case ts.SyntaxKind.ConditionalExpression: {
      const { whenTrue, whenFalse } = value as ts.ConditionalExpression;
      return join([judge(whenTrue, file, depth + 1), judge(whenFalse, file, depth + 1)], value);
    }
    case ts.SyntaxKind.NewExpression: {
      const { arguments: args, expression: made } = value as ts.NewExpression;
      const isCopy = ts.isIdentifier(made) && /^(?:Set|Map)$/.test(made.text) && args?.[0];
      if (args?.length === 1 && ts.isIdentifier(made) && made.text === 'Array') return sizeOfCount(args[0]!, file);
      return isCopy ? judge(isCopy, file, depth + 1) : unknown(value);
    }
    case ts.SyntaxKind.CallExpression:
      return judgeCall(value as ts.CallExpression, file, depth);
    case ts.SyntaxKind.TaggedTemplateExpression:
      return sizeOfQuery(value as ts.TaggedTemplateExpression, file, depth, judge) ?? unknown(value);
    case ts.SyntaxKind.Identifier:
      return judgeIdentifier(value as ts.Identifier, file, depth);
    default:
      return judgeMember(value, file, depth);
  }
}

function judgeCall(call: ts.CallExpression, file: FileContext, depth: number): Size {
  const source = sizeOfSource(call, file, depth, judge);
  if (source) return source;
  const target = findMethodCall(call);
  const name = calleeName(call);
  const [first] = call.arguments;
  if (target && sameSize.test(name)) {
    const isUtility = ts.isIdentifier(target.receiver) && utility.test(target.receiver.text);
    if (isUtility) return first ? judge(first, file, depth + 1) : unknown(call);
    if (name === 'filter' && first && isPart(first)) return unknown(call, 'those of one key');
    if ((name === 'slice' || name === 'splice') && call.arguments.length > 1) return judgeSlice(call);
    return judge(target.receiver, file, depth + 1);
  }
  const last = call.arguments.at(-1);
  if (last && /^(?:Array|(?:(?:_|lodash|R)\.)?(?:range|times))$/.test(call.expression.getText(file.source)))
    return sizeOfCount(name === 'times' ? first! : last, file);
  if (!target && first && sameSize.test(name)) return judge(first, file, depth + 1);
  const fn = depth < 4 ? findFunctionValue(call.expression, file) : undefined;
  const results = fn ? listReturnedValues(fn, file) : [];
  return results.length > 0 && results.length <= 6
    ? join(
        results.map((result) => judge(result, file, depth + 2)),
        call,
      )
    : unknown(call);
}

/** The size of a list that is made to be of a length: `{ length: pageCount }`, `new Array(last)`, `range(1, pages)`. */
export function sizeOfCount(count: ts.Expression, file: FileContext): Size {
  const told = findToldCount(count, file);
  if (told) return { size: 'large', why: 'as many as the answer tells', at: told, isTold: true };
  return findNumber(count, file) === undefined ? unknown(count) : small(count, 'a number that is written here');
}

/** `slice(0, 50)`, `slice(0, maxItems)`; two arguments of another kind make a page or a chunk. */
function judgeSlice(call: ts.CallExpression): Size {
  const end = call.arguments[1]!;
  const isLimit =
    (ts.isNumericLiteral(end) && Number(end.text) <= 500) ||
    findMemberPath(end)?.some((part) => /max|limit|size|count|top/i.test(part));
  return isLimit ? small(call, 'a slice with a limit') : unknown(call, 'a part');
}

/** `x => x.parentId === parent.id`, also among other tests: what belongs to one key. */
function isPart(test: ts.Expression): boolean {
  const fn = skipWrappers(test);
  if (!isFunctionNode(fn) || !fn.body) return false;
  const item = fn.parameters[0]?.name.getText();
  const isKey = (left: ts.Expression, right: ts.Expression): boolean => {
    const own = findMemberPath(left);
    const other = findMemberPath(right);
    const isConstant = other?.length === 1 && /^(?:undefined|null|[A-Z].*)$/.test(other[0]!);
    return own?.[0] === item && own !== undefined && other !== undefined && other[0] !== item && !isConstant;
  };
  const visit = (at: ts.Node): boolean => {
    if (ts.isBinaryExpression(at) && at.operatorToken.kind === ts.SyntaxKind.EqualsEqualsEqualsToken) {
      const { left, right } = at;
      if (isKey(left, right) || isKey(right, left)) return true;
    }
    return isFunctionNode(at) && at !== fn ? false : (ts.forEachChild(at, visit) ?? false);
  };
  return visit(fn.body);
}

function judgeIdentifier(identifier: ts.Identifier, file: FileContext, depth: number): Size {
  const { text } = identifier;
  if (/^[A-Z][A-Z0-9_]+$/.test(text)) return small(identifier, 'a constant');
  const binding = file.bindingOf(identifier);
  if (!binding || binding.kind === 'import') return unknown(identifier);
  if (isCapped(identifier, file)) return small(identifier, 'its length is checked');
  if (areAppointed(text)) return unknown(identifier, 'few by its name');
  const { declaration } = binding;
  if (ts.isParameter(declaration)) return judgeParameter(declaration, identifier, file, depth);
  if (ts.isBindingElement(declaration)) return judgeElement(declaration, identifier, file, depth);
  if (!ts.isVariableDeclaration(declaration)) return unknown(identifier);
  const loop = declaration.parent.parent;
  if (ts.isForOfStatement(loop) || ts.isForInStatement(loop)) return unknown(identifier, 'a part of one item');
  const values = [declaration.initializer, ...binding.writes.map(writtenValue)]
    .filter((v) => v !== undefined)
    .slice(0, 8);
  const given = values.filter((v) => !isEmpty(v));
  // What is written in the same statement (`x = x.filter(…)`) goes round in a circle.
  const parts = given.filter((v) => !isOwn(v, text)).map((v) => judge(v, file, depth + 1));
  // Emptied while it is filled (a batch), or cut to a page: never all of it.
  if (binding.writes.some((w) => isReset(w) && findRepetition(w)) || given.some((v) => isOwnPage(v, text)))
    return small(identifier, 'a batch or a page');
  if (parts.some((part) => part.size === 'large')) return join(parts, identifier);
  const filled = sizeOfFilled(binding.references, identifier, file, depth, judge);
  if (filled) return filled.size === 'small' && parts.length > 0 ? join(parts, identifier) : filled;
  return parts.length > 0 ? join(parts, identifier) : unknown(identifier);
}

function writtenValue(write: ts.Identifier): ts.Expression | undefined {
  return isAssignment(write.parent) ? write.parent.right : undefined;
}

function isEmpty(value: ts.Expression): boolean {
  const made = skipAwait(value);
  if (ts.isNewExpression(made)) return !made.arguments || made.arguments.length === 0;
  return (
    (ts.isArrayLiteralExpression(made) && made.elements.length === 0) ||
    (ts.isObjectLiteralExpression(made) && made.properties.length === 0) ||
    made.kind === ts.SyntaxKind.NullKeyword
  );
}

function isReset(write: ts.Identifier): boolean {
  const value = writtenValue(write);
  return value !== undefined && isEmpty(value);
}

/** `x.slice(start, stop)`, at the end of a chain on `x`. */
function isOwnPage(value: ts.Expression, name: string): boolean {
  const target = findMethodCall(skipAwait(value));
  if (!target || !/^(?:slice|splice)$/.test(target.method) || target.call.arguments.length < 2) return false;
  let root: ts.Expression = target.receiver;
  for (let next = findMethodCall(root); next; next = findMethodCall(root)) root = next.receiver;
  return ts.isIdentifier(root) && root.text === name;
}

/** `x.filter(…)`, for `x`. */
function isOwn(value: ts.Expression, name: string): boolean {
  const target = findMethodCall(skipAwait(value));
  return target ? ts.isIdentifier(target.receiver) && target.receiver.text === name : false;
}

/** By its type, or by what the calls of this file hand over. */
function judgeParameter(parameter: ts.ParameterDeclaration, at: ts.Identifier, file: FileContext, depth: number): Size {
  const { type, parent: fn } = parameter;
  if (parameter.dotDotDotToken) return small(at, 'arguments');
  if (type && (ts.isTupleTypeNode(type) || ts.isLiteralTypeNode(type) || type.kind === ts.SyntaxKind.StringKeyword))
    return small(at, 'by its type');
  if (
    type &&
    ts.isTypeReferenceNode(type) &&
    /(?:Config(?:uration)?|Options|Settings|Schema)$/.test(type.typeName.getText(file.source))
  )
    return small(at, 'configuration, by its type');
  if (isBodyParameter(parameter) && type && ts.isArrayTypeNode(type)) return carried(parameter);
  if (!isFunctionNode(fn)) return unknown(at);
  const place = fn.parameters.indexOf(parameter);
  const awaited = findAwaited(fn, place);
  if (awaited) return judge(awaited, file, depth + 1);
  const calls = depth < 3 ? listCallsOf(fn, file) : [];
  const handed = calls.flatMap((call) => call.arguments[place] ?? []);
  if (handed.length === 0) return unknown(at);
  const parts = handed.slice(0, 6).map((argument) => judge(argument, file, depth + 2));
  const joined = join(parts, at);
  // Other files may hand over more.
  return joined.size === 'small' && isExported(fn, file) ? unknown(at) : joined;
}

/** `const { rows } = await pool.query(…)`, `const { ids } = req.body`, `const [users] = await …`. */
function judgeElement(element: ts.BindingElement, at: ts.Identifier, file: FileContext, depth: number): Size {
  const holder = element.parent.parent;
  const name = element.propertyName ?? element.name;
  const part = ts.isObjectBindingPattern(element.parent) && ts.isIdentifier(name) ? name.text : undefined;
  if (part !== undefined && soundOfName(part) === 'few') return unknown(at, 'few by its name');
  if (!ts.isVariableDeclaration(holder) || !holder.initializer) return unknown(at);
  const from = skipAwait(holder.initializer);
  if (isIncoming(from, file)) return part !== undefined ? carriedAs(part, from, file) : carried(from);
  if (part !== undefined && !/^(?:rows|docs|data|items|results|records|hits|keys|Items)$/.test(part))
    return unknown(at);
  // Of `[rows, fields]` and of a list of promises the parts are known by their place.
  if (part === undefined && ts.isArrayBindingPattern(element.parent)) {
    const place = element.parent.elements.indexOf(element);
    const target = findMethodCall(from);
    const list = target && /^all(?:Settled)?$/.test(target.method) && target.call.arguments[0];
    const each = list && skipWrappers(list);
    if (each && ts.isArrayLiteralExpression(each) && !each.elements.some(ts.isSpreadElement)) {
      const value = each.elements[place];
      return value ? judge(value, file, depth + 1) : unknown(at);
    }
    const isRows = place === 0 && target && /^(?:query|execute|findAndCount|findAndCountAll)$/.test(target.method);
    return isRows ? judge(from, file, depth + 1) : unknown(at);
  }
  return ts.isCallExpression(from) ? judge(from, file, depth + 1) : unknown(at);
}

function judgeMember(value: ts.Expression, file: FileContext, depth: number): Size {
  const name = findMemberName(value);
  const path = findMemberPath(value);
  if (name === undefined) return unknown(value);
  if (path?.some((part) => /^(?:config|options|opts|settings|env|constants|meta|metadata|schema)$/i.test(part)))
    return small(value, 'configuration');
  if (soundOfName(name) === 'few') return unknown(value, 'few by its name');
  if (isCapped(value, file)) return small(value, 'its length is checked');
  if (isIncoming(value, file)) return carriedAs(name, value, file);
  const holder = skipWrappers((value as ts.PropertyAccessExpression).expression);
  if (holder.kind !== ts.SyntaxKind.ThisKeyword && isIncoming(holder, file)) return carriedAs(name, value, file);
  const origin = findOrigin(holder, file);
  if (origin && /^(?:path|os|process)$/.test(bareModule(origin.module))) return small(value, 'of the process');
  const made = skipAwait(holder);
  const isRows = /^(?:rows|docs|hits|Items)$/.test(name);
  if (isRows && (ts.isCallExpression(made) || ts.isIdentifier(made))) {
    const rows = judge(made, file, depth + 1);
    if (rows.size === 'large') return rows;
  }
  const kept = path && path.length === 2 && holder.kind === ts.SyntaxKind.ThisKeyword;
  const filled = kept ? sizeOfFilled(undefined, value, file, depth, judge) : undefined;
  return filled ?? unknown(value, 'a part of one item');
}

/** By the last name of the collection, through `map` and the like. */
function soundOf(expression: ts.Expression, file: FileContext, depth: number): 'few' | 'many' | 'nothing' {
  const value = skipAwait(expression);
  if (depth > 5) return 'nothing';
  if (ts.isCallExpression(value)) {
    const target = findMethodCall(value);
    const name = target?.method ?? (ts.isIdentifier(value.expression) ? value.expression.text : '');
    const [first] = value.arguments;
    if (target && /^(?:Object|Array|Promise|_)$/.test(target.receiver.getText(file.source)))
      return first ? soundOf(first, file, depth + 1) : 'nothing';
    if (target && sameSize.test(name)) {
      if (value.arguments.length > 1 && name === 'slice') return 'nothing';
      return soundOf(target.receiver, file, depth + 1);
    }
    return soundOfName(name.replace(/^(?:get|list|find|fetch|load|read|query|parse)(?:All)?(?=[A-Z])/, ''));
  }
  if (ts.isBinaryExpression(value)) return soundOf(value.left, file, depth + 1);
  const name = ts.isIdentifier(value) ? value.text : findMemberName(value);
  const sound = name === undefined ? 'nothing' : soundOfName(name);
  const of = sound === 'nothing' && ts.isIdentifier(value) ? findDerived(value, file) : undefined;
  return of ? soundOf(of, file, depth + 1) : sound;
}
