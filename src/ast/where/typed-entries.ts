import type { FileContext } from '../../model/file-context.ts';
import type { EntryPoint } from '../../model/link.ts';
import { type FunctionNode, findEnclosingFunction, getOutermostWrapped, nameOfFunction } from '../syntax.ts';
import { ts } from '../ts.ts';
import { mayServeNext, servesDeployments } from './file-entries.ts';

/** Types of functions that a framework calls for each request, message or field that is asked for. */
const handlerType =
  /^(?:(?:express|Express)\.)?(?:RequestHandler|ErrorRequestHandler|RequestParamHandler|NextApiHandler|RouteHandler(?:Method)?|APIGatewayProxy\w*Handler\w*|(?:SQS|SNS|S3|DynamoDBStream|EventBridge|KinesisStream)Handler|AzureFunction|LoaderFunction|ActionFunction|GetServerSideProps|Koa\.Middleware|GraphQLFieldResolver|I?FieldResolver|[A-Z]\w*To[A-Z]\w*Resolver)$/;
/** What code generators call the type of all resolvers, or of those of one object. */
const resolversType = /Resolvers$/;

/**
 * `const charge: RequestHandler = async (a, b) => …`, and resolvers by the types that are generated for a GraphQL schema, also
 * `(async (_, { id }) => …) satisfies QueryResolvers['order']`.
 */
export function entryOfType(fn: FunctionNode, file: FileContext): EntryPoint | undefined {
  if (file.role !== 'product') return undefined;
  let at: ts.Node = fn;
  for (let depth = 0; depth < 3; depth++) {
    for (const type of listTypesAround(at)) {
      const name = nameOfType(type) ?? '';
      const isHandler = depth === 0 && !ts.isIndexedAccessTypeNode(type) && handlerType.test(name);
      const isResolver = (depth > 0 || ts.isIndexedAccessTypeNode(type)) && resolversType.test(name);
      if (isHandler || isResolver) return { kind: 'request', label: `${name} ${nameOfFunction(fn)}` };
    }
    const holder: ts.Node = ts.isMethodDeclaration(at) ? at : getOutermostWrapped(at).parent;
    if (!ts.isPropertyAssignment(holder) && !ts.isMethodDeclaration(holder)) return undefined;
    if (!ts.isObjectLiteralExpression(holder.parent)) return undefined;
    at = holder.parent;
  }
  return undefined;
}

/** What a value is said to be: by `satisfies` or `as`, the variable that holds it, or the function that gives it. */
export function listTypesAround(value: ts.Node): ts.TypeNode[] {
  const types: ts.TypeNode[] = [];
  let at = value;
  for (; isWrapper(at.parent); at = at.parent) if (!ts.isParenthesizedExpression(at.parent)) types.push(at.parent.type);
  const { parent } = at;
  const giver = ts.isReturnStatement(parent)
    ? findEnclosingFunction(parent)
    : ts.isArrowFunction(parent)
      ? parent
      : undefined;
  const declared = giver ?? (ts.isVariableDeclaration(parent) ? parent : undefined);
  return declared?.type ? [...types, declared.type] : types;
}

function isWrapper(node: ts.Node): node is ts.ParenthesizedExpression | ts.AsExpression | ts.SatisfiesExpression {
  return ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node);
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

export function nameOfType(type: ts.TypeNode): string | undefined {
  if (ts.isIndexedAccessTypeNode(type)) return nameOfType(type.objectType);
  return ts.isTypeReferenceNode(type) ? type.typeName.getText() : undefined;
}
