import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { findNumber } from '../names/number-value.ts';
import {
  findMemberName,
  findMethodCall,
  findPropertyName,
  getOutermostWrapped,
  skipAwait,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** What a schema lets through at most, to count as a few. */
const few = 100;

/** So few that one question for each costs little. */
const handful = 20;

/**
 * Whether a schema of this file limits a list of that name: `series: z.array(…).max(5)`, `ids: { type: 'array', maxItems: 20 }`.
 * A request that carries more is refused before the handler runs.
 */
export function isLimitedBySchema(name: string, file: FileContext): boolean {
  return file.memo(listLimited, file.source).has(name);
}

/** The lists of which a schema of this file lets a handful through, by name: for those who ask from other files. */
export function listHandfuls(file: FileContext): string[] {
  if (!/\.max\(|\.length\(|maxItems/.test(file.text)) return [];
  return [...file.memo(listLimited, file.source)].flatMap(([name, limit]) => (limit <= handful ? [name] : []));
}

/** "No schema of the project lets only a handful through", for a list that a schema has checked; undefined for others. */
export function isNoHandful(list: ts.Expression, file: FileContext): LinkCondition | undefined {
  const name = findCheckedName(skipWrappers(list), file);
  return name === undefined ? undefined : { kind: 'not', of: { kind: 'project-states', fact: `handful:${name}` } };
}

/** `ids` of `const { ids } = schema.parse(input)`, also by way of a name for all of it, and of `args.ids`. */
function findCheckedName(list: ts.Expression, file: FileContext): string | undefined {
  const declaration = ts.isIdentifier(list) ? file.bindingOf(list)?.declaration : undefined;
  if (declaration && ts.isBindingElement(declaration) && ts.isVariableDeclaration(declaration.parent.parent)) {
    const { initializer } = declaration.parent.parent;
    return initializer && isChecked(initializer, file, 0)
      ? (declaration.propertyName ?? declaration.name).getText(file.source)
      : undefined;
  }
  const name = findMemberName(list);
  return name !== undefined && isChecked((list as ts.PropertyAccessExpression).expression, file, 0) ? name : undefined;
}

function isChecked(value: ts.Expression, file: FileContext, depth: number): boolean {
  const made = skipAwait(value);
  if (/^(?:parse|parseAsync|safeParse|safeParseAsync|validate|validateAsync)$/.test(findMethodCall(made)?.method ?? ''))
    return true;
  const declaration = ts.isIdentifier(made) && depth < 3 ? file.bindingOf(made)?.declaration : undefined;
  return (
    !!declaration &&
    ts.isVariableDeclaration(declaration) &&
    !!declaration.initializer &&
    isChecked(declaration.initializer, file, depth + 1)
  );
}

/** The limits by the names of the lists. */
function listLimited(_: ts.SourceFile, file: FileContext): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  for (const call of file.nodes('CallExpression')) {
    const target = findMethodCall(call);
    if (!target || !/^(?:max|length)$/.test(target.method)) continue;
    const limit = limitOf(call.arguments[0], file);
    if (limit === undefined) continue;
    let chain: ts.Node = getOutermostWrapped(call);
    while (findMethodCall(chain.parent?.parent)?.receiver === chain) chain = getOutermostWrapped(chain.parent.parent);
    const isList = /\b(?:array|tuple|set|list)\b/i.test(chain.getText(file.source));
    if (isList && ts.isPropertyAssignment(chain.parent)) add(chain.parent, limit);
  }
  for (const literal of file.nodes('ObjectLiteralExpression')) {
    const property = literal.properties.find(({ name }) => findPropertyName(name) === 'maxItems');
    const limit = property && ts.isPropertyAssignment(property) ? limitOf(property.initializer, file) : undefined;
    const holder = getOutermostWrapped(literal).parent;
    if (limit !== undefined && ts.isPropertyAssignment(holder)) add(holder, limit);
  }
  return names;

  function add(property: ts.PropertyAssignment, limit: number): void {
    const name = findPropertyName(property.name);
    if (name !== undefined) names.set(name, Math.max(limit, names.get(name) ?? 0));
  }
}

function limitOf(value: ts.Expression | undefined, file: FileContext): number | undefined {
  const limit = value && findNumber(value, file);
  return limit !== undefined && limit <= few ? limit : undefined;
}
