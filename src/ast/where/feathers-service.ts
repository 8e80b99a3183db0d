import type { FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findMemberPath,
  findMethodCall,
  findStringValue,
  isClassNode,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';

const serviceMethod = /^(?:find|get|create|update|patch|remove)$/;
const serviceName = /(?:Service|Adapter|Entity|Controller)$/;

/**
 * Whether a function is a method of a Feathers service, which the framework calls for each request: of an object that is
 * handed to `app.use('/orders', { … })`, or of a class that is set up with the application, extends a service, or takes
 * `params` as the framework gives them.
 */
export function isServiceMethod(fn: FunctionNode, file: FileContext): boolean {
  if (!ts.isMethodDeclaration(fn) || !serviceMethod.test(nameOfFunction(fn)) || !isOfFeathers(file)) return false;
  const owner = fn.parent;
  if (ts.isObjectLiteralExpression(owner)) return isUsed(owner);
  if (!isClassNode(owner) || (ts.canHaveDecorators(owner) && ts.getDecorators(owner)?.length)) return false;
  return isService(owner, fn) || isMadeForUse(owner, file);
}

function isOfFeathers({ package: { dependencies } }: FileContext): boolean {
  return dependencies.has('@feathersjs/feathers') || dependencies.has('feathers');
}

/** `app.use('/releases', new Releases())` in the file of the class. */
function isMadeForUse({ name }: ts.ClassLikeDeclaration, file: FileContext): boolean {
  const uses = (name && file.bindingOf(name)?.references) ?? [];
  return uses.some(({ parent }) => ts.isNewExpression(parent) && isUsed(parent));
}

function isUsed(object: ts.Expression): boolean {
  const call = object.parent;
  return (
    ts.isCallExpression(call) &&
    findMethodCall(call)?.method === 'use' &&
    (findStringValue(call.arguments[0]) !== undefined || call.arguments.indexOf(object) > 0)
  );
}

function isService(owner: ts.ClassLikeDeclaration, fn: ts.MethodDeclaration): boolean {
  const heirOf = owner.heritageClauses?.flatMap((clause) => clause.types) ?? [];
  return (
    heirOf.some(({ expression }) => serviceName.test(findMemberPath(expression)?.at(-1) ?? '')) ||
    owner.members.some((member) => ts.isMethodDeclaration(member) && nameOfFunction(member) === 'setup') ||
    isParams(fn.parameters.at(-1))
  );
}

function isParams(parameter: ts.ParameterDeclaration | undefined): boolean {
  return parameter !== undefined && ts.isIdentifier(parameter.name) && /^_?params$/.test(parameter.name.text);
}
