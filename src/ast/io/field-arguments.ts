import type { FileContext } from '../../model/file-context.ts';
import { calleeName, type FunctionNode, findStringValue } from '../syntax.ts';
import { ts } from '../ts.ts';

/** An argument of a field: its name in the schema, and what the resolver calls it. */
interface FieldArgument {
  name: string;
  local: string;
}

/** What one thing is known by. */
const keyOfOne =
  /(?:^|_)(?:id|uuid|name|slug|key|code|handle|email)$|[a-z\d](?:I[dD]|U?UID|Uuid|Name|Slug|Key|Code|Handle|Email)$/;
/** What says which part of a list is asked for. */
const partOfList =
  /^(?:first|last|after|before|limit|offset|skip|take|page\w*|per_?page|size|count|cursor|filters?|where|order(?:_?by)?|sort\w*|paginat\w*|paging|search|query)$/i;

/**
 * `member(@Parent() team, @Args('slug') slug)`: whoever asks names the one that they want below one parent, and hardly below
 * each of a list. What pages through a list or narrows it asks for as much for each parent, whatever else it takes.
 */
export function isLookupByArgument(
  call: ts.CallExpression,
  fn: FunctionNode,
  object: ts.Identifier,
  file: FileContext,
): boolean {
  const given = listArguments(fn, object, file);
  if (given.some(({ name }) => partOfList.test(name))) return false;
  const asked = call.arguments.map((argument) => argument.getText(file.source));
  return given.some(({ name, local }) => {
    const word = new RegExp(`(?<![\\w$])${local.replace(/[.$?]/g, '\\$&')}(?![\\w$])`);
    return (keyOfOne.test(name) || keyOfOne.test(local)) && asked.some((text) => word.test(text));
  });
}

function listArguments(fn: FunctionNode, object: ts.Identifier, file: FileContext): readonly FieldArgument[] {
  const decorated = fn.parameters.flatMap((parameter) => decoratedArgument(parameter) ?? []);
  const plain = fn.parameters[0]?.name === object ? fn.parameters[1] : undefined;
  if (decorated.length > 0 || !plain || ts.getDecorators(plain)) return decorated;
  if (!ts.isIdentifier(plain.name)) return listParts(plain.name);
  const used = file.bindingOf(plain.name)?.references ?? [];
  return used.flatMap(({ parent }) => {
    if (ts.isPropertyAccessExpression(parent)) return [{ name: parent.name.text, local: parent.getText(file.source) }];
    return ts.isVariableDeclaration(parent) ? listParts(parent.name) : [];
  });
}

/** `@Args('slug') slug`. */
function decoratedArgument(parameter: ts.ParameterDeclaration): FieldArgument | undefined {
  const decorators = (ts.getDecorators(parameter) ?? []).map(({ expression }) => expression);
  const args = decorators.find((one) => ts.isCallExpression(one) && /^Args?$/.test(calleeName(one)));
  if (!args || !ts.isCallExpression(args) || !ts.isIdentifier(parameter.name)) return undefined;
  // Who may leave it out asks for what is theirs, of each in a list: `isMember(@Arg('userId', { nullable: true }) userId)`.
  if (parameter.questionToken || /\bnullable:\s*true\b/.test(args.getText())) return undefined;
  const local = parameter.name.text;
  return { name: findStringValue(args.arguments[0]) ?? local, local };
}

/** `{ slug, first: count }`. */
function listParts(pattern: ts.BindingName): FieldArgument[] {
  if (!ts.isObjectBindingPattern(pattern)) return [];
  return pattern.elements.flatMap(({ name, propertyName }) =>
    ts.isIdentifier(name) ? [{ name: (propertyName ?? name).getText(), local: name.text }] : [],
  );
}
