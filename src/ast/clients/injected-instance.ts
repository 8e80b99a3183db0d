import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { type OutboundCall, optionsIndex } from '../io/outbound-call.ts';
import { findOptions } from '../io/request-options.ts';
import { listReturnedValues } from '../life/life-cycle.ts';
import { findFunctionValue } from '../names/functions.ts';
import { initializerOf } from '../names/initializer.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import {
  findMemberName,
  findMemberPath,
  findMethodCall,
  findProperty,
  findPropertyName,
  findThisClass,
  isFunctionNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findInstanceLibrary } from './axios-instance.ts';

/** A request by an instance of axios that a container hands in under a token. */
export interface InjectedRequest extends OutboundCall {
  token: string;
}

/** `this.http.get(url)`, where the class asks for `@Inject('Http') private readonly http: AxiosInstance`. */
export function findInjectedRequest(call: ts.CallExpression, file: FileContext): InjectedRequest | undefined {
  const found = fieldOfRequest(call);
  const type = found && findOrigin(found.receiver, file);
  if (!found || !type || bareModule(type.module) !== 'axios') return undefined;
  if (!/^Axios(?:Instance)?\.new$/.test(originName(type))) return undefined;
  const cls = findThisClass(call);
  const token = cls && tokenOfField(cls, found.field);
  return token === undefined ? undefined : { library: 'axios', index: found.index, end: call, token };
}

function fieldOfRequest(
  call: ts.CallExpression,
): { receiver: ts.Expression; field: string; index: number } | undefined {
  const target = findMethodCall(call);
  const index = target && optionsIndex(target.method);
  const path = index === undefined ? undefined : findMemberPath(target!.receiver);
  if (index === undefined || path?.length !== 2 || path[0] !== 'this') return undefined;
  return { receiver: target!.receiver, field: path[1]!, index };
}

/** What stands in `@Inject(…)` at a field, or at the parameter of the constructor that is one. */
function tokenOfField(cls: ts.ClassLikeDeclaration, field: string): string | undefined {
  for (const member of cls.members) {
    const places = ts.isConstructorDeclaration(member) ? member.parameters : [member];
    for (const place of places) {
      if (!ts.isParameter(place) && !ts.isPropertyDeclaration(place)) continue;
      if (place.name.getText() !== field) continue;
      for (const { expression } of ts.getDecorators(place) ?? []) {
        if (ts.isCallExpression(expression) && findMemberPath(expression.expression)?.at(-1) === 'Inject')
          return tokenOf(expression.arguments[0]);
      }
    }
  }
  return undefined;
}

/** The text of a token, or the last name of what stands for it. */
function tokenOf(given: ts.Expression | undefined): string | undefined {
  const value = given && skipWrappers(given);
  if (!value) return undefined;
  return ts.isStringLiteralLike(value) || ts.isIdentifier(value) ? value.text : findMemberName(value);
}

/** "What is provided under the token says nothing of time." */
export function ofUnlimited({ token }: InjectedRequest): LinkCondition {
  return { kind: 'project-states', fact: `unlimited-axios:${token}` };
}

/** The tokens under which a file provides instances of axios that say nothing of time: `{ provide: 'Http', useFactory: makeHttp }`. */
export function listUnlimitedProviders(file: FileContext): string[] {
  if (!file.text.includes('provide') || !file.text.includes('axios') || /\.timeout\s*=[^=]/.test(file.text)) return [];
  return file.nodesOfKind(ts.SyntaxKind.ObjectLiteralExpression).flatMap((node) => {
    const token = tokenOf(findProperty(node, 'provide'));
    const made = token === undefined ? [] : listProvided(node as ts.ObjectLiteralExpression, file);
    return token !== undefined && made.length > 0 && made.every((value) => isUnlimited(value, file)) ? [token] : [];
  });
}

function listProvided(provider: ts.ObjectLiteralExpression, file: FileContext): readonly ts.Expression[] {
  const value = findProperty(provider, 'useValue');
  if (value) return [value];
  const member = provider.properties.find(({ name }) => name && findPropertyName(name) === 'useFactory');
  const given = findProperty(provider, 'useFactory');
  const factory =
    member && ts.isMethodDeclaration(member)
      ? member
      : given && (isFunctionNode(given) ? given : findFunctionValue(given, file));
  return factory ? listReturnedValues(factory, file) : [];
}

/** `axios.create({ baseURL })`, also by the name that it was given. */
function isUnlimited(given: ts.Expression, file: FileContext): boolean {
  const made = initializerOf(given, file) ?? skipWrappers(given);
  return (
    ts.isCallExpression(made) &&
    findInstanceLibrary(made, file) === 'axios' &&
    findOptions(made, { library: 'axios', index: 0 }, file) !== 'open'
  );
}
