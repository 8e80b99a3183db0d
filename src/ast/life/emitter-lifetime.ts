import type { Binding, FileContext } from '../../model/file-context.ts';
import { findClassField, findThisOwner } from '../names/class-shape.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  findPropertyName,
  findStringValue,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  rootOfMembers,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** How long the thing that a listener is added to lives, seen from the function that adds it. */
export type EmitterLife =
  /** `process`, `window`, `document`, or what a module holds: as long as the process or page. */
  | 'process'
  /** A field of the owner: as long as the owner or longer. */
  | 'field'
  /** The owner itself. */
  | 'self'
  /** A variable of a function around this one. */
  | 'outer'
  /** Taken out of a collection that outlives the call: a second call takes out the same one. */
  | 'kept'
  /** The socket under a request: whoever keeps it alive uses it again for the next request. */
  | 'pooled'
  /** An AbortSignal that the caller handed in. */
  | 'signal'
  /** Something else that the caller handed in. */
  | 'parameter'
  /** Made in this function, or reached in a way that does not tell. */
  | 'local';

const globals = /^(?:process|window|document|globalThis|self)$/;
/** Signals and emitters of one request or message end with it. */
const shortLived = /^(?:req|request|res|response|ctx|context|reply|event|message|socket|stream|conn)$/i;
/** What a framework hands to a plugin, a request or a page: it takes along what was added to it. */
const pluginContext = /^(?:ctx|context)$/;
/** What a bot is handed. */
const ofChat = /^(?:interaction|message|msg|guild|member|channel)$/;
/** Deeper chains of names are not followed. */
const maxHops = 4;

export function emitterLifeOf(emitter: ts.Expression, fn: FunctionNode, file: FileContext): EmitterLife {
  const path = findMemberPath(skipWrappers(emitter));
  return path ? lifeOfPath(emitter, path, fn, file, 0) : 'local';
}

function lifeOfPath(
  emitter: ts.Expression,
  path: readonly string[],
  fn: FunctionNode,
  file: FileContext,
  hops: number,
): EmitterLife {
  if (hops > maxHops) return 'local';
  const at = skipWrappers(emitter);
  if (pluginContext.test(path.at(-1)!)) return 'local';
  if (path[0] === 'this') {
    if (path.length === 1) return 'self';
    const given = findGiven(path[1]!, at, fn, file);
    if (given === 'made') return 'local';
    if (given === 'shared') return 'process';
    const from = given && findMemberPath(given);
    return from ? lifeOfPath(given, [...from, ...path.slice(2)], fn, file, hops + 1) : 'field';
  }
  const root = rootOfMembers(at);
  const binding = ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  // `document.activeElement` is an element among others.
  if (!binding) return globals.test(path[0]!) && (path.length === 1 || path[0] === 'process') ? 'process' : 'local';
  if (binding.kind === 'import') return 'process';
  const home = findEnclosingFunction(binding.identifier);
  if (!home) return binding.kind === 'const' && path.length === 1 ? 'process' : 'local';
  const declaration = parameterAround(binding.declaration);
  if (declaration) {
    if (isSocketOfRequest(declaration, file) || isSocketUnder(path, declaration)) return 'pooled';
    // `interaction.client` of a bot: the one client that all it hears comes by.
    if (path.length === 2 && path[1] === 'client' && ofChat.test(path[0]!)) return 'outer';
    if (/signal$/i.test(path.at(-1)!) && !path.some((name) => shortLived.test(name))) return 'signal';
    return home === fn || isWithin(home, fn) ? 'parameter' : 'outer';
  }
  if (home !== fn) return isWithin(fn, home) ? 'outer' : 'local';
  const value = valueUnder(binding);
  if (!value) return 'local';
  const from = findMemberPath(value.of);
  // `const { stream } = this`, `const stream = this.x.stream`, `const con = connection`: under another name.
  if (from) return lifeOfPath(value.of, [...from, ...value.members, ...path.slice(1)], fn, file, hops + 1);
  // What a collection holds is there at once: a `get` that is waited for opens or loads something.
  return !value.isAwaited && isLookup(value.of, fn, file) ? 'kept' : 'local';
}

/** What a local variable is initialised with, and the members of it that a pattern takes out. */
function valueUnder(binding: Binding): { of: ts.Expression; isAwaited: boolean; members: string[] } | undefined {
  const members: string[] = [];
  let at: ts.Node = binding.declaration;
  while (ts.isBindingElement(at)) {
    const name = findPropertyName((at.propertyName ?? at.name) as ts.PropertyName);
    if (name === undefined || ts.isArrayBindingPattern(at.parent)) return undefined;
    members.unshift(name);
    at = at.parent.parent;
  }
  if (!ts.isVariableDeclaration(at) || !at.initializer) return undefined;
  return { of: skipAwait(at.initializer), isAwaited: ts.isAwaitExpression(skipWrappers(at.initializer)), members };
}

/** `this.rooms.get(id)`, `rooms[id]`: what a collection holds that outlives the call. */
function isLookup(value: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  const call = findMethodCall(value);
  const holder =
    call?.method === 'get' ? call.receiver : ts.isElementAccessExpression(value) ? value.expression : value;
  if (holder === value || (call && call.call.arguments.length !== 1)) return false;
  return /^(?:field|process)$/.test(emitterLifeOf(holder, fn, file));
}

/** `http.request(…).on('socket', (socket) => …)`. */
function isSocketOfRequest(declaration: ts.ParameterDeclaration, file: FileContext): boolean {
  const callback = declaration.parent;
  if (!isFunctionNode(callback) || callback.parameters[0] !== declaration) return false;
  const target = findMethodCall(getOutermostWrapped(callback).parent);
  if (!target || !/^(?:on|once)$/.test(target.method) || findStringValue(target.call.arguments[0]) !== 'socket')
    return false;
  // Nothing else than a request tells of its socket: `const http = secure ? https : plain` may stand between.
  const name = findMemberPath(target.receiver)?.at(-1) ?? '';
  if (/req(?:uest)?_?$/i.test(name) && /['"](?:node:)?https?['"]/.test(file.text)) return true;
  const origin = findOrigin(target.receiver, file);
  return (
    origin !== undefined &&
    /^https?$/.test(bareModule(origin.module)) &&
    /^(?:request|get|ClientRequest)\b/.test(originName(origin))
  );
}

const message = /^(?:req|request|res|response|raw)$/i;
/** Beside these a request has become a connection of its own, which ends with it. */
const ownConnection = /^(?:ws|socket|sock|spark|head|conn|connection|client|peer|webSocket|stream)$/i;

/** `req.socket` and `res.connection` of a handler of requests, `ctx.req.socket`. */
function isSocketUnder(path: readonly string[], { parent }: ts.ParameterDeclaration): boolean {
  if (!/^(?:socket|connection)$/.test(path.at(-1)!) || !message.test(path.at(-2) ?? '')) return false;
  if (ownConnection.test(path[0]!)) return false;
  return !parent.parameters.some(({ name }) => ts.isIdentifier(name) && ownConnection.test(name.text));
}

function parameterAround(declaration: ts.Node): ts.ParameterDeclaration | undefined {
  let at = declaration;
  while (ts.isBindingElement(at)) at = at.parent.parent;
  return ts.isParameter(at) ? at : undefined;
}

/** What this function puts into a field: `made` for `this.socket = connect()`, the value where it is a name. */
function findGiven(
  name: string,
  at: ts.Node,
  fn: FunctionNode,
  file: FileContext,
): ts.Expression | 'made' | 'shared' | undefined {
  const owner = findThisOwner(at, file);
  const field = owner && findClassField(owner, name, file);
  const values = field?.values.filter((value) => isWithin(value, fn) && value.parent.pos >= fn.pos) ?? [];
  if (values.length === 0) return undefined;
  const given = values.map(skipWrappers).find((value) => findMemberPath(value) !== undefined);
  return given ?? (values.some((value) => isSharedGetter(value, file)) ? 'shared' : 'made');
}

/** `config.getEventBus()`: what hands out an emitter by this name has one for all. */
function isSharedGetter(value: ts.Expression, file: FileContext): boolean {
  const call = findMethodCall(skipWrappers(value));
  const root = call && rootOfMembers(call.receiver);
  const kind = root && ts.isIdentifier(root) ? file.bindingOf(root)?.kind : undefined;
  if (!call || call.call.arguments.length > 0 || (kind !== 'parameter' && kind !== 'import')) return false;
  return /^get(?:Shared|Global)?(?:Event(?:s|Bus|Hub|Manager|Emitter|Dispatcher)|Emitter|(?:Message)?Bus)$/.test(
    call.method,
  );
}
