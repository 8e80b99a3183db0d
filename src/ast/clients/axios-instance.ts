import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { listHandlePlaces } from '../handles/handle-escape.ts';
import { optionsIndex } from '../io/outbound-call.ts';
import { findClassField } from '../names/class-shape.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import { findCallOn, findMemberName, findMethodCall, getOutermostWrapped, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** What makes instances with options of their own: `axios.create()`, `got.extend()`. */
export type InstanceLibrary = 'axios' | 'got';

/** A request that is sent by such an instance. */
export interface InstanceCall {
  call: ts.CallExpression;
  /** Where its own options would stand among the arguments. */
  index: number;
}

/** The library of which a call makes an instance. */
export function findInstanceLibrary(call: ts.CallExpression, file: FileContext): InstanceLibrary | undefined {
  const name = findMemberName(skipWrappers(call.expression));
  if (name !== 'create' && name !== 'extend') return undefined;
  const origin = findOrigin(call.expression, file);
  if (!origin) return undefined;
  const module = bareModule(origin.module);
  if (module === 'axios') return originName(origin) === 'create' ? 'axios' : undefined;
  return module === 'got' && /^(?:got\.)?extend$/.test(originName(origin)) ? 'got' : undefined;
}

/** The requests that an instance sends in its file, by the name or the field that holds it. */
export function listInstanceCalls(
  creation: ts.CallExpression,
  library: InstanceLibrary,
  file: FileContext,
): InstanceCall[] {
  const uses = listHandlePlaces(creation, file).flatMap((place): readonly ts.Node[] => {
    if (place.kind === 'binding') return place.binding.references;
    if (place.kind !== 'field' || !place.owner) return [];
    return findClassField(place.owner, place.name, file)?.accesses ?? [];
  });
  return uses.flatMap((use) => findRequest(use, library) ?? []);
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

function findRequest(use: ts.Node, library: InstanceLibrary): InstanceCall | undefined {
  const outer = getOutermostWrapped(use);
  const { parent } = outer;
  if (ts.isCallExpression(parent) && parent.expression === outer)
    return { call: parent, index: library === 'got' ? 1 : 0 };
  const call = findCallOn(use);
  const method = call ? (findMethodCall(call)?.method ?? '') : '';
  if (library === 'got')
    return call && /^(?:get|post|put|patch|delete|head)$/.test(method) ? { call, index: 1 } : undefined;
  const index = optionsIndex(method);
  return call && index !== undefined ? { call, index } : undefined;
}
