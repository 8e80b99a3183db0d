import type { FileContext } from '../../model/file-context.ts';
import type { EntryPoint } from '../../model/link.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import { type ClassNode, type FunctionNode, findMemberPath, isClassNode, nameOfFunction } from '../syntax.ts';
import { ts } from '../ts.ts';

const handlerInterface = /^I(?:Command|Query|Event)Handler$/;
/** What each decorator of the library makes of a class. */
const interfaceOfDecorator: Readonly<Record<string, string>> = {
  CommandHandler: 'ICommandHandler',
  QueryHandler: 'IQueryHandler',
  EventsHandler: 'IEventHandler',
};

/**
 * `execute` and `handle` of what the buses of @nestjs/cqrs run: by the interface of the library or its decorator on the class. An
 * interface of that name that a project declares itself says nothing of who runs it.
 */
export function entryOfCqrs(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  if (!ts.isMethodDeclaration(fn) || !isClassNode(fn.parent)) return undefined;
  if (!/^(?:execute|handle)$/.test(nameOfFunction(fn))) return undefined;
  const label = file.memo(interfaceOf, fn.parent);
  return label === undefined ? undefined : { kind: 'request', label };
}

function interfaceOf(cls: ClassNode, file: FileContext): string | undefined {
  const implemented = (cls.heritageClauses ?? []).flatMap(({ types }) => types);
  for (const { expression } of implemented) {
    const name = nameFromLibrary(expression, file);
    if (name !== undefined && handlerInterface.test(name)) return name;
  }
  for (const { expression } of ts.getDecorators(cls) ?? []) {
    const name = nameFromLibrary(ts.isCallExpression(expression) ? expression.expression : expression, file);
    if (name !== undefined && Object.hasOwn(interfaceOfDecorator, name)) return interfaceOfDecorator[name];
  }
  return undefined;
}

function nameFromLibrary(value: ts.Expression, file: FileContext): string | undefined {
  const origin = findOrigin(value, file);
  return bareModule(origin?.module ?? '') === '@nestjs/cqrs' ? findMemberPath(value)?.at(-1) : undefined;
}
