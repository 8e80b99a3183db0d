import type { FileContext } from '../../model/file-context.ts';
import { findProperty, findStringValue, type Invocation, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { QueryKind } from './queries.ts';

/** By the first word of the statement. */
export const sqlStatement = /^\s*(?:select\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|with\s+\w+\s+as\b)/i;

/** The statement that a call is handed, as far as it is written out: there, or for a name that always stands for it. */
export function sqlOf(call: Invocation, file: FileContext): string | undefined {
  if (ts.isTaggedTemplateExpression(call)) return statementOf(call);
  const first = call.arguments[0] && skipWrappers(call.arguments[0]);
  const binding = first && ts.isIdentifier(first) ? file.bindingOf(first) : undefined;
  const declaration = binding?.writes.length === 0 ? binding.declaration : undefined;
  const written = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : first;
  return written && statementOf(skipWrappers(written));
}

function statementOf(written: ts.Expression): string | undefined {
  if (ts.isTemplateExpression(written)) return textOfTemplate(written);
  if (ts.isObjectLiteralExpression(written)) {
    const text = findProperty(written, 'sql') ?? findProperty(written, 'text') ?? findProperty(written, 'query');
    return text && statementOf(text);
  }
  return ts.isTaggedTemplateExpression(written) ? statementOf(written.template) : findStringValue(written);
}

/** With `?` for each value that it holds. */
function textOfTemplate({ head, templateSpans }: ts.TemplateExpression): string {
  return [head, ...templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('?');
}

/** Selected for what they do: locks, settings, messages. Their order counts, and no other statement does it for all. */
const effectOfSelect =
  /\b(?:pg_(?:try_)?advisory_\w+|pg_notify|pg_sleep|set_config|nextval|get_lock|release_lock)\s*\(/i;

/** What a statement does, by its first word. */
export function kindOfSql(call: Invocation, file: FileContext): QueryKind {
  const text = sqlOf(call, file);
  if (text !== undefined && effectOfSelect.test(text)) return 'unknown';
  const word = /^\s*(\w+)/.exec(text ?? '')?.[1]?.toLowerCase();
  if (word === 'select' || word === 'with') return /\blimit\s+1\b/i.test(text!) ? 'point' : 'list';
  if (word === 'insert') return /on\s+(?:conflict|duplicate)/i.test(text!) ? 'upsert' : 'insert';
  if (word === 'update') return 'update';
  if (word === 'delete') return 'delete';
  return 'unknown';
}
