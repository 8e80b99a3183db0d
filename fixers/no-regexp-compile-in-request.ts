import { findRegExpCompile, type RegExpCompile } from '../src/ast/size/regexp-compile.ts';
import { findMethodCall, getOutermostWrapped, isWithin } from '../src/ast/syntax.ts';
import { ts } from '../src/ast/ts.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { freeName } from './edit/free-name.ts';
import { insertBefore } from './edit/insert-before.ts';
import { isTypeScriptFile } from './edit/keep-value.ts';
import { replaceNode } from './edit/replace-node.ts';
import { findStatement, isInList } from './edit/statement-of.ts';

export const fixer: Fixer<RegExpCompile> = {
  rule: 'no-regexp-compile-in-request',
  safety: 'safe',
  changes: 'compiles the expression once, when the loop first needs it',
  fix({ data }, file): Fix | Skip {
    if (data.kind === 'table') return { skip: 'compile where the table is filled' };
    if (data.kind === 'missed') return { skip: 'keep it under the key that it is asked for by' };
    const { node, repetition } = data;
    const statement = findStatement(repetition.node);
    if (!statement || !isInList(statement)) return { skip: 'there is no statement that it could stand before' };
    const outer = getOutermostWrapped(node) as ts.Expression;
    const target = findMethodCall(outer.parent.parent);
    const isTested = target?.receiver === node && /^(?:test|exec)$/.test(target.method);
    const flags = node.arguments?.[1];
    // With g or y an expression remembers where it stopped.
    if ((isTested || !isPattern(outer)) && flags && !(ts.isStringLiteralLike(flags) && !/[gy]/.test(flags.text)))
      return { skip: 'its flags make it remember the last match' };
    const isEarlier = [...file.nodes('NewExpression'), ...file.nodes('CallExpression')].some(
      (other) =>
        other.pos < node.pos && isWithin(other, statement.parent) && findRegExpCompile(other, file)?.kind === 'loop',
    );
    if (isEarlier) return { skip: 'the expression before it is mended first' };
    const name = freeName('pattern', file);
    const type = isTypeScriptFile(file) ? ': RegExp | undefined' : '';
    // Not before the loop: an empty one never compiled it, and a bad source would throw there now.
    const compiled = `${name} ??= ${node.getText(file.source)}`;
    return {
      edits: [
        ...insertBefore(statement, `let ${name}${type};`, file),
        replaceNode(node, isPattern(outer) ? compiled : `(${compiled})`, file),
      ],
    };
  },
};

/** Handed to a method of strings, which begins at the start each time. */
function isPattern(outer: ts.Expression): boolean {
  const target = findMethodCall(outer.parent);
  return (
    target !== undefined &&
    target.call.arguments[0] === outer &&
    /^(?:replace|replaceAll|match|matchAll|split|search)$/.test(target.method)
  );
}
