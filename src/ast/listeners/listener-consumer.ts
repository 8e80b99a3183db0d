import type { Binding, FileContext } from '../../model/file-context.ts';
import { emitterLifeOf } from '../life/emitter-lifetime.ts';
import { listReturnedFunctions } from '../life/life-cycle.ts';
import { isStreamStart } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isWithin,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findEntryPoint } from '../where/entry-points.ts';
import { runsUnderLoad } from '../where/where.ts';
import { eventKindOf } from './event-kind.ts';
import type { ListenerCall } from './listener-calls.ts';
import { hasOnce, type ListenerLeak, type ListenerPlace, listOwnCaptures } from './listener-place.ts';

/** Handlers of these hear one word or a few from the process around them. */
const ownChannel = /^(?:process|parentPort|self|globalThis)$/;
/** What hands a function the other end of a stream of events, beside what reads them. */
const streamMaker = /(?:Iterator|Iterable|Observable|Stream|Repeater|Generator|Source|Channel)$/;

/**
 * Events of something that lives on, passed to one request, connection or reader: the listener serves that one only,
 * and stays when it has gone.
 */
export function findForConsumer(place: ListenerPlace): ListenerLeak | undefined {
  const { add, file } = place;
  // What listens once is gone with the next event, if there is one.
  const goesItself = (/once/i.test(add.method) || hasOnce(add)) && eventKindOf(add.event) === 'recurring';
  if (goesItself || file.role === 'ui' || place.promise) return undefined;
  return forHandler(place) ?? forReader(place);
}

function forHandler({ add, fn, file }: ListenerPlace): ListenerLeak | undefined {
  const handler = findHandler(fn, file);
  if (!handler || !outlives(add, handler, file)) return undefined;
  // `start(controller)` of the stream that the handler answers with is handed the other end of it.
  if (!servesOne(add, handler, file) && !(isStreamStart(fn) && servesOne(add, fn, file))) return undefined;
  const label = findEntryPoint(handler, file)?.label ?? '';
  return { shape: 'consumer', what: `each run of the handler (${label})`, confidence: 'likely' };
}

/** `new EventIterator((push) => bus.on('x', push))` in what makes one for each caller. */
function forReader({ add, fn, outermost, file }: ListenerPlace): ListenerLeak | undefined {
  const maker = getOutermostWrapped(fn).parent;
  if (!ts.isNewExpression(maker) || !streamMaker.test(findMemberPath(maker.expression)?.at(-1) ?? '')) return undefined;
  const around = findEnclosingFunction(maker);
  if (!around || ts.isConstructorDeclaration(around) || /^(?:constructor)$/.test(nameOfFunction(around)))
    return undefined;
  if (listReturnedFunctions(fn, file).length > 0 || !outlives(add, around, file) || !servesOne(add, fn, file))
    return undefined;
  return {
    shape: 'consumer',
    what: 'each reader',
    confidence: 'likely',
    when: runsUnderLoad(outermost.body ?? outermost, file),
  };
}

/** The handler of requests or connections that a function stands in. */
function findHandler(fn: FunctionNode, file: FileContext): FunctionNode | undefined {
  for (let at: FunctionNode | undefined = fn; at; at = findEnclosingFunction(at)) {
    if (findEntryPoint(at, file)?.kind !== 'request') continue;
    const call = findMethodCall(getOutermostWrapped(at).parent);
    const from = call && findMemberPath(call.receiver)?.[0];
    return from !== undefined && ownChannel.test(from) ? undefined : at;
  }
  return undefined;
}

function outlives(add: ListenerCall, handler: FunctionNode, file: FileContext): boolean {
  return /^(?:process|field|outer|kept)$/.test(emitterLifeOf(add.receiver, handler, file));
}

/** Whether a listener refers to what its handler was handed, or has made of that: the request, the response, the connection. */
function servesOne(add: ListenerCall, handler: FunctionNode, file: FileContext): boolean {
  const given = file.bindings.filter(({ identifier }) =>
    handler.parameters.some((parameter) => isWithin(identifier, parameter)),
  );
  const isMadeOfGiven = ({ declaration }: Binding): boolean =>
    ts.isVariableDeclaration(declaration) &&
    declaration.initializer !== undefined &&
    given.some(({ references }) => references.some((use) => isWithin(use, declaration.initializer!)));
  return listOwnCaptures(add, handler, file).some((own) => given.includes(own) || isMadeOfGiven(own));
}
