import { listChain } from '../../src/ast/io/queries.ts';
import { listItemTypes } from '../../src/ast/names/item-types.ts';
import { memberTypeOf } from '../../src/ast/names/member-type.ts';
import {
  calleeName,
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  isAssignment,
  isLogical,
  isWithin,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { isInSomeRounds } from '../../src/ast/where/rounds.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Rounds } from './find-rounds.ts';
import { listRoundNames } from './round-names.ts';

/** Why a query cannot be made ahead of the rounds for all their keys at once; undefined where it can. */
export function whyNotBefore(
  call: ts.CallExpression,
  key: ts.Expression,
  rounds: Rounds,
  file: FileContext,
): string | undefined {
  const { node, fn } = rounds;
  if (listRoundNames(call, node, file, key).length > 0) return 'the query depends on more than the key';
  if (findEnclosingFunction(call) !== fn) return 'the query stands in a function of its own in the round';
  if (ts.isCallExpression(node) && fn && ts.isFunctionExpression(fn) && /\bthis\b/.test(call.getText(file.source)))
    return '`this` is another one in the round';
  if (hasLinedText(call, file)) return 'a text of several lines stands in the query';
  if (isInTry(call, node) || isSettled(node))
    return 'a round goes on where its query fails: decide what it does when the one for all fails';
  if (changes(rounds, key, file)) return 'a round changes what the query asks with';
  if (writesBefore(call, rounds, file)) return 'a round writes to what it reads afterwards';
  return isInSomeRounds(call, node) && isTestedBefore(call, key, rounds, file)
    ? 'a round tests what it asks with beside the key: test it ahead of the rounds'
    : undefined;
}

/** Whether a template goes over several lines, whose white space is part of it. */
function hasLinedText(call: ts.Node, file: FileContext): boolean {
  const visit = (at: ts.Node): boolean =>
    (ts.isTemplateLiteral(at) && at.getText(file.source).includes('\n')) || (ts.forEachChild(at, visit) ?? false);
  return visit(call);
}

function isInTry(call: ts.Node, within: ts.Node): boolean {
  for (let at = call; at !== within; at = at.parent)
    if (ts.isTryStatement(at.parent) && at.parent.tryBlock === at && at.parent.catchClause) return true;
  return false;
}

/** Whether the rounds are those of `Promise.allSettled`. */
function isSettled({ parent }: ts.Node): boolean {
  return ts.isCallExpression(parent) && calleeName(parent) === 'allSettled';
}

const writing =
  /^(?:bulk|create|decrement|delete|destroy|increment|insert|remove|restore|save|soft|truncate|update|upsert)/;

/** Whether a round writes to the model or table of its query ahead of that. */
function writesBefore(call: ts.CallExpression, { node }: Rounds, file: FileContext): boolean {
  const of = listChain(call).first;
  const head = findMethodCall(of)?.receiver.getText(file.source);
  return file.nodes('CallExpression').some((other) => {
    if (other.end > call.pos || !isWithin(other, node)) return false;
    const target = findMethodCall(other);
    return target !== undefined && writing.test(target.method) && target.receiver.getText(file.source) === head;
  });
}

/** Whether a round adds to the list or takes from it, or gives the key another value. */
function changes(rounds: Rounds, key: ts.Expression, file: FileContext): boolean {
  const { node, over } = rounds;
  const path = findMemberPath(key)?.join('.') ?? '';
  const list = skipWrappers(over).getText(file.source);
  const isSet = (file.nodesOfKind(ts.SyntaxKind.BinaryExpression) as readonly ts.BinaryExpression[]).some((set) => {
    const left = isWithin(set, node) && isAssignment(set) ? findMemberPath(set.left)?.join('.') : undefined;
    return left !== undefined && `${path}.`.startsWith(`${left}.`);
  });
  return (
    isSet ||
    file.nodes('CallExpression').some((call) => {
      const target = isWithin(call, node) ? findMethodCall(call) : undefined;
      return (
        target !== undefined &&
        target.receiver.getText(file.source) === list &&
        /^(?:push|unshift|pop|shift|splice|add|delete)$/.test(target.method)
      );
    })
  );
}

/** What a round tests: conditions of `if` and `? :`, and what stands left of `&&`, `||` and `??`. */
function listTests({ node }: Rounds, file: FileContext): ts.Expression[] {
  const within = <Node extends ts.Node>(kind: ts.SyntaxKind): Node[] =>
    (file.nodesOfKind(kind) as readonly Node[]).filter((at) => isWithin(at, node));
  return [
    ...within<ts.IfStatement>(ts.SyntaxKind.IfStatement).map(({ expression }) => expression),
    ...within<ts.ConditionalExpression>(ts.SyntaxKind.ConditionalExpression).map(({ condition }) => condition),
    ...within<ts.BinaryExpression>(ts.SyntaxKind.BinaryExpression).flatMap((at) => (isLogical(at) ? at.left : [])),
  ];
}

/** `if (payroll) { … payroll.id … }`: without the test there may be nothing to take the member of. */
function isTestedBefore(call: ts.CallExpression, key: ts.Expression, rounds: Rounds, file: FileContext): boolean {
  const tests = listTests(rounds, file);
  const isTested = (name: ts.Identifier): boolean => {
    const binding = file.bindingOf(name);
    return binding?.references.some((use) => tests.some((test) => isWithin(use, test))) ?? false;
  };
  const visit = (at: ts.Node): boolean => {
    if (at === key) return false;
    return (ts.isIdentifier(at) && isTested(at)) || (ts.forEachChild(at, visit) ?? false);
  };
  return visit(call);
}

/** How sure it is that each round has a key: `tested` where a round looks whether it has one before it asks. */
export function sureOfKey(
  call: ts.CallExpression,
  key: ts.Expression,
  rounds: Rounds,
  file: FileContext,
): 'sure' | 'tested' | 'unsure' {
  const path = key.getText(file.source).replaceAll('!', '');
  const isIn = (test: ts.Expression): boolean => asksWhetherThere(path).test(test.getText(file.source));
  if (isInSomeRounds(call, rounds.node) && listTests(rounds, file).some(isIn)) return 'tested';
  return path.includes('?.') || isDeclaredMissing(key, rounds, file) ? 'unsure' : 'sure';
}

/** `id`, `!id`, `id != null`: not `known.has(id)`, `id.length` or `id === 'x'`, which have a value in mind. */
function asksWhetherThere(path: string): RegExp {
  const name = path.replace(/[^\w]/g, '\\$&');
  return new RegExp(`(?<![\\w$.]|[\\w$]\\(|, )${name}(?![\\w$.([]|\\s*(?:[<>]|[=!]==?\\s*(?!null|undefined)\\S))`);
}

/** Whether the type of what is iterated, where this file tells it, has a key that may be null or undefined. */
function isDeclaredMissing(key: ts.Expression, rounds: Rounds, file: FileContext): boolean {
  const path = findMemberPath(key);
  const [type] = listItemTypes(rounds.over, file);
  if (!type || !path || ts.isNonNullExpression(key) || !ts.isIdentifier(rounds.item)) return false;
  const member = path.slice(1).reduce<ts.TypeNode | undefined>((of, name) => of && memberTypeOf(of, name, file), type);
  const isOptional = member?.parent && ts.isPropertySignature(member.parent) && member.parent.questionToken;
  return !!isOptional || /\b(?:null|undefined)\b/.test(member?.getText(file.source) ?? '');
}
