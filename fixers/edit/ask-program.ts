import type { SyncCall } from '../../src/ast/io/sync-call.ts';
import { listCallsOf } from '../../src/ast/names/functions.ts';
import {
  findCallOn,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findPropertyName,
  getOutermostWrapped,
  isWithin,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Skip, TextEdit } from '../../src/model/fixer.ts';
import { addArgument } from './add-argument.ts';
import { addProperties } from './add-property.ts';
import { replaceNode } from './replace-node.ts';
import { stringLiteral } from './string-literal.ts';

/** What has to change where `exec` or `execFile` runs a program in place of its synchronous form. */
interface AskedProgram {
  /** Those of the arguments. */
  edits: readonly TextEdit[];
  /** What is read off the result. */
  part: '' | '.stdout';
}

/** Options that mean the same to both forms. */
const shared = /^(?:cwd|encoding|env|gid|killSignal|maxBuffer|shell|timeout|uid|windowsHide)$/;

/** What an error of a synchronous call bears, and one of the asynchronous form does not, or not in the same way. */
const ofError = /^(?:code|errno|error|output|pid|status)$/;

/** Makes the arguments of `execSync` or `execFileSync` those of the asynchronous form, with the same result. */
export function askProgram({ call, name }: SyncCall, file: FileContext): AskedProgram | Skip {
  if (name === 'spawnSync')
    return { skip: 'spawnSync tells of a failure by its result, execFile by an error: rewrite what reads the result' };
  if (readsError(call, file))
    return {
      skip: 'its error tells the exit code by `status`, the asynchronous one by `code`: adapt the catch by hand',
    };
  const options = findOptions(call, name);
  if (options === 'elsewhere') return { skip: 'its options stand elsewhere: write them in the call' };
  const properties = options?.properties ?? [];
  const pipe = properties.find(isPipe);
  const unknown = properties.find((property) => property !== pipe && !shared.test(nameOf(property)));
  if (unknown) return { skip: `its asynchronous form has no \`${nameOf(unknown)}\`: use spawn` };
  const isDropped = ts.isExpressionStatement(getOutermostWrapped(call).parent);
  const isText = isDropped || isMadeText(call) || properties.some((property) => nameOf(property) === 'encoding');
  const part = isDropped ? '' : '.stdout';
  if (pipe) {
    const edit = isText ? removeOption(pipe, call, file) : replaceNode(pipe, inBytes(file), file);
    const isExplained = /\/[/*]/.test(file.text.slice(edit.start, edit.end));
    return isExplained ? { skip: 'a comment explains its `stdio`: take both out by hand' } : { edits: [edit], part };
  }
  if (isText) return { edits: [], part };
  const edits = options
    ? addProperties(options, [inBytes(file)], file)
    : [addArgument(call, `{ ${inBytes(file)} }`, file)];
  return { edits, part };
}

/** The synchronous forms give bytes where no encoding is asked for, the others a text. */
function inBytes(file: FileContext): string {
  return `encoding: ${stringLiteral('buffer', file)}`;
}

/** `execSync(…).toString()`: the text that the asynchronous form gives by itself. */
function isMadeText(call: ts.CallExpression): boolean {
  const made = findCallOn(call);
  return made !== undefined && made.arguments.length === 0 && findMemberName(made.expression) === 'toString';
}

/** The literal of its options; undefined where it has none. */
function findOptions(call: ts.CallExpression, name: string): ts.ObjectLiteralExpression | undefined | 'elsewhere' {
  if (call.arguments.some(ts.isSpreadElement)) return 'elsewhere';
  const [, ...rest] = call.arguments;
  if (name === 'execFileSync' && rest[0] && isList(rest[0])) rest.shift();
  const [options] = rest;
  if (!options) return undefined;
  return ts.isObjectLiteralExpression(options) && !options.properties.some(ts.isSpreadAssignment)
    ? options
    : 'elsewhere';
}

/** The arguments of a program: a list, or what is named after them. */
function isList(node: ts.Expression): boolean {
  return ts.isArrayLiteralExpression(node) || /arg/i.test(findMemberPath(node)?.at(-1) ?? '');
}

function nameOf(property: ts.ObjectLiteralElementLike): string {
  return findPropertyName(property.name) ?? '';
}

/** `stdio: 'pipe'`: what the asynchronous form does anyway, and has no option for. */
function isPipe(property: ts.ObjectLiteralElementLike): boolean {
  if (nameOf(property) !== 'stdio' || !ts.isPropertyAssignment(property)) return false;
  const { initializer } = property;
  const ways = ts.isArrayLiteralExpression(initializer) ? initializer.elements.slice(1) : [initializer, initializer];
  return ways.length === 2 && ways.every((way) => ts.isStringLiteralLike(way) && way.text === 'pipe');
}

/** Takes a property out of the options, and the options themselves where it is the only one. */
function removeOption(property: ts.ObjectLiteralElementLike, call: ts.CallExpression, file: FileContext): TextEdit {
  const { properties } = property.parent as ts.ObjectLiteralExpression;
  const at = properties.indexOf(property);
  const next = properties[at + 1];
  if (next) return { start: property.getStart(file.source), end: next.getStart(file.source), text: '' };
  const before = properties[at - 1] ?? call.arguments[call.arguments.indexOf(property.parent as ts.Expression) - 1]!;
  const { end } = at > 0 ? property : property.parent;
  return { start: before.end, end, text: '' };
}

/** Whether a catch around it, or around a call of its function, reads the error for what the other form tells differently. */
function readsError(call: ts.CallExpression, file: FileContext): boolean {
  const fn = findEnclosingFunction(call);
  const calls = [call, ...(fn ? listCallsOf(fn, file) : [])];
  const caught = file.nodes('TryStatement').filter(({ tryBlock }) => calls.some((one) => isWithin(one, tryBlock)));
  return caught.some(({ catchClause }) => {
    const name = catchClause?.variableDeclaration?.name;
    if (!name) return false;
    if (!ts.isIdentifier(name)) return true;
    const { references = [] } = file.bindings.find(({ identifier }) => identifier === name) ?? {};
    return references.some((reference) => {
      const outer = getOutermostWrapped(reference);
      const { parent } = outer;
      const isTakenApart = ts.isVariableDeclaration(parent) && ts.isObjectBindingPattern(parent.name);
      return isTakenApart || ofError.test(findMemberName(parent) ?? '');
    });
  });
}
