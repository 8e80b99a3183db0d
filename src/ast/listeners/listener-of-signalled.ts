import { openInLibrary } from '../where/under-load.ts';
import { runsUnderLoad } from '../where/where.ts';
import { findListenerFunction } from './listener-calls.ts';
import { doesSomething, isAddedAsItBegins } from './listener-on-handed.ts';
import type { ListenerLeak, ListenerPlace } from './listener-place.ts';

/** Tells an instance that its work is over: `onComplete`, `_finish`, `fail`, `handleError`. */
const overName =
  /^[_#]*(?:(?:on|handle|mark|set)_?)?(?:complete|completed|finish|finished|done|settle|resolve|reject|fail|failed|error|end|close|destroy|dispose|success|succeed|teardown|cleanup|stop)(?:[A-Z]\w*)?$/i;

/**
 * `constructor({ signal }) { signal.addEventListener('abort', () => this.fail()); }` of what stands for one piece of work: its
 * methods hear of its end, and none of them takes the listener off the caller's signal.
 */
export function findOfSignalledWork(place: ListenerPlace): ListenerLeak | undefined {
  const { add, life, promise, file } = place;
  if (life.kind !== 'owner' || life.isSingleton || promise || add.event !== 'abort' || file.role === 'ui')
    return undefined;
  const { shape } = life;
  const made = shape.constructorNode;
  const listener = add.listener && findListenerFunction(add.listener, file);
  if (!made || !listener || !isAddedAsItBegins(place, shape) || !/\bthis\b/.test(listener.getText(file.source)))
    return undefined;
  const isHeard = [...shape.methods].some(([name, fn]) => fn !== made && overName.test(name) && doesSomething(fn));
  // What is taken off by a name that is not followed: `this.detach?.()`, `removeAbortListener(signal, …)`.
  if (
    !isHeard ||
    /\bremove(?:Abort|Event)?Listener\b|\.off\(|\[Symbol\.dispose\]/.test(shape.node.getText(file.source))
  )
    return undefined;
  return {
    shape: 'signal',
    what: `each ${shape.name} with the same signal`,
    confidence: 'likely',
    when: runsUnderLoad(made.body ?? made, file),
    sureWhen: openInLibrary(made.body ?? made, file),
  };
}
