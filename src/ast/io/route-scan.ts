import type { FileContext } from '../../model/file-context.ts';
import { findOrigin } from '../names/provenance.ts';
import { isWrittenOut } from '../size/size.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findRepetition, type Repetition } from '../where/where.ts';

/** A list of routes that is walked until one matches: every request tries the patterns before its own. */
export interface RouteScan {
  /** The loop, or the call of `find`, `filter`, …. */
  scan: Repetition['node'];
  routes: ts.Expression;
  /** The test of one route. */
  test: ts.CallExpression;
  /** What is tested: the path of the request. */
  path: ts.Expression;
  /** The compiled pattern, where the route holds one: `route.pattern` or a name that is taken out of the route. */
  pattern: ts.Expression | undefined;
  /** The pattern is compiled for each test. */
  isCompiledAnew: boolean;
}

const routeWord = /(?:route|routing|endpoint|layer|handler|^stack$|rewrite|mount)/i;
const pathWord = /(?:path|pathname|url|uri|location|requestKey|href)s?$/i;
const pathPart = /path|url\b|uri\b|[a-z]Url/i;
const compiler =
  /^(?:pathToRegexp|pathToRegExp|path2regexp|match|compile\w*|parseRoute|regexparam|picomatch|minimatch)$/;
const matcherMethod = /^(?:match|matches|matchPath|exec|test|isMatch|matchRoute)$/;
const registering = /^(?:add|register|mount|define|use|on|remove|unregister|validate|check|build|compile|generate)/i;

/** Judges the test of a route inside a scan; undefined for other tests, and for lists that are short or searched once. */
export function findRouteScan(test: ts.CallExpression, file: FileContext): RouteScan | undefined {
  const repetition = findRepetition(test);
  const over = repetition && findList(repetition);
  if (!repetition || !over || !isScan(repetition)) return undefined;
  const fn = findEnclosingFunction(repetition.node);
  if (!fn || registering.test(nameOfFunction(fn))) return undefined;
  const judged = judgeTest(test, repetition, file);
  if (!judged || !isPathOfRequest(judged.path, repetition, file)) return undefined;
  if (!namesRoutes(over, judged.item) || isFew(over, file)) return undefined;
  if (isRemembered(judged.path, fn, repetition, file)) return undefined;
  const { path, pattern, isCompiledAnew } = judged;
  return { scan: repetition.node, routes: over, test, path, pattern, isCompiledAnew };
}

/** What is walked, through `Object.values(…)` and `.entries()`. */
function findList({ node, over }: Repetition): ts.Expression | undefined {
  if (!over && ts.isForStatement(node) && node.condition && ts.isBinaryExpression(node.condition)) {
    const bound = skipWrappers(node.condition.right);
    return findMemberName(bound) === 'length' ? (bound as ts.PropertyAccessExpression).expression : undefined;
  }
  return over && skipWrappers(over);
}

function isScan({ node }: Repetition): boolean {
  if (ts.isForOfStatement(node)) return !node.awaitModifier;
  if (ts.isForStatement(node)) return true;
  const method = findMethodCall(node)?.method;
  return method !== undefined && /^(?:find|findLast|findIndex|some)$/.test(method);
}

interface JudgedTest {
  path: ts.Expression;
  pattern: ts.Expression | undefined;
  isCompiledAnew: boolean;
  item: string;
}

/** `route.pattern.exec(path)`, `path.match(route.pattern)`, `pathToRegexp(route.path).test(path)`, `layer.match(path)`. */
function judgeTest(test: ts.CallExpression, repetition: Repetition, file: FileContext): JudgedTest | undefined {
  const target = findMethodCall(test);
  const [first, second] = test.arguments;
  if (!first || ts.isSpreadElement(first)) return undefined;
  const itemOf = (node: ts.Expression): string | undefined => findItem(node, repetition, file);
  if (!target) {
    const callee = skipWrappers(test.expression);
    // `match(route.path)(path)`, `minimatch(path, route.glob)`.
    if (ts.isCallExpression(callee)) {
      const item = callee.arguments[0] && isCompiler(callee) ? itemOf(callee.arguments[0]) : undefined;
      return item === undefined ? undefined : { path: first, pattern: undefined, isCompiledAnew: true, item };
    }
    const item = second && isCompiler(test) ? (itemOf(second) ?? itemOf(first)) : undefined;
    if (item === undefined || !second) return undefined;
    return { path: itemOf(second) ? first : second, pattern: undefined, isCompiledAnew: true, item };
  }
  const { receiver, method } = target;
  if (!matcherMethod.test(method)) return undefined;
  const made = findMade(receiver, repetition, file);
  if (made && (ts.isNewExpression(made) || ts.isCallExpression(made))) {
    const item = made.arguments?.[0] && isCompiler(made) ? itemOf(made.arguments[0]) : undefined;
    return item === undefined ? undefined : { path: first, pattern: undefined, isCompiledAnew: true, item };
  }
  const item = itemOf(receiver);
  if (item !== undefined) {
    const isPattern = method === 'exec' || method === 'test';
    return { path: first, pattern: isPattern ? receiver : undefined, isCompiledAnew: false, item };
  }
  const given = method === 'match' ? itemOf(first) : undefined;
  return given === undefined ? undefined : { path: receiver, pattern: first, isCompiledAnew: false, item: given };
}

function isCompiler(node: ts.CallExpression | ts.NewExpression): boolean {
  const name = findMemberPath(node.expression)?.at(-1) ?? '';
  return ts.isNewExpression(node) ? name === 'RegExp' || name === 'URLPattern' : compiler.test(name);
}

/** What a constant of the round holds: `const regexp = pathToRegexp(route.path)`. */
function findMade(node: ts.Expression, repetition: Repetition, file: FileContext): ts.Expression | undefined {
  const value = skipWrappers(node);
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  const isOfRound = declaration && ts.isVariableDeclaration(declaration) && isWithin(declaration, repetition.node);
  return isOfRound ? declaration.initializer && skipWrappers(declaration.initializer) : value;
}

/** The name of the item of the round that an expression is, or is a part of; also for what is taken out of it. */
function findItem(node: ts.Expression, repetition: Repetition, file: FileContext, depth = 0): string | undefined {
  let root = skipWrappers(node);
  // `route.layer || new Layer(route.path)`
  if (ts.isBinaryExpression(root)) root = skipWrappers(root.left);
  while (ts.isPropertyAccessExpression(root)) root = skipWrappers(root.expression);
  const list = findList(repetition);
  if (ts.isElementAccessExpression(root)) {
    return list && findMemberPath(root.expression)?.join('.') === findMemberPath(list)?.join('.')
      ? (findMemberPath(list)?.at(-1) ?? '')
      : undefined;
  }
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  if (!binding || depth > 3) return undefined;
  const { declaration } = binding;
  if (isHead(declaration, repetition)) return binding.name;
  if (!isWithin(declaration, repetition.node)) return undefined;
  let holder: ts.Node = declaration;
  while (ts.isBindingElement(holder)) holder = holder.parent.parent;
  return ts.isVariableDeclaration(holder) && holder.initializer
    ? findItem(holder.initializer, repetition, file, depth + 1)
    : undefined;
}

/** Declared by the head of the loop, or the first parameter of the callback. */
function isHead(declaration: ts.Node, { node }: Repetition): boolean {
  if (ts.isForOfStatement(node)) return isWithin(declaration, node.initializer);
  if (!ts.isCallExpression(node)) return false;
  const callback = node.arguments[0] && skipWrappers(node.arguments[0]);
  const parameter = callback && isFunctionNode(callback) ? callback.parameters[0] : undefined;
  return parameter !== undefined && isWithin(declaration, parameter);
}

/** The same in each round, and called a path, or made of one. */
function isPathOfRequest(path: ts.Expression, repetition: Repetition, file: FileContext): boolean {
  const value = skipWrappers(path);
  const steps = findMemberPath(value);
  if (!steps || findItem(value, repetition, file) !== undefined) return false;
  if (pathWord.test(steps.at(-1)!))
    return !/^file|^dir|filePath|filepath|sourcePath|targetPath|modulePath/i.test(steps.at(-1)!);
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  if (!declaration || !ts.isVariableDeclaration(declaration) || isWithin(declaration, repetition.node)) return false;
  return declaration.initializer !== undefined && pathPart.test(declaration.initializer.getText(file.source));
}

/** The list or its items are called routes: a list of anything else is matched against paths as well. */
function namesRoutes(routes: ts.Expression, item: string): boolean {
  const name = /[\w$#]+(?=\W*$)/.exec(
    routes.getText().replace(/\[[^\]]*\]$|\.?\b(?:get|values|entries)\([^)]*\)$/g, ''),
  );
  return routeWord.test(name?.[0] ?? '') || routeWord.test(item);
}

/** Written out, or the few other patterns of one route (`route.fallbacks`). */
function isFew(routes: ts.Expression, file: FileContext): boolean {
  const holder = findMemberPath(routes)?.at(-2) ?? '';
  if (/^(?:route|routeData|candidate|layer|handler|endpoint|entry)$/i.test(holder)) return true;
  if (isWrittenOut(routes, file)) return true;
  const steps = findMemberPath(routes);
  const origin = steps?.length === 1 ? findOrigin(routes, file) : undefined;
  // A constant table in capitals is written out somewhere.
  return origin !== undefined && /^[A-Z][A-Z\d_]+$/.test(steps![0]!);
}

/** The function looks the path up first: in an index, or among the answers given before. */
function isRemembered(path: ts.Expression, fn: FunctionNode, { node }: Repetition, file: FileContext): boolean {
  const written = skipWrappers(path).getText(file.source);
  return file.nodes('CallExpression').some((call) => {
    if (!isWithin(call, fn) || call.end > node.end || isWithin(call, node)) return false;
    const target = findMethodCall(call);
    if (target === undefined || !/^(?:get|has|peek|lookup)$/.test(target.method)) return false;
    return call.arguments.some((argument) => argument.getText(file.source).includes(written));
  });
}
