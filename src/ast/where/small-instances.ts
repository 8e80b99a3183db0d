import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { findThisOwner } from '../names/class-shape.ts';
import { findNumber } from '../names/number-value.ts';
import { isClassNode, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';

/** A limit that each instance is handed: up to it nothing that is done for each entry is measurable. */
const fewEntries = 1_000;
const keeper = /(?:cache|map|store|lru|memo|set|buffer|table|index|history|registry)\w*$/i;
const builtIn = /^(?:(?:Weak)?(?:Map|Set)|(?:Shared)?ArrayBuffer)$/;

/** What a file says of the classes that keep entries: `few:X` where one is made with a small limit, `many:X` else. */
export function listInstanceSizes(file: FileContext): string[] {
  const facts: string[] = [];
  for (const { expression, arguments: given } of file.nodes('NewExpression')) {
    if (!ts.isIdentifier(expression) || !keeper.test(expression.text) || builtIn.test(expression.text)) continue;
    const values = (given ?? []).flatMap((argument) => {
      const value = skipWrappers(argument);
      if (!ts.isObjectLiteralExpression(value)) return [value];
      return value.properties.filter(ts.isPropertyAssignment).map((p) => p.initializer);
    });
    const isSmall = values.some((value) => {
      const number = findNumber(value, file);
      return number !== undefined && number > 0 && number <= fewEntries;
    });
    facts.push(`${isSmall ? 'few' : 'many'}:${expression.text}`);
  }
  return facts;
}

/** "Not all instances of the class around are made with a small limit"; undefined outside of classes. */
export function hasLargeInstances(receiver: ts.Expression, file: FileContext): LinkCondition | undefined {
  const owner = findThisOwner(receiver, file);
  const name = owner && isClassNode(owner) ? owner.name?.text : undefined;
  if (name === undefined || !keeper.test(name)) return undefined;
  return {
    kind: 'any',
    of: [
      { kind: 'not', of: { kind: 'project-states', fact: `few:${name}` } },
      { kind: 'project-states', fact: `many:${name}` },
    ],
  };
}
