import type { FileContext } from '../../model/file-context.ts';
import { findMemberName, findPropertyName, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { onlyValueOf } from './initializer.ts';
import { isFrom } from './provenance.ts';

/** The parts of an address that differ from request to request; its host does not. */
const askedPart = /^(?:pathname|path|search|href)$/;

/** The text that a part of an address was read from: `req.url` for `new URL(req.url, base).pathname` and `url.parse(req.url).pathname`. */
export function findParsedAddress(part: ts.Expression, file: FileContext): ts.Expression | undefined {
  const at = skipWrappers(part);
  const declaration = ts.isIdentifier(at) ? file.bindingOf(at)?.declaration : undefined;
  if (declaration && ts.isBindingElement(declaration)) {
    const name = declaration.propertyName ?? declaration.name;
    const holder = declaration.parent.parent;
    if (!ts.isIdentifier(name) || !askedPart.test(findPropertyName(name) ?? '')) return undefined;
    return ts.isVariableDeclaration(holder) && holder.initializer ? textOf(holder.initializer, file) : undefined;
  }
  if (!ts.isPropertyAccessExpression(at) || !askedPart.test(findMemberName(at) ?? '')) return undefined;
  return textOf(onlyValueOf(at.expression, file) ?? at.expression, file);
}

function textOf(parsed: ts.Expression, file: FileContext): ts.Expression | undefined {
  const made = skipWrappers(parsed);
  if (ts.isNewExpression(made)) return isFrom(made.expression, file, '', 'URL') ? made.arguments?.[0] : undefined;
  return ts.isCallExpression(made) && isFrom(made.expression, file, 'url', 'parse') ? made.arguments[0] : undefined;
}
