import type { FileContext } from '../model/file-context.ts';
import { findMethodCall, findPropertyName, getOutermostWrapped, skipWrappers } from './syntax.ts';
import { ts } from './ts.ts';

/** What a schema lets through at most, to count as a few. */
const few = 100;

/**
 * Whether a schema of this file limits a list of that name: `series: z.array(…).max(5)`, `ids: { type: 'array', maxItems: 20 }`.
 * A request that carries more is refused before the handler runs.
 */
export function isLimitedBySchema(name: string, file: FileContext): boolean {
  return file.memo(listLimited, file.source).has(name);
}

function listLimited(_: ts.SourceFile, file: FileContext): ReadonlySet<string> {
  const names = new Set<string>();
  for (const call of file.nodes('CallExpression')) {
    const target = findMethodCall(call);
    if (!target || !/^(?:max|length)$/.test(target.method) || !isFew(call.arguments[0])) continue;
    let chain: ts.Node = getOutermostWrapped(call);
    while (findMethodCall(chain.parent?.parent)?.receiver === chain) chain = getOutermostWrapped(chain.parent.parent);
    const isList = /\b(?:array|tuple|set|list)\b/i.test(chain.getText(file.source));
    if (isList && ts.isPropertyAssignment(chain.parent)) add(chain.parent);
  }
  for (const literal of file.nodes('ObjectLiteralExpression')) {
    const limit = literal.properties.find((property) => findPropertyName(property.name) === 'maxItems');
    const holder = getOutermostWrapped(literal).parent;
    if (limit && ts.isPropertyAssignment(limit) && isFew(limit.initializer) && ts.isPropertyAssignment(holder))
      add(holder);
  }
  return names;

  function add(property: ts.PropertyAssignment): void {
    const name = findPropertyName(property.name);
    if (name !== undefined) names.add(name);
  }
}

function isFew(value: ts.Expression | undefined): boolean {
  const limit = value && skipWrappers(value);
  return limit !== undefined && ts.isNumericLiteral(limit) && Number(limit.text) <= few;
}
