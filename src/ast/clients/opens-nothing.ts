import type { FileContext } from '../../model/file-context.ts';
import { onlyValueOf } from '../names/initializer.ts';
import { findOrigin } from '../names/provenance.ts';
import { findMethodCall, findProperty, findPropertyName, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { ClientHome } from './client-home.ts';

/**
 * Whether something is made from options that are written out and lack the one without which it opens nothing:
 * `knex({ client: 'pg' })` only writes statements. A dialect of one's own may open what it likes.
 */
export function opensNothing(node: ts.Node, needs: string, file: FileContext): boolean {
  const made = skipAwait(node as ts.Expression);
  if (!ts.isCallExpression(made) && !ts.isNewExpression(made)) return false;
  const options = findOptions(made, file);
  const dialect = findProperty(options, 'client');
  if (!options || (dialect && !ts.isStringLiteralLike(dialect))) return false;
  return options.properties.every(({ name }) => {
    const key = name && !ts.isComputedPropertyName(name) ? findPropertyName(name) : undefined;
    return key !== undefined && key !== needs;
  });
}

/**
 * Whether a client of redis 4 or later, which a function keeps to itself, is never told to connect: until then it has no socket,
 * and all it is asked for fails. Earlier ones open theirs as they are made, and have no `connect()`.
 */
export function isNeverConnected(
  { expression }: ts.CallExpression | ts.NewExpression,
  { binding }: ClientHome,
  file: FileContext,
): boolean {
  const module = findOrigin(expression, file)?.module ?? '';
  if (!binding || binding.scope === file.moduleScope || !/^(?:@redis\/client|redis)$/.test(module)) return false;
  const isAsked = ({ parent }: ts.Node): boolean =>
    ts.isPropertyAccessExpression(parent) &&
    findMethodCall(parent.parent) !== undefined &&
    parent.name.text !== 'connect';
  const isLater = file.nodes('CallExpression').some((call) => {
    const target = findMethodCall(call);
    return target?.method === 'connect' && findOrigin(target.receiver, file)?.module === module;
  });
  const uses = binding.references.filter((use) => use !== binding.identifier);
  return isLater && uses.length > 0 && uses.every(isAsked);
}

/** The first argument as an object, also by a name that goes nowhere else, so that nobody adds to what it stands for. */
function findOptions(
  made: ts.CallExpression | ts.NewExpression,
  file: FileContext,
): ts.ObjectLiteralExpression | undefined {
  const [given] = made.arguments ?? [];
  const value = given && skipWrappers(given);
  if (!value || !ts.isIdentifier(value)) return value && ts.isObjectLiteralExpression(value) ? value : undefined;
  const kept = onlyValueOf(value, file);
  const maker = made.expression.getText();
  const goesElsewhere = file
    .bindingOf(value)
    ?.references.some(({ parent }) => !ts.isCallExpression(parent) || parent.expression.getText() !== maker);
  return kept && !goesElsewhere && ts.isObjectLiteralExpression(kept) ? kept : undefined;
}
