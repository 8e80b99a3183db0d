import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { isClosing } from '../listeners/event-kind.ts';
import { listCallsOf } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  findProperty,
  findStringValue,
  findThisClass,
  nameOfFunction,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { isMadeForOneCall } from '../where/made-per-call.ts';
import { isSeldomAsked } from '../where/seldom.ts';
import { runsAsItLives, runsForUsers } from '../where/where.ts';
import { findClientHome } from './client-home.ts';
import { isForOneJob } from './job-client.ts';

/** Whether one client for all would be felt: not where one is made once in a while, is kept until its end, or is a trial. */
export function isWorthSharing(
  node: ts.NewExpression | ts.CallExpression,
  fn: FunctionNode,
  isLeft: boolean,
  file: FileContext,
): boolean {
  if (isRare(node, file) || isWatched(node, file) || borrowsConnection(node, file)) return false;
  return isLeft || !isTrial(fn, file);
}

/** `new Queue(name, { connection: redis })` of BullMQ: over a client that is there already, where it is not settings. */
function borrowsConnection(node: ts.NewExpression | ts.CallExpression, file: FileContext): boolean {
  return (node.arguments ?? []).some((argument) => {
    const given = findProperty(argument, 'connection');
    const value = given && skipWrappers(given);
    if (!value || !(ts.isIdentifier(value) || ts.isPropertyAccessExpression(value))) return false;
    const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
    const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    return made ? ts.isNewExpression(skipWrappers(made)) : /(?:client|redis)$/i.test(value.getText(file.source));
  });
}

/** What tries whether it can connect needs a client of its own; so does a check of health. */
function isTrial(fn: FunctionNode, file: FileContext): boolean {
  if (/health/i.test(`${file.path} ${findThisClass(fn)?.name?.text ?? ''}`)) return true;
  return /^(?:test|check|verify|validate|probe|ping|try)[A-Z_]\w*(?:Connect|Config|Credential|Setting|Access)/.test(
    nameOfFunction(fn),
  );
}

/** `connection.on('close', …)`: whoever wants to hear of its end keeps it until then. */
function isWatched(node: ts.NewExpression | ts.CallExpression, file: FileContext): boolean {
  const { references = [] } = findClientHome(node, file)?.binding ?? {};
  return references.some((use) => {
    const add = findMethodCall(use.parent.parent);
    return (
      add?.receiver === use &&
      /^(?:on|once|addListener)$/.test(add.method) &&
      isClosing(findStringValue(add.call.arguments[0]) ?? '')
    );
  });
}

/** An administrator's page opens one once in a while, and ends it again. */
function isRare(node: ts.NewExpression | ts.CallExpression, file: FileContext): boolean {
  return isSeldomAsked(file) && isForOneJob(node, file);
}

/** Users of a package are no evidence where the file itself calls a factory as it loads, for clients of the process. */
export function runsOften(node: ts.Node, fn: FunctionNode, file: FileContext): LinkCondition {
  const isForModule = listCallsOf(fn, file).some((call) => findEnclosingFunction(call) === undefined);
  return isForModule ? runsAsItLives(node, file) : runsForUsers(node, file);
}

/** Another method of the class does so too: whoever uses its objects makes one client after another. */
export function isHabit(node: ts.NewExpression | ts.CallExpression, fn: FunctionNode, file: FileContext): boolean {
  const callee = node.expression.getText(file.source);
  return file.nodesOfKind(node.kind).some((other) => {
    if (!(ts.isNewExpression(other) || ts.isCallExpression(other)) || other.expression.getText(file.source) !== callee)
      return false;
    const method = findEnclosingFunction(other);
    return (
      method !== undefined && method !== fn && method.parent === fn.parent && isMadeForOneCall(other, method, file)
    );
  });
}
