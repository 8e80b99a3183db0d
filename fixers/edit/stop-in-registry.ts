import type { ClassShape } from '../../src/ast/names/class-shape.ts';
import { isAsync, isClassNode, isFunctionNode, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Fix, Skip, TextEdit } from '../../src/model/fixer.ts';
import { addArgument } from './add-argument.ts';
import { insertClassMember } from './insert-class-member.ts';
import { isTypeScriptFile } from './keep-value.ts';
import { mayFail } from './may-fail.ts';
import { stringLiteral } from './string-literal.ts';
import { thisAt } from './this-at.ts';

/** Starts a timer in a `TimerRegistry` field of its class, which gets a `dispose()` where it has no end yet. */
export function stopInRegistry(call: ts.CallExpression, shape: ClassShape, file: FileContext): Fix | Skip {
  const { node } = shape;
  const known = findRegistryField(shape);
  if (!isClassNode(node)) return { skip: `${shape.name} is not a class and has no method that ends it` };
  if (!known && node.heritageClauses?.some((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)) {
    return { skip: `the base class of ${shape.name} may have a dispose of its own` };
  }
  if (call.arguments.length > 2) return { skip: 'arguments are passed through the timer' };
  if (!ts.isExpressionStatement(call.parent)) return { skip: 'the handle is used in an expression' };
  const self = thisAt(call, node, file);
  if (self === undefined) return { skip: 'the owner cannot be reached from where the timer starts' };
  const field = known ?? freeField('timers', shape);
  const { text } = skipWrappers(call.expression) as ts.Identifier;
  const callee = /Interval/.test(text ?? call.expression.getText(file.source)) ? 'setInterval' : 'setTimeout';
  const edits: [TextEdit, ...TextEdit[]] = [
    { start: call.expression.getStart(file.source), end: call.expression.end, text: `${self}.${field}.${callee}` },
    addArgument(call, optionsFor(call, callee, file), file),
  ];
  const safety = mayFail(call.arguments[0], file) ? { safety: 'review' as const } : undefined;
  const told = 'what it throws or rejects with is logged from now on, and no longer ends the process';
  if (known) return { edits, ...(safety && { ...safety, note: told }) };
  const access = isTypeScriptFile(file) ? 'private readonly ' : '';
  const result = isTypeScriptFile(file) ? ': void' : '';
  edits.push(insertClassMember(node, `${access}${field} = new TimerRegistry();`, 'start', file));
  edits.push(insertClassMember(node, `dispose()${result} {\n  this.${field}.disposeAll();\n}`, 'end', file));
  const note = `it runs on until whoever makes a ${shape.name} calls its dispose()`;
  return {
    edits,
    needs: ['TimerRegistry'],
    note: safety ? `${note}; ${told}` : note,
    ends: {
      owner: shape.name,
      method: 'dispose',
      isNew: true,
      ...(safety ? { note: told } : { isSafeWhenCalled: true }),
    },
    safety: 'review',
  };
}

/** The field of an owner that holds a `TimerRegistry`. */
export function findRegistryField(shape: ClassShape): string | undefined {
  return [...shape.fields.values()].find((field) =>
    field.values.some((value) => ts.isNewExpression(value) && value.expression.getText() === 'TimerRegistry'),
  )?.name;
}

/** Native timers keep the process alive, and run again while a promise of theirs is pending. */
function optionsFor(call: ts.CallExpression, callee: string, file: FileContext): string {
  const run = call.arguments[0] && skipWrappers(call.arguments[0]);
  const isSync = run && isFunctionNode(run) && ts.isBlock(run.body!) && !isAsync(run);
  if (callee !== 'setInterval' || isSync) return '{ unref: false }';
  return `{ unref: false, overrun: ${stringLiteral('allow', file)} }`;
}

function freeField(base: string, shape: ClassShape): string {
  let name = base;
  for (let n = 2; shape.fields.has(name) || shape.methods.has(name); n++) name = `${base}${n}`;
  return name;
}
