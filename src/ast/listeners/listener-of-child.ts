import type { FileContext } from '../../model/file-context.ts';
import { anyOf } from '../all-of.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import { ts } from '../ts.ts';
import { openInLibrary } from '../where/under-load.ts';
import { runsRepeatedly } from '../where/where.ts';
import { type ListenerLeak, type ListenerPlace, listOwnCaptures, processEnd } from './listener-place.ts';

const spawning = /^(?:child_process|cross-spawn|execa|foreground-child)$/;

/**
 * `process.on('exit', () => child.kill())` beside each child that is started: it is of no use once the child has ended, and the
 * process keeps one for every child that it ever had.
 */
export function findForEachChild(place: ListenerPlace): ListenerLeak | undefined {
  const { add, outermost, file } = place;
  if (add.target !== 'process' || !processEnd.test(add.event)) return undefined;
  if (!listOwnCaptures(add, outermost, file).some(({ declaration }) => holdsChild(declaration, file))) return undefined;
  return {
    shape: 'consumer',
    what: 'each child process',
    confidence: 'likely',
    when: anyOf(runsRepeatedly(add.call, file), openInLibrary(outermost.body ?? outermost, file)),
  };
}

function holdsChild(declaration: ts.Node, file: FileContext): boolean {
  if (!ts.isVariableDeclaration(declaration) || !declaration.initializer) return false;
  const origin = findOrigin(declaration.initializer, file);
  return origin !== undefined && spawning.test(bareModule(origin.module)) && origin.path.at(-1) === '()';
}
