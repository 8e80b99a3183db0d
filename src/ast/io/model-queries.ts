import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { findOrigin } from '../names/provenance.ts';
import { findMemberName, findMemberPath, findPropertyName, rootOfMembers, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { importsAny } from './query-libraries.ts';

/** A model that is asked: the library that it is of, and what other files must state of that. */
export interface ModelUse {
  library: 'sequelize' | 'mongoose' | 'typeorm';
  when: LinkCondition;
}

const sequelizeImports = ['sequelize', 'sequelize-typescript', '@sequelize/core'];
const ofTypeorm: ModelUse = { library: 'typeorm', when: importsAny('typeorm') };
const ofMongoose: ModelUse = { library: 'mongoose', when: importsAny('mongoose') };

const ownOfMongoose =
  /^(?:findById|findByIdAndUpdate|findByIdAndDelete|findOneAndUpdate|findOneAndDelete|updateOne|updateMany|deleteOne|deleteMany|countDocuments|insertMany)$/;

const heldModel = /^_?(?:model|Model|\w+Model)$/;

const modelGiver = /^(?:get|use|make|create)?[A-Z]\w*Model$/;

/** `UserModel(tenant).findOne({ email })`: a function that gives the model of a tenant, or of a connection. */
export function findGivenModelUse(first: ts.CallExpression, verb: string, head: ts.Expression): ModelUse | undefined {
  if (!ts.isCallExpression(head) || head.arguments.length === 0 || !isOfMongoose(verb, first)) return undefined;
  const { expression } = head;
  const name = ts.isIdentifier(expression) ? expression.text : findMemberName(expression);
  return name !== undefined && modelGiver.test(name) ? ofMongoose : undefined;
}

/** `this.userModel.findOne({ email })`: what a repository was made with, or holds. */
export function findHeldModelUse(
  first: ts.CallExpression,
  verb: string,
  head: ts.Expression,
  file: FileContext,
): ModelUse | undefined {
  const path = findMemberPath(head);
  if (path?.length !== 2 || path[0] !== 'this' || !heldModel.test(path[1]!)) return undefined;
  if (isOfSequelize(verb, first) && sequelizeImports.some((name) => file.package.dependencies.has(name)))
    return { library: 'sequelize', when: importsAny(...sequelizeImports) };
  return isOfMongoose(verb, first) ? ofMongoose : undefined;
}

function isOfSequelize(verb: string, first: ts.CallExpression): boolean {
  const isIn = (...names: string[]): boolean =>
    names.some((name) => hasProperty(first.arguments.at(-1), name) || hasProperty(first.arguments[0], name));
  return (
    verb === 'findByPk' ||
    (/^(?:findAll|findOne|count|destroy|update|findOrCreate|findAndCountAll)$/.test(verb) && isIn('where')) ||
    /^(?:bulkCreate|findAndCountAll)$/.test(verb) ||
    (verb === 'findAll' && (first.arguments.length === 0 || isIn('include', 'attributes', 'order', 'raw', 'limit'))) ||
    (verb === 'create' && isIn('transaction'))
  );
}

/** `User`, `db.User`, `sequelize.models.User`: what models are called. */
export function findModelName(head: ts.Expression): ts.Identifier | ts.PropertyAccessExpression | undefined {
  const value = skipWrappers(head);
  const isMember = ts.isPropertyAccessExpression(value) && value.expression.kind !== ts.SyntaxKind.ThisKeyword;
  if (!ts.isIdentifier(value) && !isMember) return undefined;
  return /^[A-Z]\w+$/.test(ts.isIdentifier(value) ? value.text : value.name.text) ? value : undefined;
}

/** `User.findByPk(id)`, where `User` is a class of this project: an active record, if the project has such a library. */
export function findModelUse(
  first: ts.CallExpression,
  verb: string,
  head: ts.Identifier | ts.PropertyAccessExpression,
  file: FileContext,
): ModelUse | undefined {
  const root = rootOfMembers(head);
  if (!ts.isIdentifier(root) || !file.bindingOf(root)) return undefined;
  const origin = findOrigin(head, file);
  if (origin && origin.module !== '.' && !/^[.@~#]/.test(origin.module)) return undefined;
  if (isOfSequelize(verb, first))
    return {
      library: 'sequelize',
      when: importsAny(...sequelizeImports, ...(/^(?:findOne|count)$/.test(verb) ? ['typeorm'] : [])),
    };
  const { dependencies } = file.package;
  if (dependencies.has('typeorm') && !dependencies.has('mongoose') && isOfRecords(verb, first)) return ofTypeorm;
  if (
    ownOfMongoose.test(verb) ||
    (isOfMongoose(verb, first) &&
      isModelFile(origin?.module) &&
      // `Account.create(…)` of an entity makes an object.
      !(verb === 'create' && /entit/i.test(origin?.module ?? '')))
  )
    return ofMongoose;
  return isOfRecords(verb, first) ? ofTypeorm : undefined;
}

/** The active records of TypeORM. */
function isOfRecords(verb: string, { arguments: [given] }: ts.CallExpression): boolean {
  return (
    /^(?:findOneBy|findBy|findOneByOrFail|findOneOrFail|findAndCountBy|countBy|existsBy|find)$/.test(verb) &&
    (/By/.test(verb) || !given || hasProperty(given, 'where'))
  );
}

function isOfMongoose(verb: string, { arguments: given }: ts.CallExpression): boolean {
  // An array is searched by a function: without arguments, `find` asks for all documents.
  return (
    ownOfMongoose.test(verb) ||
    verb === 'find' ||
    (/^(?:findOne|create|exists|aggregate)$/.test(verb) && given.length > 0)
  );
}

/** `../models/user`, `./user.schema`: what the file is named after. */
function isModelFile(module: string | undefined): boolean {
  return (
    module !== undefined && /(?:^|[/._-])(?:models?|schemas?|entit(?:y|ies)|collections?)(?:[/._-]|$)/i.test(module)
  );
}

function hasProperty(node: ts.Node | undefined, name: string): boolean {
  const value = node && skipWrappers(node as ts.Expression);
  return (
    value !== undefined &&
    ts.isObjectLiteralExpression(value) &&
    value.properties.some((property) => findPropertyName(property.name) === name)
  );
}
