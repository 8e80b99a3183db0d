import { isWithin, nameOfFunction } from '../syntax.ts';
import { ts } from '../ts.ts';
import { listEndsOf } from './listener-group.ts';
import { hasOnce, isForwarded, type ListenerLeak, type ListenerPlace } from './listener-place.ts';

const adding = /^_*(?:on|add|subscribe|listen|observe|watch|register|attach|bind)(?:[A-Z_]\w*)?$/;
const removing =
  /^_*(?:off|remove|un(?:subscribe|listen|observe|watch|register|bind)|detach|deregister)(?:[A-Z_]\w*)?$/;
const ofListeners = /listen|subscri|observ|handler|callback|event|^_*(?:off|un[a-z]+)$/i;

/**
 * `listenOn(run) { window.addEventListener('message', run); }` beside `removeAllListeners() {}`: what a caller hands over is the
 * caller's to remove, but the method that is there for it does nothing.
 */
export function findLeftByStub({ add, fn, life, emitter, promise, file }: ListenerPlace): ListenerLeak | undefined {
  if (life.kind !== 'owner' || promise || /^(?:local|parameter|self)$/.test(emitter) || /once/i.test(add.method))
    return undefined;
  if (hasOnce(add) || !add.listener || !isForwarded(add.listener, fn, file) || listEndsOf(add, file).length > 0)
    return undefined;
  const { methods, node } = life.shape;
  if (!adding.test(nameOfFunction(fn)) || ![...methods.values()].includes(fn)) return undefined;
  const ends = [...methods].filter(([name]) => removing.test(name) && ofListeners.test(name));
  const [stub] = ends.flatMap(([, end]) => (isEmpty(end.body) && isWithin(end, node) ? [end] : []));
  if (!stub || ends.some(([, end]) => !isEmpty(end.body))) return undefined;
  return { shape: 'counterpart', what: `each call of ${nameOfFunction(fn)}()`, left: stub, confidence: 'likely' };
}

function isEmpty(body: ts.ConciseBody | undefined): boolean {
  return body !== undefined && ts.isBlock(body) && body.statements.length === 0;
}
