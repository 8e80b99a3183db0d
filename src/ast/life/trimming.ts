import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import type { Add, Growth, Removal } from '../containers/container-growth.ts';
import type { Container } from '../containers/containers.ts';
import { listMembersMeant } from '../names/computed-members.ts';
import { isExecutor, isExported, listCallsOf } from '../names/functions.ts';
import { findSymbolName, plainName } from '../names/symbol-field.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findStringValue,
  getOutermostWrapped,
  isWithin,
  nameOfFunction,
  rootOfMembers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { frequencyOf } from '../where/where.ts';
import { isPublic } from './lifetime.ts';

const endOfLife =
  /^_*(?:close|stop|destroy|dispose|shutdown|shutDown|teardown|tearDown|terminate|kill|end|quit|exit|unload|uninstall|deinit|disconnect|onModuleDestroy|ngOnDestroy|onApplicationShutdown|beforeApplicationShutdown|componentWillUnmount|disconnectedCallback|Symbol\.(?:asyncD|d)ispose|resetForTests?|resetForTesting|clearForTests?|_?_?reset(?:Cache|State)?ForTests?|__\w+)(?:[A-Z]\w*)?$/;

/** Whether a function runs only when its owner, or the process, ends: what is cleared there has grown until then. */
export function runsAtEnd(fn: FunctionNode | undefined, file: FileContext, depth = 0): boolean {
  if (!fn) return false;
  if (endOfLife.test(plainName(nameOfFunction(fn)))) return true;
  const { parent } = getOutermostWrapped(fn);
  if (ts.isCallExpression(parent)) {
    const event = findStringValue(parent.arguments[0]);
    if (event !== undefined && isEndOfProcess(event, parent)) return true;
    const outer = findEnclosingFunction(fn);
    return outer !== undefined && depth < 3 && runsAtEnd(outer, file, depth + 1);
  }
  const calls = listCallsOf(fn, file);
  return (
    depth < 3 &&
    isPrivate(fn) &&
    calls.length > 0 &&
    calls.every((call) => runsAtEnd(findEnclosingFunction(call), file, depth + 1))
  );
}

/** A signal, or the exit of the process itself: a child or a worker that exits ends nothing else. */
function isEndOfProcess(event: string, { expression }: ts.CallExpression): boolean {
  if (/^SIG[A-Z]+$/.test(event)) return true;
  return /^(?:exit|beforeExit)$/.test(event) && findMemberPath(expression)?.[0] === 'process';
}

function isPrivate(fn: FunctionNode): boolean {
  if (!ts.isMethodDeclaration(fn)) return false;
  return (
    ts.isPrivateIdentifier(fn.name) ||
    (ts.getModifiers(fn)?.some((m) => m.kind === ts.SyntaxKind.PrivateKeyword) ?? false)
  );
}

/** The removals that take place while the owner lives. */
export function listLiveRemovals(growth: Growth, file: FileContext): readonly Removal[] {
  return growth.removals.filter(
    ({ fn, kind, key }) =>
      fn !== undefined &&
      (!runsAtEnd(fn, file) ||
        (kind === 'reset' && isStoppedInMidLife(fn, file)) ||
        (key !== undefined && isOfParameter(key, fn, file))),
  );
}

/** A parameter of a function, a member of one, or what the function makes of one: `close(session)` that takes out `session.id`. */
export function isOfParameter(key: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const root = rootOfMembers(key);
  const declaration = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  if (!declaration) return false;
  if (ts.isParameter(declaration)) return declaration.parent === fn;
  const made = ts.isVariableDeclaration(declaration) && isWithin(declaration, fn) ? declaration.initializer : undefined;
  return (
    made !== undefined &&
    fn.parameters.some(
      ({ name }) => ts.isIdentifier(name) && file.bindingOf(name)?.references.some((use) => isWithin(use, made)),
    )
  );
}

/** `stop()` that another method calls to start anew: what it empties does not live as long as the process. */
function isStoppedInMidLife(fn: FunctionNode, file: FileContext): boolean {
  return listCallsOf(fn, file).some((call) => {
    const around = findEnclosingFunction(call);
    return around !== undefined && around !== fn && !runsAtEnd(around, file);
  });
}

/** Adds in functions; those at module level, in static blocks and in what only module level calls fill a table once. */
export function listLiveAdds(container: Container, growth: Growth, file: FileContext): readonly Add[] {
  const constructorNode = container.home.kind === 'field' ? container.home.shape.constructorNode : undefined;
  return growth.adds.filter(({ fn }) => fn !== undefined && fn !== constructorNode && !isPrimedOnce(fn, file));
}

/** A function that only module level calls, once: a loop in it fills a table with what there is at start-up. */
function isPrimedOnce(fn: FunctionNode, file: FileContext): boolean {
  const around = methodAround(fn);
  if (!around?.body) return false;
  if (isDecorator(around)) return true;
  if (frequencyOf(around.body, file) === 'once') return true;
  const calls = isExported(around, file) ? [] : listCallsOf(around, file);
  return calls.length > 0 && calls.every((call) => frequencyOf(call, file) === 'once');
}

/** `(target, key) => …`, `(target, key, descriptor) => …`: what decorates runs once for each declaration. */
function isDecorator({ parameters }: FunctionNode): boolean {
  const [target, key] = parameters.map(({ name }) => name.getText());
  return (
    /^_*(?:target|prototype|proto)$/.test(target ?? '') &&
    /^_*(?:key|name|prop\w*|method\w*|descriptor|context)$/i.test(key ?? '')
  );
}

/** A callback belongs to the method or function that hands it on, and what a promise runs at once to the one that makes it. */
export function methodAround(fn: FunctionNode | undefined): FunctionNode | undefined {
  let at = fn;
  while (at && (ts.isArrowFunction(at) || ts.isFunctionExpression(at))) {
    const outer = findEnclosingFunction(at);
    if (!outer || !(ts.isCallExpression(at.parent) || isExecutor(at))) break;
    at = outer;
  }
  return at;
}

/** "No other file takes entries out": of an exported variable, or of a field that others can reach. */
export function listNotTrimmedElsewhere(container: Container): LinkCondition[] {
  if (!isPublic(container)) return [];
  const { home, name } = container;
  const members = ['delete', 'clear', '=', '=length', 'splice', 'shift', 'pop', '()'];
  if (home.kind === 'module') return [{ kind: 'unused-members', symbol: home.binding.name, members }];
  return [{ kind: 'not', of: { kind: 'project-states', fact: `trims:${name}` } }];
}

/** `this.parent.entries.delete(this.id)`: the class takes entries out of another instance's field of that name. */
export function isTrimmedOnOthers({ home, name }: Container, file: FileContext): boolean {
  if (home.kind !== 'field') return false;
  return file.memo(trimmedFields, file.source).has(name) || file.memo(fieldsByName, home.shape.node).has(name);
}

/** Fields that `this[name]` may be, of which the class takes entries out by names: `this[table].delete(key)`, `const table = this[name]`. */
function fieldsByName(owner: ts.Node, file: FileContext): ReadonlySet<string> {
  const accesses = file.nodesOfKind(ts.SyntaxKind.ElementAccessExpression) as readonly ts.ElementAccessExpression[];
  return new Set(
    accesses.filter((access) => isWithin(access, owner)).flatMap((access) => listMembersMeant(access, file)),
  );
}

function trimmedFields(_: ts.SourceFile, file: FileContext): ReadonlySet<string> {
  return listTrimmedFields(file);
}

/** Fields that a file trims on objects other than `this`: `service.entries.delete(…)`, `x.log.length = 0`. */
export function listTrimmedFields(file: FileContext): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (node: ts.Node): void => {
    const path = findMemberPath(node as ts.Expression);
    if (path && path.length > (path[0] === 'this' ? 3 : 2)) names.add(path.at(-2)!);
    addOfSymbol((node as ts.PropertyAccessExpression).expression);
  };
  // `agent[kClients].delete(key)`
  const addOfSymbol = (holder: ts.Expression): void => {
    const name = findSymbolName(holder, file);
    const owner = name === undefined ? undefined : (holder as ts.ElementAccessExpression).expression;
    if (owner && owner.kind !== ts.SyntaxKind.ThisKeyword) names.add(name!);
  };
  for (const access of file.nodesOfKind(
    ts.SyntaxKind.PropertyAccessExpression,
  ) as readonly ts.PropertyAccessExpression[]) {
    const member = access.name.text;
    const { parent } = access;
    if (/^(?:delete|clear|splice|shift|pop)$/.test(member)) {
      const call = ts.isCallExpression(parent) && parent.expression === access ? parent : undefined;
      // A map or a set is cleared without a word: `timers.clear(id)` is a method of something else.
      if (call && !(member === 'clear' && call.arguments.length > 0)) add(access);
    } else if (
      member === 'length' &&
      ts.isBinaryExpression(parent) &&
      parent.left === access &&
      parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
    )
      add(access);
  }
  for (const node of file.nodesOfKind(ts.SyntaxKind.DeleteExpression) as readonly ts.DeleteExpression[]) {
    const target = node.expression;
    // `delete client.queue` drops the whole of it.
    if (ts.isPropertyAccessExpression(target)) {
      const whole = findMemberPath(target);
      if (whole && whole.length > (whole[0] === 'this' ? 2 : 1)) names.add(target.name.text);
    }
    if (!ts.isElementAccessExpression(target)) continue;
    const path = findMemberPath(target.expression);
    if (path && path.length > (path[0] === 'this' ? 2 : 1)) names.add(path.at(-1)!);
    addOfSymbol(target.expression);
  }
  return names;
}
