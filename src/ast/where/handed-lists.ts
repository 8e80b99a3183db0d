import type { FileContext } from '../../model/file-context.ts';
import type { CallEdge, LinkCondition } from '../../model/link.ts';
import { ordinalOf } from '../names/functions.ts';
import { sizeOf } from '../size/size.ts';
import { type FunctionNode, getOutermostWrapped, isFunctionNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** What lists are called; how large one is costs a good deal more to find out. */
const listName = /(?:s|list|all|data|rows?|batch|queue|set|array|result|collection|people|children)\d?$/i;
/** More arguments are no lists to work through. */
const maxArguments = 4;

/** Which arguments of a call data makes long, and which are parameters of the function around it: for who is called in another file. */
export function listHanded(
  call: ts.CallExpression | ts.NewExpression,
  from: FunctionNode | undefined,
  file: FileContext,
): Pick<CallEdge, 'many' | 'handsOn'> {
  const many: number[] = [];
  const handsOn: [number, number][] = [];
  for (const [place, argument] of (call.arguments ?? []).slice(0, maxArguments).entries()) {
    const value = skipWrappers(argument);
    if (!ts.isIdentifier(value) && !ts.isPropertyAccessExpression(value)) continue;
    const parameter = from ? placeOfParameter(value, from, file) : -1;
    if (parameter >= 0) handsOn.push([place, parameter]);
    else if (listName.test(nameOf(value)) && sizeOf(value, file) === 'large') many.push(place);
  }
  return { ...(many.length > 0 && { many }), ...(handsOn.length > 0 && { handsOn }) };
}

/** "A caller hands this list in, and data makes it long": where it is a parameter, as it came, of a function with a name. */
export function isHandedMany(list: ts.Expression, file: FileContext): LinkCondition | undefined {
  const value = skipWrappers(list);
  const declaration = ts.isIdentifier(value) ? file.bindingOf(value)?.declaration : undefined;
  if (!declaration || !ts.isParameter(declaration) || !isFunctionNode(declaration.parent)) return undefined;
  const fn = declaration.parent;
  const parameter = placeOfParameter(value as ts.Identifier, fn, file);
  const isCallback = ts.isCallExpression(getOutermostWrapped(fn).parent);
  return parameter < 0 || isCallback ? undefined : { kind: 'handed-many', fn: ordinalOf(fn, file), parameter };
}

function nameOf(value: ts.Identifier | ts.PropertyAccessExpression): string {
  return ts.isIdentifier(value) ? value.text : value.name.text;
}

function placeOfParameter(value: ts.Expression, fn: FunctionNode, file: FileContext): number {
  const binding = ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
  if (!binding || binding.writes.length > 0 || !ts.isParameter(binding.declaration)) return -1;
  return binding.declaration.dotDotDotToken ? -1 : fn.parameters.indexOf(binding.declaration);
}
