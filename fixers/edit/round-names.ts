import {
  calleeName,
  findMemberPath,
  findMethodCall,
  isWithin,
  rootOfMembers,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import type { Binding, FileContext } from '../../src/model/file-context.ts';

/** Names in a node that a round of the loop declares, those in `but` left out. */
export function listRoundNames(node: ts.Node, loop: ts.Node, file: FileContext, but?: ts.Node): string[] {
  const names: string[] = [];
  const visit = (at: ts.Node): void => {
    if (at === but) return;
    const binding = ts.isIdentifier(at) ? file.bindingOf(at) : undefined;
    if (binding && isWithin(binding.identifier, loop) && !isWithin(binding.identifier, node)) names.push(binding.name);
    ts.forEachChild(at, visit);
  };
  visit(node);
  return names;
}

/**
 * The text by which the element gives a value: `order.userId`, also for `userId` after `const userId = order.userId`.
 * Undefined for what is no part of the element.
 */
export function findTextOfItem(value: ts.Expression, item: ts.BindingName, file: FileContext): string | undefined {
  const bare = skipConversion(value);
  const root = findMemberPath(bare) && rootOfMembers(bare);
  const binding = root && ts.isIdentifier(root) ? file.bindingOf(root) : undefined;
  if (!root || !binding) return undefined;
  const text = value.getText(file.source);
  if (isWithin(binding.identifier, item)) return text;
  const given = findGiven(binding);
  const head = given && findTextOfItem(given, item, file);
  if (head === undefined) return undefined;
  const start = root.getStart(file.source) - value.getStart(file.source);
  return text.slice(0, start) + head + text.slice(start + root.getWidth(file.source));
}

/** What `String(id)` and `id.toString()` are made of. */
function skipConversion(value: ts.Expression): ts.Expression {
  const call = skipWrappers(value);
  if (!ts.isCallExpression(call)) return call;
  const [argument] = call.arguments;
  if (ts.isIdentifier(call.expression) && calleeName(call) === 'String' && argument) return skipWrappers(argument);
  return calleeName(call) === 'toString' && !argument ? (findMethodCall(call)?.receiver ?? call) : call;
}

function findGiven({ kind, declaration }: Binding): ts.Expression | undefined {
  return kind === 'const' && ts.isVariableDeclaration(declaration) && ts.isIdentifier(declaration.name)
    ? declaration.initializer
    : undefined;
}
