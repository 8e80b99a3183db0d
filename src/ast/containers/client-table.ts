import type { FileContext } from '../../model/file-context.ts';
import { type ClientKind, findClientCreation, makesClients } from '../clients/libraries.ts';
import { findImport } from '../names/provenance.ts';
import { skipAwait } from '../syntax.ts';
import { ts } from '../ts.ts';
import type { Container } from './containers.ts';

/**
 * Whether a table holds clients of servers, or promises of them: by what an entry is made by, or by the type that the table is
 * declared with. Agents, which go to any address that a row or a caller names, are none.
 */
export function holdsClients(container: Container, value: ts.Expression | undefined, file: FileContext): boolean {
  if (value && ofServers.has(findClientCreation(skipAwait(value), file)?.kind)) return true;
  const made = container.value;
  const [, ofMap] = (ts.isNewExpression(made) ? made.typeArguments : undefined) ?? [];
  const declared =
    container.type && ts.isTypeReferenceNode(container.type) ? container.type.typeArguments?.[1] : undefined;
  const held = declared ?? ofMap;
  return held !== undefined && isClientType(held, file);
}

const ofServers: ReadonlySet<ClientKind | undefined> = new Set<ClientKind>(['pool', 'connection', 'client', 'memory']);
const clientType = /(?:Client|Pool|Connection|Cluster|Redis|Sequelize|DataSource|Knex|Database|Db|Driver)$/;

/** `Redis` of ioredis, also in `Promise<…>` or beside nothing. */
function isClientType(type: ts.TypeNode, file: FileContext): boolean {
  if (ts.isUnionTypeNode(type)) return type.types.some((one) => isClientType(one, file));
  if (!ts.isTypeReferenceNode(type)) return false;
  const { typeName, typeArguments } = type;
  if (ts.isIdentifier(typeName) && typeName.text === 'Promise')
    return typeArguments !== undefined && isClientType(typeArguments[0]!, file);
  const root = ts.isIdentifier(typeName) ? typeName : ts.isIdentifier(typeName.left) ? typeName.left : undefined;
  const binding = root && file.bindingOf(root);
  const module = binding && findImport(binding)?.module;
  return module !== undefined && makesClients(module, ofServers) && clientType.test(typeName.getText());
}
