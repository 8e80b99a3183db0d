import type { FileContext } from '../../model/file-context.ts';
import { findPropertyName, isFunctionNode, isWithin, nameOfFunction, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { isLookedFor } from '../where/filtered-add.ts';
import type { Add, Growth } from './container-growth.ts';
import type { Container } from './containers.ts';
import { isGivenUp } from './given-up.ts';
import { findSpent } from './spent-item.ts';

const registering =
  /^_*(?:register|define|declare|install|mount|provide|extend|use|bind|inject|configure|init(?:ialize)?|setup|boot|bootstrap|load|constructor|build|compile|generate|parse|visit|walk|collect|add(?:Plugin|Handler|Route|Command|Middleware|Hook|Rule|Model|Type|Schema|Field|Provider|Module|Service|Listener|EventListener|Filter|Interceptor|Transport|Reporter|Resolver|Step|Stage|Task|Migration|Option|Argument|Param|Column|Index|Element|Child|Node|Item)|on|once|subscribe|decorate)(?:[A-Z_]\w*)?$/;
const partName =
  /(?:plugin|handler|middleware|route|command|listener|hook|callback|subscriber|observer|provider|module|model|rule|filter|interceptor|transport|reporter|resolver|strateg(?:y|ie)|adapter|migration|schema|type|option|arg|param|column|field|factor(?:y|ie)|cleanup|disposable|unsubscribe|teardown|dispos|destroyer|child|children|part|token|node|line|output|chunk|buffer|stack|path|import|export|statement|file|director(?:y|ie)|source|target|watcher|job|task|step|promise|timer|interval|timeout|worker|pool|shard|queue|pending|waiter|waiting|server|drainer|extension|feature|processor|validator|guard|controller|service|component|definition|declaration|root|scope|layer|policy|policies|capabilit|validation)s?$/i;
/** Lists that say by their name that they are records of what happened. */
export const logName =
  /(?:log|logs|history|histories|events?|samples?|metrics?|records?|entries|errors?|times|latenc(?:y|ies)|durations?|measurements?|audit|journal|traces?|messages|requests?|responses?|stats|statistics|snapshots?|points|readings?|failures?|loads|sizes|hits|calls|quer(?:y|ies)|checks?|decisions?|frames?|activit(?:y|ies)|transactions?|notifications?|alerts?|timings?|spans|visits|attempts|forecasts|predictions|observations)$/i;
const goesOn = /^(?:client|socket|conn|connection|session|subscription|ws|peer|sub|handle)s?$/i;

/** What is added is a record of something that happened, not a part that the program is built from. */
export function isRecording(add: Add, container: Container, growth: Growth, file: FileContext): boolean {
  // A list of the very call that adds to it goes with that.
  if (!add.fn || isWithin(container.at, add.fn)) return false;
  if (isGivenUp(add, file) || findSpent(add, growth, file)) return true;
  if (partName.test(container.name) || isLookedFor(add, container, file)) return false;
  const fnName = nameOfFunction(add.fn);
  if (registering.test(fnName) && !logName.test(container.name)) return false;
  const value = add.value && skipWrappers(add.value);
  if (!value) return logName.test(container.name);
  if (isFunctionNode(value)) return false;
  if (ts.isObjectLiteralExpression(value)) return isLive(value) || !holdsFunction(value);
  if (logName.test(container.name)) return !isFunctionTyped(value, file);
  return isLive(value);
}

/** What goes on until it is closed, by its name; or waits for one message. */
export function isLive(value: ts.Expression): boolean {
  const held = skipWrappers(value);
  if (isAwaiting(held)) return true;
  return ts.isIdentifier(held) && goesOn.test(held.text);
}

/** `{ label, handler }`: a part, not a record. */
function holdsFunction(object: ts.ObjectLiteralExpression): boolean {
  return object.properties.some((property) => {
    if (ts.isMethodDeclaration(property)) return true;
    if (ts.isPropertyAssignment(property) && isFunctionNode(skipWrappers(property.initializer))) return true;
    return /^(?:handler|callback|cb|fn|func|listener|resolve|reject|run|execute)$/i.test(
      findPropertyName(property.name) ?? '',
    );
  });
}

/** `{ messageId, callback }`: it waits for one message, and is of no use after that. */
export function isAwaiting(item: ts.Expression): boolean {
  const object = skipWrappers(item);
  if (!ts.isObjectLiteralExpression(object) || !holdsFunction(object)) return false;
  return object.properties.some((property) =>
    /^(?:\w+_)?(?:message|msg|request|req|correlation|invocation|call|rpc)_?id$/i.test(
      findPropertyName(property.name) ?? '',
    ),
  );
}

function isFunctionTyped(value: ts.Expression, file: FileContext): boolean {
  if (!ts.isIdentifier(value)) return false;
  const declaration = file.bindingOf(value)?.declaration;
  return (
    /^(?:fn|cb|callback|handler|listener)$/i.test(value.text) ||
    (declaration !== undefined &&
      ts.isParameter(declaration) &&
      declaration.type !== undefined &&
      ts.isFunctionTypeNode(declaration.type))
  );
}
