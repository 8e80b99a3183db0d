import type { FileContext } from '../../model/file-context.ts';
import type { HandedTo, SymbolRef } from '../../model/link.ts';
import { ordinalOf } from '../names/functions.ts';
import { refOf } from '../names/symbol-ref.ts';
import { isBuiltInMember } from '../names/telling-name.ts';
import { type ClassNode, findMemberName, findPropertyName, isFunctionNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** What frameworks hand in, and what is no options: its members are theirs. */
const notOptions =
  /^_?(?:req|res|request|response|reply|ctx|context|c|h|next|done|event|e|ev|err|error|msg|message|socket|ws|conn|connection|db|client|app|server|router|io|fastify|args|params|query|body|data|self|that)$/;

/** A function by its name, not a value that is handed in. */
const functionName =
  /^(?:on|handle|resolve|load|get|fetch|find|list|create|make|run|exec|execute|process|build|send|save|store|update|remove|delete|validate|verify|check|render|transform|parse|map|do|call|callback|handler|fn|action|listener|loader|resolver)(?![a-z])/;

/**
 * What callers hand a function of this file in: `load` of `(load) => …`, `opts.load`, `load` of `({ load }) => …`. Undefined for
 * members that all lists, texts, maps and promises have.
 */
export function parameterRef(value: ts.Expression, file: FileContext): SymbolRef | undefined {
  const named = skipWrappers(value);
  if (ts.isIdentifier(named)) {
    const place = placeOf(named, file);
    return place && { kind: 'parameter', ...place };
  }
  const member = findMemberName(named);
  const holder = member === undefined ? undefined : skipWrappers((named as ts.PropertyAccessExpression).expression);
  if (member === undefined || !holder || !ts.isIdentifier(holder) || isBuiltInMember(member)) return undefined;
  const place = placeOf(holder, file);
  return place && place.member === undefined ? { kind: 'parameter', ...place, member } : undefined;
}

function placeOf(
  name: ts.Identifier,
  file: FileContext,
): { fn: number; parameter: number; member?: string } | undefined {
  const declaration = notOptions.test(name.text) ? undefined : file.bindingOf(name)?.declaration;
  if (!declaration) return undefined;
  let parameter: ts.Node = declaration;
  let member: string | undefined;
  if (ts.isBindingElement(declaration) && !declaration.dotDotDotToken) {
    const key = declaration.propertyName ?? declaration.name;
    member = ts.isIdentifier(key) ? key.text : undefined;
    parameter = declaration.parent.parent;
    if (member === undefined) return undefined;
  }
  if (!ts.isParameter(parameter) || !isFunctionNode(parameter.parent)) return undefined;
  const fn = parameter.parent;
  return {
    fn: ordinalOf(fn, file),
    parameter: fn.parameters.indexOf(parameter),
    ...(member !== undefined && { member }),
  };
}

/** A function that a call hands to a function of the project, itself or as a member of an object. */
export interface Handed {
  /** A function of this file by its ordinal, in `kind: 'function'`, or one that another file may hold. */
  value: SymbolRef;
  at: ts.Node;
  to: HandedTo;
}

/** The functions that a call of `to` hands over. */
export function listHanded(
  call: ts.CallExpression | ts.NewExpression,
  to: SymbolRef,
  file: FileContext,
  classes: readonly ClassNode[],
): Handed[] {
  return (call.arguments ?? []).flatMap((argument, place): Handed[] => {
    const given = skipWrappers(argument);
    if (!ts.isObjectLiteralExpression(given)) {
      const value = functionOf(given, ts.isIdentifier(given) ? given.text : '', file, classes);
      return value ? [{ value, at: given, to: { to, argument: place } }] : [];
    }
    return given.properties.flatMap((property): Handed[] => {
      const member = findPropertyName(property.name);
      if (member === undefined || ts.isSpreadAssignment(property)) return [];
      const held = ts.isPropertyAssignment(property)
        ? skipWrappers(property.initializer)
        : ts.isShorthandPropertyAssignment(property)
          ? property.name
          : property;
      const value = functionOf(held, member, file, classes);
      return value ? [{ value, at: held, to: { to, argument: place, member } }] : [];
    });
  });
}

function functionOf(
  value: ts.Node,
  name: string,
  file: FileContext,
  classes: readonly ClassNode[],
): SymbolRef | undefined {
  if (isFunctionNode(value)) return { kind: 'function', fn: ordinalOf(value, file) };
  if (!ts.isIdentifier(value) && !ts.isPropertyAccessExpression(value)) return undefined;
  const ref = refOf(value, file, classes);
  return ref?.kind === 'function' || functionName.test(name) ? ref : undefined;
}
