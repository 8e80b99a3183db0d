import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { anyOf } from '../all-of.ts';
import { calleeName, getOutermostWrapped, isClassNode, isWithin } from '../syntax.ts';
import { ts } from '../ts.ts';
import { openInLibrary } from '../where/under-load.ts';
import { isSetUp, runsAsItLives, runsRepeatedly, runsUnderLoad } from '../where/where.ts';
import { listNodesWithin } from '../within.ts';
import type { HandleLeak } from './handle-leak.ts';
import { descriptorKind, type HandleKind } from './handles.ts';

type Creation = ts.CallExpression | ts.NewExpression;

/**
 * A browser that stays is felt the first time, and so is what nothing ends at all, and a client of a database, whose
 * connections are out of a number that all processes share; what else a failure leaves open gathers where a process
 * comes there all its life. An owner may see to it in a way that does not show in its end.
 */
export function weighHandle(
  creation: Creation,
  { handle, leak, isEarly }: { handle: HandleKind; leak: HandleLeak; isEarly: boolean },
  file: FileContext,
): { confidence?: 'possible'; sureWhen?: LinkCondition } {
  if (leak.kind === 'piped' && leak.isLarge === false) return { confidence: 'possible' };
  // A refusal or a redirect is short and seldom, and the other side ends its idle connection within seconds.
  if (leak.kind === 'unread' && ts.isIfStatement(leak.branch.parent)) return { confidence: 'possible' };
  if (leak.kind === 'downloaded') return { sureWhen: runsAsItLives(leak.fn.body ?? leak.fn, file) };
  // Most are short, and read to their end by the client itself; of the others the collector ends what is left.
  if (leak.kind === 'never' && leak.isCollected) return { confidence: 'possible' };
  // An observer goes with what it observes.
  if (leak.kind === 'never' && leak.ofEffect)
    return leak.ofEffect.isOnce || handle.name === 'observer' ? { confidence: 'possible' } : {};
  if (leak.kind === 'owner') return mayEndElsewhere(creation, handle, leak, file) ? { confidence: 'possible' } : {};
  if (leak.kind === 'outcome' && handle.name === 'browser' && isOnlyFirstPage(leak, file))
    return { confidence: 'possible' };
  if (leak.kind === 'outcome' && handle === descriptorKind && isOnlyRead(creation, leak, file))
    return { confidence: 'possible' };
  if (leak.kind !== 'outcome' || handle.name === 'browser' || /^database/.test(handle.name) || isEarly) return {};
  return { sureWhen: runsAsItLives(leak.fn.body ?? leak.fn, file) };
}

const reading = /^(?:readSync|fstatSync|alloc|allocUnsafe)$/;

/** What was just opened is only read ahead of its end: that fails where the disk does. */
function isOnlyRead(
  creation: Creation,
  { fn, leaks, ends }: Extract<HandleLeak, { kind: 'outcome' }>,
  file: FileContext,
): boolean {
  const end = ends.find((one) => one.pos >= creation.end);
  const isBetween = (node: ts.Node): boolean => end !== undefined && node.pos >= creation.end && node.end <= end.pos;
  return (
    end !== undefined &&
    leaks.every(({ outcome }) => outcome === 'throw') &&
    listNodesWithin('CallExpression', fn, file).every((call) => !isBetween(call) || reading.test(calleeName(call))) &&
    !file.nodesOfKind(ts.SyntaxKind.ThrowStatement).some(isBetween)
  );
}

/** The first page of a browser that has just begun, ahead of the `try` that ends it: that fails when the browser is gone. */
function isOnlyFirstPage({ leaks, ends }: Extract<HandleLeak, { kind: 'outcome' }>, file: FileContext): boolean {
  const [first, other] = leaks;
  if (!first || other || first.outcome !== 'throw') return false;
  if (!/\.(?:newPage|newContext|create\w*BrowserContext|pages|version)\([^()]*\)$/.test(first.at.getText(file.source)))
    return false;
  const end = ends.find((one) => one.pos >= first.at.end);
  let guard: ts.Node | undefined = end;
  while (guard && !(ts.isTryStatement(guard) && guard.pos >= first.at.end)) guard = guard.parent;
  return (
    guard !== undefined &&
    !file.nodes('AwaitExpression').some((node) => node.pos >= first.at.end && node.end <= guard.pos)
  );
}

/** An observer goes with what it observes; what is handed on, or is a field of a subclass, may be ended there. */
function mayEndElsewhere(
  creation: Creation,
  handle: HandleKind,
  { field: name, life }: Extract<HandleLeak, { kind: 'owner' }>,
  file: FileContext,
): boolean {
  if (handle.name === 'observer' || (!life.isComponent && isSubclass(life.shape.node))) return true;
  const accesses = life.shape.fields.get(name)?.accesses ?? [];
  return accesses.some((access) => isHandedOn(access, file) && !isWithin(access, creation));
}

/** `new Writer(this.socket)`, `new Writer({ socket: this.socket })`: an instance of the project's own takes it over. */
function isHandedOn(access: ts.Node, file: FileContext): boolean {
  const { parent } = getOutermostWrapped(access);
  const taker = ts.isPropertyAssignment(parent) ? parent.parent.parent : parent;
  if (!ts.isNewExpression(taker) || !ts.isIdentifier(taker.expression)) return false;
  return file.bindingOf(taker.expression) !== undefined;
}

function isSubclass(node: ts.Node): boolean {
  return (
    isClassNode(node) && (node.heritageClauses?.some(({ token }) => token === ts.SyntaxKind.ExtendsKeyword) ?? false)
  );
}

/**
 * How often a function must run whose handle stays open: a few bytes between `openSync` and `closeSync` fail so rarely
 * that only a process which does it all its life loses descriptors; what sets something up runs once for whoever uses it.
 */
export function oftenEnough(
  handle: HandleKind,
  leak: Exclude<HandleLeak, { kind: 'owner' }>,
  isOfThrow: boolean,
  file: FileContext,
): LinkCondition {
  if (leak.kind === 'never' && leak.ofEffect) return { kind: 'all', of: [] };
  const { fn } = leak;
  const place = fn.body ?? fn;
  const isRare = handle === descriptorKind && leak.kind === 'outcome' && isOfThrow;
  if (isRare) return runsAsItLives(place, file);
  // What an early return leaves open stays each time that it is taken, whoever comes there.
  if (leak.kind === 'outcome' && !isOfThrow) return anyOf(runsUnderLoad(place, file), openInLibrary(place, file));
  return isSetUp(fn, file) ? runsRepeatedly(place, file) : runsUnderLoad(place, file);
}
