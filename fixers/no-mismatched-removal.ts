import type { MismatchedRemoval } from '../rules/resources/no-mismatched-removal.ts';
import { identityOf } from '../src/ast/listeners/listener-calls.ts';
import { classShape } from '../src/ast/names/class-shape.ts';
import { findThisClass, isWithin } from '../src/ast/syntax.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { addArgument } from './edit/add-argument.ts';
import { freeName } from './edit/free-name.ts';
import { insertBefore } from './edit/insert-before.ts';
import { insertClassMember } from './edit/insert-class-member.ts';
import { isTypeScriptFile } from './edit/keep-value.ts';
import { replaceNode } from './edit/replace-node.ts';
import { findStatement, isInList } from './edit/statement-of.ts';

export const fixer: Fixer<MismatchedRemoval> = {
  rule: 'no-mismatched-removal',
  safety: 'safe',
  changes: 'hands the same function, event and capture flag to the removal as to the add',
  fix({ data }, file) {
    const { kind, removal, add } = data;
    if (!add) return { skip: 'what was added is not in this file' };
    if (kind === 'other-event') {
      const event = add.call.arguments[0]!.getText(file.source);
      return { edits: [replaceNode(removal.call.arguments[0]!, event, file)] };
    }
    if (kind === 'no-event') {
      const event = add.call.arguments[0]!.getText(file.source);
      return { edits: [replaceNode(removal.listener!, `${event}, ${removal.listener!.getText(file.source)}`, file)] };
    }
    if (kind === 'unclear-event') return { skip: 'which event or function is meant is not known' };
    if (kind === 'other-capture') {
      const flag = add.options?.getText(file.source) ?? 'false';
      return {
        edits: [removal.options ? replaceNode(removal.options, flag, file) : addArgument(removal.call, flag, file)],
      };
    }
    if (kind === 'never-added' || kind === 'unassigned')
      return { skip: 'which of the two functions was meant is not known' };
    if (kind === 'meant') return { edits: [replaceNode(removal.listener!, add.listener!.getText(file.source), file)] };
    if (kind === 'anew') return { skip: 'keep the function in a field, where the next call finds it' };
    if (kind === 'wrapped' || kind === 'factory')
      return { skip: 'keep each function that was made in a place that both calls reach' };
    return shareReference(data, file);
  },
};

/** Keeps the function that is made on the spot: in a field of the class, or in a const ahead of the add. */
function shareReference({ removal, add }: MismatchedRemoval, file: FileContext): Fix | Skip {
  const made = add?.listener;
  const gone = removal.listener;
  if (!add || !made || !gone) return { skip: 'what was added is not in this file' };
  const identity = identityOf(made, file);
  if (identity.kind !== 'fresh') return { skip: 'what was added is not made on the spot' };
  const statement = findStatement(add.call);
  if (statement && isInList(statement) && isWithin(removal.call, statement.parent)) {
    const name = freeName('listener', file);
    return {
      edits: [
        ...insertBefore(statement, `const ${name} = ${made.getText(file.source)};`, file),
        replaceNode(made, name, file),
        replaceNode(gone, name, file),
      ],
    };
  }
  const cls = findThisClass(made);
  const [self, method, ...rest] = identity.of?.split('.') ?? [];
  if (identity.how !== 'bind' || !cls || cls !== findThisClass(gone) || self !== 'this' || !method || rest.length > 0) {
    return { skip: 'keep the function in a place that both calls reach' };
  }
  const shape = classShape(cls, file);
  const name = `bound${method[0]!.toUpperCase()}${method.slice(1)}`;
  if (shape.fields.has(name) || shape.methods.has(name) || !/^\w+$/.test(method)) {
    return { skip: `${name} is taken` };
  }
  const access = isTypeScriptFile(file) ? 'private readonly ' : '';
  return {
    edits: [
      insertClassMember(cls, `${access}${name} = ${made.getText(file.source)};`, 'start', file),
      replaceNode(made, `this.${name}`, file),
      replaceNode(gone, `this.${name}`, file),
    ],
  };
}
