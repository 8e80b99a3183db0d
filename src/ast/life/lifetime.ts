import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import type { Container } from '../containers/containers.ts';
import { ordinalOf } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  getOutermostWrapped,
  hasModifier,
  isClassNode,
  isFunctionNode,
  isWithin,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { findReArming } from '../timers/re-arming.ts';
import { findTimerFunction } from '../timers/timers.ts';
import { ts } from '../ts.ts';
import { findEntryPoint } from '../where/entry-points.ts';
import { isFactoryOfCalls, isMadeForCalls } from '../where/made-for-call.ts';
import { repeatsItself } from '../where/self-repeating.ts';
import { isSingleton } from '../where/singleton.ts';
import { frequencyOf } from '../where/where.ts';
import { listNodesWithin } from '../within.ts';
import { listReturnedValues } from './life-cycle.ts';

/**
 * How long a container lives: as long as the `process`; with an object that surely or probably does (`long`), such as one that listens until it is stopped;
 * with one of which the file does not tell (`unknown`); or only for a request, a call, a parse (`short`).
 */
export type Lifetime = 'process' | 'long' | 'unknown' | 'short';

const shortName =
  /(?:Context|Request|Response|Session|Builder|Visitor|Parser|Lexer|Tokeni[sz]er|Scanner|Transaction|UnitOfWork|Cursor|Iterator|Query|Statement|Command|Event|Message|Job|Task|Compiler|Transformer|Transpiler|Generator|Printer|Emitter|Formatter|Analy[sz]er|Walker|Traverser|Reader|Writer|Stream|Buffer|Serializer|Deserializer|Encoder|Decoder|Mapper|Result|Report|Document|Node|Element|Component|Page|View|Model|Entity|Record|Row|Item|Form|Field|Schema|Validator|Validation|Error|Exception|Test|Mock|Stub|Fixture|Migration|Seeder|Importer|Exporter|Converter|Differ|Diff|Patch|Snapshot|Graph|Tree|Plan|Planner|Step|Args|Options|Config|State|Batch|Chunk|Loader|DataLoader|Socket|Connection|Peer|Channel|Upload|Download|Run|Runner|Execution|Process|Invocation|Operation|Call|Editor|Widget|Dialog|Modal|Panel|Menu|Program|Interpreter|Template|Render(?:er)?|Layout|Crawler|Codec|Cli|CLI|Prompt|Game|Match|Entry|List|Collection|Set|Map|Table|Heap|Stack|Tuple|Pipeline|Flow|Attempt|Wizard|Bundle|Bundler|Resolver|Factory|Helper|Util|Collector)$/;
const longName =
  /(?:Service|Cache|Manager|Registry|Store|Storage|Repository|Controller|Gateway|Server|Provider|Pool|Router|Broker|Limiter|Scheduler|Monitor|Tracker|Collector|Journal|Log|Logger|History|Metrics|Stats|Statistics|Telemetry|Analytics|Recorder|Auditor|Balancer|Dispatcher|Hub|Bus|Broadcaster|Announcer|Proxy|Daemon|Watcher|Coordinator|Orchestrator|Supervisor|Scaler|Forecaster|Fleet|Membership|Ring|Cluster|Directory|Throttler?|Guard|Middleware|Interceptor|Limits|Resolver|Bot|Transport|Notifier|Memo|Memoizer|Detector|Keeper|Index|Queue|Counter|Predictor|Optimi[sz]er|Sampler|Profiler|Engine|App|Application|Adapter|Handler|Client|Api|API|Breaker|Worker|Consumer|Producer|Publisher|Subscriber|Locker?|Mutex|Host|Host|Hooks|Host|Hub|Lobby|Room|Rooms|Sessions|Presence)$/;

/** Factories of functions that a program makes once and keeps. */
const keeperName =
  /memo|cache|mutex|lock|limit|throttle|debounce|dedup|middleware|plugin|once|hook|store|registry|tracker|monitor|sampler/i;

export function lifetimeOf(
  container: Container,
  adds: readonly { node: ts.Node; fn: FunctionNode | undefined }[],
  file: FileContext,
): Lifetime {
  const { home } = container;
  if (home.kind === 'module') return isOfScript(file) && !answering.test(file.text) ? 'short' : 'process';
  if (home.kind === 'closure') return closureLifetime(container, adds, file);
  const { node, name } = home.shape;
  if (home.field.isStatic) return 'process';
  if (!isClassNode(node)) {
    if (!ts.isObjectLiteralExpression(node)) return longName.test(name) ? 'long' : 'unknown';
    return frequencyOf(node, file) === 'once' ? 'process' : 'short';
  }
  if (isSingleton(node, file)) return 'process';
  const base =
    node.heritageClauses?.flatMap((c) => c.types).map((t) => findMemberPath(t.expression)?.at(-1) ?? '') ?? [];
  if (longName.test(name)) return isMadePerCall(node, file) ? 'short' : 'long';
  if (shortName.test(name) || base.some((b) => shortName.test(b) && !b.endsWith('EventEmitter'))) return 'short';
  if (isMadePerCall(node, file)) return 'short';
  return [...home.shape.methods.keys()].some((method) => /^(?:destroy|shutdown|dispose|stop)$/.test(method)) &&
    file.text.includes('.on(')
    ? 'long'
    : 'unknown';
}

/** Whether this file itself makes instances in functions that run many times. */
export function isMadePerCall(node: ts.ClassDeclaration | ts.ClassExpression, file: FileContext): boolean {
  const binding = node.name && file.bindingOf(node.name);
  return (
    binding?.references.some(
      (r) =>
        ts.isNewExpression(r.parent) &&
        r.parent.expression === r &&
        frequencyOf(r.parent, file) === 'call' &&
        !/^(?:get|create|make|build|instance|shared|default|of|from|init|setup|register|configure|main|bootstrap|start)/i.test(
          nameOfFunction(findEnclosingFunction(r)!),
        ),
    ) ?? false
  );
}

/** A variable of a factory: it lives as long as what the factory gives back, if that is where it grows. */
function closureLifetime(
  container: Container,
  adds: readonly { node: ts.Node; fn: FunctionNode | undefined }[],
  file: FileContext,
): Lifetime {
  const factory = findEnclosingFunction(container.at);
  if (!factory) return 'process';
  const inner = adds.filter(({ fn }) => fn && fn !== factory);
  if (inner.length === 0) return 'short';
  if (frequencyOf(container.value, file) === 'once') return isOfScript(file) ? 'short' : 'process';
  if (findEntryPoint(factory, file) || isFactoryOfCalls(factory, file)) return 'short';
  const outlives = inner.some(({ node, fn }) => fn && (isGivenAway(fn, factory, file) || repeatsItself(node, file)));
  if (!outlives) return 'short';
  const name = nameOfFunction(factory);
  return longName.test(name) || keeperName.test(name) ? 'long' : 'unknown';
}

const goesOn =
  /\blisten\(|createServer|\bserve\(|setInterval|schedule\w*\(|\bcron\b|subscribe\(|consume\w*\(|WebSocket|setTimeout/;

/** What brings a module that offers nothing to life again. */
const answering =
  /\.(?:on|once|addListener|addEventListener|use|get|post|put|all|handle|command|task)\(\s*['"`]|\bonmessage\b/;

/** A file that offers nothing and waits for nothing: it does its work and ends. */
function isOfScript(file: FileContext): boolean {
  if (goesOn.test(file.text) || /\b(?:module\.)?exports\b/.test(file.text)) return false;
  return !file.source.statements.some(
    (statement) =>
      ts.isExportDeclaration(statement) ||
      ts.isExportAssignment(statement) ||
      (ts.canHaveModifiers(statement) && hasModifier(statement, ts.SyntaxKind.ExportKeyword)),
  );
}

/** Whether a factory gives back the function that adds: whoever has it may call it as often as they like. */
export function isGivenByFactory(
  container: Container,
  add: { fn: FunctionNode | undefined },
  file: FileContext,
): boolean {
  if (container.home.kind !== 'closure' || !add.fn) return false;
  const factory = findEnclosingFunction(container.at);
  return factory !== undefined && isGivenAway(add.fn, factory, file);
}

/** Returned by the factory, itself or in an object, or made a request handler by it. */
function isGivenAway(fn: FunctionNode, factory: FunctionNode, file: FileContext): boolean {
  const returned = listReturnedValues(factory, file);
  for (let at: FunctionNode | undefined = fn; at && at !== factory; at = findEnclosingFunction(at)) {
    const node = at;
    if (findEntryPoint(node, file)?.kind === 'request') return true;
    if (returned.some((value) => isWithin(node, value) && isStoredIn(node, value))) return true;
    const name = nameOfFunction(node);
    const names = returned.some((value) => {
      const object = skipWrappers(value);
      if (ts.isIdentifier(object)) return object.text === name;
      return (
        ts.isObjectLiteralExpression(object) &&
        object.properties.some(
          (p) =>
            p.name?.getText(file.source) === name ||
            (ts.isPropertyAssignment(p) && p.initializer.getText(file.source) === name),
        )
      );
    });
    if (names) return true;
  }
  return false;
}

/** The function itself is the value or a property of it, not a callback inside an expression that runs at once. */
function isStoredIn(fn: FunctionNode, value: ts.Expression): boolean {
  if (ts.isMethodDeclaration(fn)) return true;
  const outer = getOutermostWrapped(fn);
  return skipWrappers(value) === fn || ts.isPropertyAssignment(outer.parent);
}

/** What must hold elsewhere so that the owner is not made anew for each request. */
export function listOwnerConditions(container: Container, file: FileContext): LinkCondition[] {
  const { home } = container;
  const notOnPath = (fn: FunctionNode): LinkCondition => ({
    kind: 'not',
    of: { kind: 'on-request-path', fn: ordinalOf(fn, file) },
  });
  if (home.kind === 'closure') {
    const factory = findEnclosingFunction(container.at);
    return factory ? [notOnPath(factory)] : [];
  }
  if (home.kind !== 'field' || home.field.isStatic) return [];
  const { constructorNode, node } = home.shape;
  if (isClassNode(node) && isSingleton(node, file)) return [];
  return [
    ...(constructorNode && isFunctionNode(constructorNode) ? [notOnPath(constructorNode)] : []),
    ...(isClassNode(node) && home.shape.name ? [{ kind: 'not', of: isMadeForCalls(home.shape.name) } as const] : []),
  ];
}

/**
 * "The project makes its owner once, as it loads": how long that lives is told by who makes it where its own file does not
 * tell; undefined where nothing names the owner.
 */
export function isOfOneOwner({ at, home }: Container): LinkCondition | undefined {
  const factory = home.kind === 'closure' ? findEnclosingFunction(at) : undefined;
  const name = home.kind === 'field' ? home.shape.name : factory && nameOfFunction(factory);
  return name ? { kind: 'project-states', fact: `made-once:${name}` } : undefined;
}

/** Whether other files can reach the container by its name. */
export function isPublic(container: Container): boolean {
  const { home } = container;
  if (home.kind === 'closure') return false;
  if (home.kind === 'module') return true;
  const { declaration, name, symbol } = home.field;
  if (name.startsWith('#') || symbol === 'own') return false;
  return !(declaration && hasModifier(declaration, ts.SyntaxKind.PrivateKeyword));
}

/** Whether the class that keeps a container runs a timer that comes again and again: it is made to live on. */
export function keepsClock({ home }: Container, file: FileContext): boolean {
  if (home.kind !== 'field') return false;
  return listNodesWithin('CallExpression', home.shape.node, file).some((call) => {
    const timer = findTimerFunction(call, file);
    return timer === 'setInterval' || (timer === 'setTimeout' && findReArming(call, file) !== undefined);
  });
}
