import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { findClassField, findThisOwner } from '../names/class-shape.ts';
import { onlyValueOf } from '../names/initializer.ts';
import { findOrigin, packageOfModule } from '../names/provenance.ts';
import {
  findEnclosingFunction,
  findMemberPath,
  findMethodCall,
  findPropertyName,
  isFunctionNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** What stands for one connection, whoever made it, by the name of its type. */
const typeOfOne = /^(?:PoolClient|PoolConnection|QueryRunner|Knex\.Transaction|(?:Prisma\.)?TransactionClient)$/;
const nameOfOne = /^(?:tx|trx|queryRunner)$/;
/** What may be one by its name, or by that of its type: a pool, or all that a library knows of a database, is called so as well. */
const nameOfConnection =
  /^_?(?:db)?(?:conn(?:ection)?|client|tx|trx|transaction|queryRunner|session|uow|unitOfWork|db|database)$/i;
const typeOfConnection = /Conn(?:ection)?$|Client$|Transaction$|Session$|UnitOfWork$|QueryRunner$|Database$/;
const nameAlone = /^_?(?:db)?conn(?:ection)?$/i;
const maxSteps = 3;

/**
 * Whether calls all work with one connection that their object, or their function, was handed: `constructor(client: PoolClient)`
 * and `this.orders = new Orders(client)`. It answers one statement at a time, however many are sent.
 */
export function runOnGivenConnection(calls: readonly ts.Node[], file: FileContext): boolean {
  const given = findGivenConnection(calls, file);
  return given !== undefined && isOne(given, file);
}

/** As {@link runOnGivenConnection}, by a name alone that says connection. */
export function mayRunOnGivenConnection(calls: readonly ts.Node[], file: FileContext): boolean {
  const given = findGivenConnection(calls, file);
  return given !== undefined && !given.type && nameAlone.test(given.name.getText(file.source));
}

/** "The type of what calls work with is no transaction by what the project declares of it". */
export function notOnGivenConnection(calls: readonly ts.Node[], file: FileContext): LinkCondition | undefined {
  const given = findGivenConnection(calls, file);
  const type = given && findOwnType(given, file);
  return type === undefined
    ? undefined
    : { kind: 'not', of: { kind: 'project-states', fact: `one-connection:${type}` } };
}

/** The types of this file that are committed and rolled back as a whole: each is one transaction, on one connection. */
export function listConnectionTypes(file: FileContext): string[] {
  if (!file.text.includes('rollback') || !file.text.includes('commit')) return [];
  return [...file.moduleScope.bindings.values()]
    .filter(({ declaration }) => ['commit', 'rollback'].every((by) => isEnded(membersOf(declaration), by)))
    .map(({ name }) => name);
}

type Member = ts.TypeElement | ts.ClassElement;

function membersOf(declared: ts.Node): readonly Member[] {
  if (ts.isInterfaceDeclaration(declared) || ts.isClassDeclaration(declared)) return [...declared.members];
  const type = ts.isTypeAliasDeclaration(declared) ? declared.type : undefined;
  return type && ts.isTypeLiteralNode(type) ? type.members : [];
}

/** `commit(): Promise<void>`, `commit: () => Promise<void>`: what is handed a connection for it holds none. */
function isEnded(members: readonly Member[], by: string): boolean {
  return members.some((member) => {
    if (!member.name || findPropertyName(member.name)?.replace(/Transaction$/, '') !== by) return false;
    const signature = ts.isPropertySignature(member) ? member.type : member;
    return signature !== undefined && ts.isFunctionLike(signature) && signature.parameters.length === 0;
  });
}

/** The one parameter that all of these calls work with; `Promise.all(…)` only waits for some of them. */
function findGivenConnection(calls: readonly ts.Node[], file: FileContext): ts.ParameterDeclaration | undefined {
  const working = calls.filter((call) => findMethodCall(call)?.receiver.getText(file.source) !== 'Promise');
  const [given, ...others] = new Set(working.map((call) => findBehindCall(call, file)));
  return others.length === 0 ? given : undefined;
}

function findBehindCall(call: ts.Node, file: FileContext): ts.ParameterDeclaration | undefined {
  const target = findMethodCall(call);
  return target && findBehind(target.receiver, file, 0);
}

/** The parameter behind a value: itself, what it is kept as, or what is made with it. */
function findBehind(value: ts.Expression, file: FileContext, steps: number): ts.ParameterDeclaration | undefined {
  const at = skipWrappers(value);
  if (steps > maxSteps) return undefined;
  if (ts.isNewExpression(at)) {
    return at.arguments?.map((argument) => findBehind(argument, file, steps + 1)).find((given) => given !== undefined);
  }
  if (ts.isIdentifier(at)) {
    const declaration = file.bindingOf(at)?.declaration;
    if (declaration && ts.isParameter(declaration)) return isConnection(declaration, file) ? declaration : undefined;
    const made = onlyValueOf(at, file);
    return made && findBehind(made, file, steps + 1);
  }
  const [self, name, ...rest] = findMemberPath(at) ?? [];
  return self === 'this' && name !== undefined && rest.length === 0
    ? findBehindField(at, name, file, steps)
    : undefined;
}

function findBehindField(
  at: ts.Expression,
  name: string,
  file: FileContext,
  steps: number,
): ts.ParameterDeclaration | undefined {
  const owner = findThisOwner(at, file);
  const field = owner && findClassField(owner, name, file);
  if (!field) return undefined;
  const { declaration, values } = field;
  if (declaration && ts.isParameter(declaration)) return isConnection(declaration, file) ? declaration : undefined;
  if (values.length > 0) return values.length === 1 ? findBehind(values[0]!, file, steps + 1) : undefined;
  return ts.isClassLike(owner) ? findHandedToBase(owner, name, file) : undefined;
}

/** `super(connection)`, of a class that finds it as `this.connection`. */
function findHandedToBase(owner: ts.ClassLikeDeclaration, name: string, file: FileContext) {
  const made = owner.members.find(ts.isConstructorDeclaration);
  const given = made?.parameters.find((parameter) => parameter.name.getText(file.source) === name);
  if (!given || !isConnection(given, file)) return undefined;
  const isHandedOn = file
    .nodes('CallExpression')
    .some(
      ({ expression, arguments: handed }) =>
        expression.kind === ts.SyntaxKind.SuperKeyword &&
        findEnclosingFunction(expression) === made &&
        handed.some((argument) => argument.getText(file.source) === name),
    );
  return isHandedOn ? given : undefined;
}

function isConnection(parameter: ts.ParameterDeclaration, file: FileContext): boolean {
  const { name, parent, type } = parameter;
  if (!isFunctionNode(parent)) return false;
  const isNamed = nameOfConnection.test(name.getText(file.source));
  return isNamed || isOne(parameter, file) || (type !== undefined && typeOfConnection.test(type.getText(file.source)));
}

function isOne({ name, type }: ts.ParameterDeclaration, file: FileContext): boolean {
  return type ? typeOfOne.test(type.getText(file.source)) : nameOfOne.test(name.getText(file.source));
}

/** The name of its type, where the project may declare that. */
function findOwnType({ type }: ts.ParameterDeclaration, file: FileContext): string | undefined {
  if (!type || !ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return undefined;
  const module = findOrigin(type.typeName, file)?.module;
  return module && file.package.dependencies.has(packageOfModule(module)) ? undefined : type.typeName.text;
}
