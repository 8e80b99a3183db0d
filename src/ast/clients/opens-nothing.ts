import type { FileContext } from '../../model/file-context.ts';
import { onlyValueOf } from '../names/initializer.ts';
import { findProperty, findPropertyName, skipAwait, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

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
