import type { FileContext } from '../../model/file-context.ts';
import type { EntryPoint } from '../../model/link.ts';
import { type FunctionNode, getOutermostWrapped, nameOfFunction } from '../syntax.ts';
import { ts } from '../ts.ts';
import { mayServeNext, servesDeployments } from './file-entries.ts';

/** Types of functions that a framework calls for each request, message or field that is asked for. */
const handlerType =
  /^(?:(?:express|Express)\.)?(?:RequestHandler|ErrorRequestHandler|RequestParamHandler|NextApiHandler|RouteHandler(?:Method)?|APIGatewayProxy\w*Handler\w*|(?:SQS|SNS|S3|DynamoDBStream|EventBridge|KinesisStream)Handler|AzureFunction|LoaderFunction|ActionFunction|GetServerSideProps|Koa\.Middleware|GraphQLFieldResolver|I?FieldResolver|[A-Z]\w*To[A-Z]\w*Resolver)$/;
/** What code generators call the type of all resolvers, or of those of one object. */
const resolversType = /Resolvers$/;

/** `const charge: RequestHandler = async (a, b) => …`, and resolvers by the types that are generated for a GraphQL schema. */
export function entryOfType(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  if (file.role !== 'product') return undefined;
  let at: ts.Node = ts.isMethodDeclaration(fn) ? fn : getOutermostWrapped(fn).parent;
  const direct = ts.isVariableDeclaration(at);
  for (let depth = 0; depth < 2 && (ts.isPropertyAssignment(at) || ts.isMethodDeclaration(at)); depth++) {
    if (!ts.isObjectLiteralExpression(at.parent)) return undefined;
    at = getOutermostWrapped(at.parent).parent;
  }
  if (!ts.isVariableDeclaration(at) || !at.type) return undefined;
  const name = nameOfType(at.type);
  if (name === undefined) return undefined;
  const isHandler = direct && (ts.isIndexedAccessTypeNode(at.type) ? resolversType : handlerType).test(name);
  if (!isHandler && (direct || !resolversType.test(name))) return undefined;
  return { kind: 'request', label: `${name} ${nameOfFunction(fn)}` };
}

const requestType =
  /^(?:APIContext|FastifyRequest|NextRequest|NextApiRequest|HttpContext(?:Contract)?|HookContext|IncomingMessage|Koa\.Context|ParameterizedContext|RouterContext)$/;
/** What functions of AWS Lambda are handed, by the types of `@types/aws-lambda`. */
const lambdaEvent =
  /^(?:APIGateway\w*Event\w*|ALBEvent|SQSEvent|SNSEvent|S3Event|ScheduledEvent|EventBridgeEvent|DynamoDBStreamEvent|KinesisStreamEvent|AppSyncResolverEvent)$/;
/** What consumers of kafkajs and amqplib are handed. */
const messageType = /^(?:EachMessagePayload|EachBatchPayload|(?:amqp\w*\.)?ConsumeMessage)$/;

/** `bySignature`, where the type of what a function is handed first says that it serves requests or messages. */
export function entryOfHanded(fn: FunctionNode, bySignature: EntryPoint, file: FileContext): EntryPoint | undefined {
  const type = fn.parameters[0]?.type;
  if (!type || !ts.isTypeReferenceNode(type)) return undefined;
  const name = type.typeName.getText(file.source);
  if (lambdaEvent.test(name)) return servesDeployments(file) ? undefined : { ...bySignature, isEnded: true };
  const isRequest = requestType.test(name) && (!name.startsWith('Next') || mayServeNext(file));
  return isRequest || messageType.test(name) ? bySignature : undefined;
}

function nameOfType(type: ts.TypeNode): string | undefined {
  if (ts.isIndexedAccessTypeNode(type)) return nameOfType(type.objectType);
  return ts.isTypeReferenceNode(type) ? type.typeName.getText() : undefined;
}
