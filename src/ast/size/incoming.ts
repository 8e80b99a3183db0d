import type { FileContext } from '../../model/file-context.ts';
import { isLimitedBySchema } from '../io/schema-limits.ts';
import { findMemberPath, findMethodCall, skipAwait } from '../syntax.ts';
import { ts } from '../ts.ts';
import { type Size, small } from './size.ts';

/** The size of what a request brings along: long if somebody wants it so, up to what a parser of bodies lets through. */
export function carried(at: ts.Node): Size {
  return { size: 'large', why: 'as many as the request carries', at, isCarried: true };
}

/** The same of a part by its name, which a schema may limit. */
export function carriedAs(name: string, at: ts.Node, file: FileContext): Size {
  return isLimitedBySchema(name, file) ? small(at, 'limited by the schema of the request') : carried(at);
}

/** `req.body`, `ctx.request.body`, `event.Records`, `await req.json()`: what comes from outside, whole. */
export function isIncoming(expression: ts.Expression, file: FileContext, depth = 0): boolean {
  const value = skipAwait(expression);
  const target = findMethodCall(value);
  if (target) {
    const root = findMemberPath(target.receiver)?.join('.');
    if (target.method === 'json' && root !== undefined) return /^(?:c\.)?req(?:uest)?$/.test(root);
    const [first] = target.call.arguments;
    const isParse = /^(?:parse|parseAsync|validate|cast)$/.test(target.method) && first;
    return isParse ? depth < 3 && isIncoming(first, file, depth + 1) : false;
  }
  const path = findMemberPath(value);
  if (path && path.length > 1)
    return (
      (/^(?:req|request|ctx|context|c)$/.test(path[0]!) && path.at(-1) === 'body' && !isAnswer(path, file)) ||
      /^(?:req|request)\.payload$/.test(path.join('.'))
    );
  if (!ts.isIdentifier(value) || depth > 2) return false;
  const declaration = file.bindingOf(value)?.declaration;
  return declaration && ts.isVariableDeclaration(declaration) && declaration.initializer
    ? isIncoming(declaration.initializer, file, depth + 1)
    : false;
}

/** The `ctx.body` that this file assigns: what goes out. */
function isAnswer(path: readonly string[], file: FileContext): boolean {
  return path.length === 2 && /^c/.test(path[0]!) && new RegExp(`\\b${path.join('\\.')}\\s*=[^=]`).test(file.text);
}

/** Nest's `@Body() items: Item[]`. */
export function isBodyParameter(parameter: ts.ParameterDeclaration): boolean {
  return (ts.getDecorators(parameter) ?? []).some((decorator) => /^@Body\b/.test(decorator.getText()));
}
