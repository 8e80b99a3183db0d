import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { listHandlePlaces } from '../handles/handle-escape.ts';
import { optionsIndex } from '../io/outbound-call.ts';
import { findClassField } from '../names/class-shape.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import { findCallOn, findMemberName, findMethodCall, getOutermostWrapped, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** A request that is sent by an instance of axios. */
export interface InstanceCall {
  call: ts.CallExpression;
  /** Where its own options would stand among the arguments. */
  index: number;
}

/** Whether a call makes an instance of axios. */
export function makesInstance(call: ts.CallExpression, file: FileContext): boolean {
  if (findMemberName(skipWrappers(call.expression)) !== 'create') return false;
  const origin = findOrigin(call.expression, file);
  return origin !== undefined && bareModule(origin.module) === 'axios' && originName(origin) === 'create';
}

/** The requests that an instance sends in its file, by the name or the field that holds it. */
export function listInstanceCalls(creation: ts.CallExpression, file: FileContext): InstanceCall[] {
  const uses = listHandlePlaces(creation, file).flatMap((place): readonly ts.Node[] => {
    if (place.kind === 'binding') return place.binding.references;
    if (place.kind !== 'field' || !place.owner) return [];
    return findClassField(place.owner, place.name, file)?.accesses ?? [];
  });
  return uses.flatMap((use) => findRequest(use) ?? []);
}

/** "A request waits for what another file sends by the instance", where it is a variable of the module that others may import. */
export function whileOthersWait(creation: ts.CallExpression, file: FileContext): LinkCondition[] {
  const { parent } = getOutermostWrapped(creation);
  const binding =
    ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? file.bindingOf(parent.name) : undefined;
  if (!binding || binding.scope !== file.moduleScope) return [];
  const members = ['get', 'post', 'put', 'patch', 'delete', 'head', 'request'];
  return [{ kind: 'called-on-request-path', symbol: binding.name, members, unless: ['timeout', 'signal'] }];
}

function findRequest(use: ts.Node): InstanceCall | undefined {
  const outer = getOutermostWrapped(use);
  const { parent } = outer;
  if (ts.isCallExpression(parent) && parent.expression === outer) return { call: parent, index: 0 };
  const call = findCallOn(use);
  const index = call && optionsIndex(findMethodCall(call)?.method ?? '');
  return index === undefined ? undefined : { call: call!, index };
}
