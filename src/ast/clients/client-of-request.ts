import type { FileContext } from '../../model/file-context.ts';
import type { HandlePlace } from '../handles/handle-escape.ts';
import { type FunctionNode, findProperty, getOutermostWrapped, nameOfFunction, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** What makes the context of a request, by its name. */
const contextName = /^(?:(?:create|make|build|get)(?:\w*[a-z])?Context|context)$/;

/**
 * `createContext = () => ({ prisma: new PrismaClient() })`: what a request is handed goes with it, and so it is for each
 * a client of its own. Who asks for the context, the linker finds.
 */
export function isPartOfContext(place: HandlePlace, fn: FunctionNode): boolean {
  if (place.kind !== 'property' || !contextName.test(nameOfFunction(fn))) return false;
  if (!ts.isPropertyAssignment(place.at) && !ts.isShorthandPropertyAssignment(place.at)) return false;
  const holder = getOutermostWrapped(place.at.parent).parent;
  return (ts.isReturnStatement(holder) && isOf(holder, fn)) || holder === fn;
}

function isOf(node: ts.Node, fn: FunctionNode): boolean {
  let at = node.parent;
  while (at !== fn && at.parent && !ts.isFunctionLike(at)) at = at.parent;
  return at === fn;
}

/** `@Injectable({ scope: Scope.REQUEST })`: Nest makes an instance of the class for each request. */
export function isOfRequestScope(fn: FunctionNode, file: FileContext): boolean {
  const owner = fn.parent;
  if (!ts.isConstructorDeclaration(fn) || !ts.isClassLike(owner) || !ts.canHaveDecorators(owner)) return false;
  return (ts.getDecorators(owner) ?? []).some(({ expression: call }) => {
    const options = ts.isCallExpression(call) && call.arguments[0] ? skipWrappers(call.arguments[0]) : undefined;
    const scope = options && ts.isObjectLiteralExpression(options) ? findProperty(options, 'scope') : undefined;
    return scope?.getText(file.source) === 'Scope.REQUEST';
  });
}
