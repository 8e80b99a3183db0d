import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import { isTypeScriptFile } from './keep-value.ts';

/**
 * What writes a property of a literal, or all that it spreads, into an object: `all[key] = value`, or `Object.assign`
 * where the object may have no such key by its type.
 *
 * @param types what the file says of the type of the object
 */
export function writeProperty(
  property: ts.ObjectLiteralElementLike,
  name: string,
  types: string,
  file: FileContext,
): string {
  const text = (node: ts.Node): string => node.getText(file.source);
  if (ts.isSpreadAssignment(property)) return `Object.assign(${name}, ${text(property.expression)});`;
  const isOpen = !isTypeScriptFile(file) || takesAnyKey.test(types);
  if (!isOpen || !ts.isPropertyAssignment(property) || /__proto__/.test(text(property.name)))
    return `Object.assign(${name}, { ${text(property)} });`;
  const key = property.name;
  const place = ts.isIdentifier(key) ? `.${key.text}` : ts.isComputedPropertyName(key) ? text(key) : `[${text(key)}]`;
  return `${name}${place} = ${text(property.initializer)};`;
}

const takesAnyKey = /\bRecord<(?:string|number),|\bDictionary<|\[\w+: (?:string|number)\]|(?:^|: |as )any\b/;
