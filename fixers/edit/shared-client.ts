import type { ClientCreation } from '../../src/ast/clients/libraries.ts';
import { lossEmitters } from '../../src/ast/clients/loss-emitters.ts';
import { bareModule, findOrigin, originName } from '../../src/ast/names/provenance.ts';
import {
  findMemberName,
  findMethodCall,
  findPropertyName,
  getOutermostWrapped,
  isAssignment,
  isWithin,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';
import type { ClientScope } from './client-scope.ts';

/** A client that is made for each request, and is to be shared by all. */
export interface Client {
  /** `new Pool(…)`, `createClient(…)`. */
  creation: ts.NewExpression | ts.CallExpression;
  library: ClientCreation;
}

/**
 * Whether it is to be made by the first call, not while modules load: what it reads may be set up in between. What tells
 * of errors by an event is made where a statement can listen once.
 */
export function isMadeLater({ creation, library }: Client, file: FileContext): boolean {
  return library.kind === 'client' && !library.dialsAtOnce && readsSettings(creation, file);
}

/** Whether its arguments read the environment, or what another module may change. */
function readsSettings(creation: Client['creation'], file: FileContext): boolean {
  let isLater = false;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const binding = node.text === 'env' ? undefined : file.bindingOf(node);
      isLater ||= node.text === 'env' || (binding !== undefined && isSetElsewhere(binding, file));
    }
    ts.forEachChild(node, visit);
  };
  for (const argument of creation.arguments ?? []) visit(argument);
  return isLater;
}

/** What another module may change, or this one later on. */
function isSetElsewhere({ kind, declaration }: Binding, file: FileContext): boolean {
  if (kind === 'import' || kind === 'let' || kind === 'var') return true;
  const value = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return value !== undefined && /^(?:await import|require)\(/.test(value.getText(file.source));
}

const settingUp = /^(?:addListener|defineCommand|initialize|interceptors|middlewareStack|on|once|\$on|use|\$use)$/;

/**
 * The member by which its function connects it, listens to it or adds to it: done with each call, that would add up, or
 * fail the second time. A pool gives a connection by `connect`, but for that of mssql.
 */
export function findSetUp({ creation, library }: Client, file: FileContext): string | undefined {
  const { parent } = getOutermostWrapped(creation);
  const binding =
    ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? file.bindingOf(parent.name) : undefined;
  const isConnect = library.kind !== 'pool' || library.modules.includes('mssql');
  const members = [creation, ...(binding?.references ?? [])].map((use) =>
    findMemberName(getOutermostWrapped(use).parent),
  );
  const set = binding?.references.map(findSetMember).find((name) => name !== undefined);
  return (
    set ?? members.find((name) => name !== undefined && (settingUp.test(name) || (isConnect && name === 'connect')))
  );
}

/** `defaults` of `client.defaults.timeout = timeout`. */
function findSetMember(use: ts.Identifier): string | undefined {
  let at = getOutermostWrapped(use);
  const name = findMemberName(at.parent);
  while (findMemberName(at.parent) !== undefined) at = getOutermostWrapped(at.parent);
  return isAssignment(at.parent) && at.parent.left === at ? name : undefined;
}

/** What differs once it lives as long as the module. */
export function findWarning(
  { creation, library }: Client,
  { isLate, isStatic }: ClientScope,
  file: FileContext,
): string | undefined {
  const limit = library.kind === 'agent' && findSocketLimit(creation);
  if (limit) return `\`${limit}\` then holds for all requests together: more of them than that wait for each other`;
  if (isLate && tellsOfLoss(creation, file))
    return "listen to its 'error': without, a lost connection ends the process";
  if (!isStatic) return 'it keeps the settings that the first call makes it with';
  if (isLate) return library.dialsAtOnce && 'its connection stays open between the calls';
  if (library.dialsAtOnce) return 'it connects as soon as the module is loaded, in tests and scripts too';
  return library.kind !== 'client' && readsSettings(creation, file)
    ? 'it reads its settings when the module is loaded, maybe before they are set up'
    : undefined;
}

/** An idle connection that is lost makes it emit 'error'; made for one request, it had none. */
function tellsOfLoss(creation: Client['creation'], file: FileContext): boolean {
  const origin = findOrigin(creation, file);
  return (
    origin !== undefined &&
    lossEmitters.some(({ modules, path }) => modules.test(bareModule(origin.module)) && path.test(originName(origin)))
  );
}

/** An agent made for one request never reached its limit of sockets; a shared one does. */
export function findSocketLimit(creation: Client['creation']): string | undefined {
  const options = creation.arguments?.[0];
  if (!options || !ts.isObjectLiteralExpression(options)) return undefined;
  const names = options.properties.map((property) => findPropertyName(property.name));
  return names.find((name) => name === 'maxSockets' || name === 'maxTotalSockets');
}

/** Whether requests of this function end by themselves when nobody answers: by a time-out, a signal, or a hand that ends them. */
export function hasRequestDeadline(fn: ts.Node, file: FileContext): boolean {
  const isDeadline = (property: ts.ObjectLiteralElementLike): boolean =>
    /^(?:timeout|signal)$/.test(findPropertyName(property.name) ?? '');
  return (
    file.nodes('ObjectLiteralExpression').some((one) => isWithin(one, fn) && one.properties.some(isDeadline)) ||
    file
      .nodes('CallExpression')
      .some((call) => isWithin(call, fn) && /^(?:setTimeout|destroy|abort)$/.test(findMethodCall(call)?.method ?? ''))
  );
}
