import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { allOf, anyOf } from '../all-of.ts';
import { findGivenArgument } from '../clients/lent-arguments.ts';
import { endsWhole, findDisposer, findMethodAround } from '../life/end-of-life.ts';
import type { ClassShape } from '../names/class-shape.ts';
import { listCallsOf } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  isAssignment,
  isFunctionNode,
  rootOfMembers,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isMadeOften } from '../where/starts-repeatedly.ts';
import { isMadeWithRequests, isOfLibrary } from '../where/under-load.ts';
import { eventKindOf, isBringUp } from './event-kind.ts';
import { hasOnce, isEnded, type ListenerLeak, type ListenerPlace } from './listener-place.ts';

/** One side of a conversation, which is over when whoever was handed it is. */
const ofOne =
  /(?:socket|stream|conn|connection|ws|websocket|child|proc|process|req|request|res|response|transport|channel|port|input|output|stdin|stdout|stderr|rl|readline|worker|page|xhr|upload|download|source|target|element|el|node|dom|signal|reader|writer|query|cursor|job|task|spark|duplex|parser|processor|decoder|encoder|serial|pc|peer|call|track|tunnel|pipe|file|watcher|sub|subscriber|subscription|server|session|pipe\w*)s?$/i;

/** Whether a name is that of one side of a conversation: `socket`, `this.request`. */
export function isOneSide(name: string): boolean {
  return ofOne.test(name);
}

/**
 * `constructor(bus) { bus.on('change', …); }` of a class whose `close()` does other things: whoever handed the emitter in has it
 * still, with one more listener for each instance that was made and closed.
 */
function findLeftOnHanded(place: ListenerPlace): ListenerLeak | undefined {
  const { add, life, promise, file } = place;
  if (life.kind !== 'owner' || life.isSingleton || promise || file.role === 'ui') return undefined;
  if (/once/i.test(add.method) || hasOnce(add) || !add.isEventKnown) return undefined;
  if (eventKindOf(add.event) !== 'recurring' || isBringUp(add.event)) return undefined;
  const end = findDisposer(life.shape.disposers.filter(endsWhole), undefined);
  if (!end || !doesSomething(end) || !isAddedAsItBegins(place, life.shape)) return undefined;
  const names = listNamesOfHanded(add.receiver, life.shape, file);
  if (names.length === 0 || names.some((name) => isOneSide(name) || isEnded({ target: name }, file))) return undefined;
  return {
    shape: 'lent',
    what: `each ${life.shape.name}`,
    left: end,
    confidence: 'likely',
    when: allOf(isMadeOften(add.call, life, file), isLentBeyond(add.receiver, life.shape, file))!,
    sureWhen: anyOf(isOfLibrary(life), isMadeWithRequests(add.call, life, file)),
  };
}

/** "Nobody is seen to make an instance with an emitter that it makes itself", and that ends with both. */
function isLentBeyond(emitter: ts.Expression, shape: ClassShape, file: FileContext): LinkCondition | undefined {
  const given = findGivenArgument(emitter, shape, file);
  return given && { kind: 'not', of: { kind: 'project-states', fact: `own-${given.index}:${shape.name}` } };
}

/** As {@link findLeftOnHanded}, or `lent`, which the project is seen to hand in. */
export function orLeftOnHanded(lent: ListenerLeak | undefined, place: ListenerPlace): ListenerLeak | undefined {
  const handed = findLeftOnHanded(place);
  if (!lent || !handed) return lent ?? handed;
  return { ...handed, when: anyOf(lent.when!, handed.when!), sureWhen: anyOf(lent.sureWhen!, handed.sureWhen!) };
}

export function doesSomething({ body }: FunctionNode): boolean {
  return body !== undefined && ts.isBlock(body) && body.statements.length > 0;
}

/** In the constructor, or in what only that calls. */
export function isAddedAsItBegins({ add, file }: ListenerPlace, shape: ClassShape): boolean {
  const method = findMethodAround(add.call, shape);
  const isDirect = method !== undefined && findEnclosingFunction(add.call) === method;
  if (!isDirect) return false;
  if (method === shape.constructorNode) return true;
  const calls = listCallsOf(method, file);
  return calls.length > 0 && calls.every((call) => findEnclosingFunction(call) === shape.constructorNode);
}

/** What the constructor was handed is called, there and as a field; none where the owner made the emitter itself. */
function listNamesOfHanded(receiver: ts.Expression, shape: ClassShape, file: FileContext): readonly string[] {
  const path = findMemberPath(skipWrappers(receiver));
  const made = shape.constructorNode;
  if (!path || !made || !isFunctionNode(made)) return [];
  if (path[0] === 'this') {
    const field = path.length === 2 ? shape.fields.get(path[1]!) : undefined;
    if (!field) return [];
    const { declaration, values } = field;
    if (declaration && ts.isParameter(declaration))
      return values.length === 0 ? [`this.${field.name}`, field.name] : [];
    const given = values.length === 1 ? findMemberPath(skipWrappers(values[0]!)) : undefined;
    const isHanded = given !== undefined && isParameterOf(rootOfMembers(skipWrappers(values[0]!)), made, file);
    return isHanded && given.length <= 2 ? [`this.${field.name}`, given.join('.')] : [];
  }
  if (path.length > 2 || !isParameterOf(rootOfMembers(skipWrappers(receiver)), made, file)) return [];
  const kept = [...shape.fields.values()].filter(
    ({ declaration, values }) =>
      (declaration && ts.isParameter(declaration) && declaration.name.getText(file.source) === path[0]) ||
      values.some(
        (value) => isAssignment(value.parent) && findMemberPath(skipWrappers(value))?.join('.') === path.join('.'),
      ),
  );
  return [path.join('.'), ...kept.map(({ name }) => `this.${name}`)];
}

function isParameterOf(root: ts.Expression, made: FunctionNode, file: FileContext): boolean {
  const declaration = ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
  return declaration !== undefined && ts.isParameter(declaration) && declaration.parent === made;
}
