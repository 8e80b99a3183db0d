import type { FileContext } from '../../model/file-context.ts';
import { findClientCreation } from '../clients/libraries.ts';
import { findFunctionValue } from '../names/functions.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import {
  argumentsOf,
  type FunctionNode,
  findMemberPath,
  findMethodCall,
  type Invocation,
  isFunctionNode,
  isInvocation,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listOwnInvocations } from '../within.ts';
import { findQuery, type QueryCall } from './queries.ts';
import { isSigning } from './signing.ts';

/** What a call waits for outside of the process. `write` changes something there. */
export type Io = 'read' | 'write';

const ioModule =
  /^(?:fs|fs\/promises|fs-extra|graceful-fs|axios|got|undici|node-fetch|cross-fetch|ky|superagent|needle|request|request-promise(?:-native)?|http|https|dns|dns\/promises|pg|pg-promise|postgres|mysql2?(?:\/promise)?|mariadb|mssql|mongodb|mongoose|ioredis|redis|@redis\/client|knex|typeorm|sequelize(?:-typescript)?|@sequelize\/core|@prisma\/client|drizzle-orm(?:\/.+)?|@mikro-orm\/.+|@elastic\/elasticsearch|@aws-sdk\/.+|aws-sdk|@google-cloud\/.+|bull|bullmq|kafkajs|amqplib|nodemailer|memcached|level|ueberdb2|stripe|@octokit\/.+)$/;
/** Services that are asked over the network by a client of theirs. */
const serviceModule =
  /^(?:firebase-admin(?:\/.+)?|firebase\/.+|googleapis|@googleapis\/.+|@azure\/.+|@supabase\/supabase-js|@slack\/web-api|@notionhq\/client|@sendgrid\/mail|twilio|postmark|resend|mailgun\.js|web-push|expo-server-sdk|openai|@anthropic-ai\/sdk|cloudinary|minio|algoliasearch|meilisearch|typesense|neo4j-driver|cassandra-driver|@clickhouse\/client|influx|graphql-request|@apollo\/client|ofetch|ethers|web3|viem|@solana\/web3\.js|basic-ftp|ssh2-sftp-client|@kubernetes\/client-node|dockerode|contentful|@sanity\/client)$/;
/** Work outside of the thread that holds much memory: pictures, films, pages of a browser. */
const heavyModule = /^(?:sharp|jimp|gm|fluent-ffmpeg|puppeteer(?:-core)?|playwright(?:-core)?|pdf-lib|tesseract\.js)$/;
/** Members of a service object that stand for a database, a remote service or a store, once they are awaited. */
const ioHolder =
  /(?:[sS]tore|[rR]epository|[rR]epo|[sS]ervice|[cC]lient|[aA]pi|API|[dD]atabase|[dD]b|DB|[pP]risma|[rR]edis|[dD]ao|[gG]ateway|[sS]torage|[bB]ucket|[kK]nex|[mM]ailer|[rR]eadModel|[cC]ollection|[mM]odel|[mM]anager)$/;
/** `context.models.teams`, `ctx.services.billing`: a member of what holds such objects is one of them. */
const ioShelf = /^(?:models|repositories|repos|services|stores|daos|gateways|clients|apis)$/;
const modelCall =
  /^(?:find(?:One|All|Many|First|ByPk|ById|Unique|OneBy|By\w*|FirstOrThrow|UniqueOrThrow|OneOrFail)?|count|create|insert|insertOne|insertMany|update|updateOne|updateMany|upsert|save|destroy|delete|deleteOne|deleteMany|remove|aggregate|query|execute|send|publish)$/;
const writeName =
  /^(?:_?(?:create|insert|update|upsert|save|destroy|delete|remove|set|put|post|patch|write|send|forward|reply|deliver|invite|publish|add|push|append|insert|increment|decrement|incr|decr|del|unlink|mkdir|rm|copy|move|rename|cancel|process|handle|run|execute|exec|apply|sync|import|register|[ps]?subscribe|[ps]?unsubscribe|emit|dispatch|enqueue|archive|restore|revoke|grant|assign|link|unlink|attach|detach|approve|reject|close|open|start|stop|reset|clear|invalidate|migrate|upload|perform|trigger|notify|log|record|track|mark|store|replace|rebuild|index|reindex|refresh|recalculate|accept|complete|finalize|commit|expire|queue|schedule|transfer|charge|refund|pay|build|generate|ensure|call|do|make|hook|on|invoke|output|recover|restart|resume|pause|soft|hard|prune|purge|flush|drop|truncate|mset|setex|psetex|setnx|getset|sadd|srem|smove|hset|hmset|hsetnx|hdel|hincrby|zadd|zrem|zincrby|lpush|rpush|lrem|ltrim|lpop|rpop|xadd|xdel|xack|pexpire|[shzlrx](?:Add|Rem|Set|Del|Push|Pop|IncrBy))(?:[A-Z_].*)?)$/;

/** Whether a call, by its name, changes something. */
export function isNamedWrite(call: ts.CallExpression): boolean {
  return writeName.test(findMemberPath(call.expression)?.at(-1) ?? '');
}

const changing =
  /^_?(?:mark|set|update|upsert|create|insert|save|delete|remove|destroy|cancel|complete|approve|reject|archive|restore|increment|decrement|revoke|assign)(?:[A-Z_]|$)/;
/** Whether a call, by its name, changes a row, which it may have to look up first: of the names of {@link isNamedWrite} the plainest. */
export function isNamedChange(call: ts.CallExpression): boolean {
  return changing.test(findMemberPath(call.expression)?.at(-1) ?? '');
}

/** What computes on what it is handed: a service of that name asks nobody. */
const computing =
  /^(?:validate|parse|format|serialize|deserialize|stringify|normali[sz]e|sanitize|escape|(?:pre)?sign|encode|decode|compute|calculate|convert|transform|map|to|filter|sort|group|merge|compare|extract)[A-Z]/;
/** Whether a call, by its name, computes on what it is handed. */
export function isNamedComputing(call: ts.CallExpression): boolean {
  return computing.test(findMemberPath(call.expression)?.at(-1) ?? '');
}

/** What is at hand, or worked out: where an address is asked for, the function that gives it says so. */
const plain = /^(?:get|has|set)?(?:Logger|Config|Name)$|^get\w*U(?:RL|rl)s?$/;

/** Whether what a call does waits for I/O, by where its receiver comes from, what it is, or what the local function reaches. */
export function ioOf(call: Invocation, file: FileContext): Io | undefined {
  return file.memo(judge, call);
}

function judge(call: Invocation, file: FileContext): Io | undefined {
  return judgeAt(call, file, 0);
}

/** Of a call of a function that another one calls, by how many calls it is away: what is asked for each caller. */
const judgeFrom = [1, 2].map((depth) => (call: Invocation, file: FileContext) => judgeAt(call, file, depth));

function judgeAt(call: Invocation, file: FileContext, depth: number): Io | undefined {
  if (ts.isTaggedTemplateExpression(call)) return ioOfQuery(findQuery(call, file));
  const callee = skipWrappers(call.expression);
  const path = findMemberPath(callee);
  const name = path?.at(-1) ?? findMethodCall(call)?.method ?? '';
  const kind: Io = (writeName.test(name) && !sendsReading(call)) || isOfChange(call) ? 'write' : 'read';
  if (ts.isIdentifier(callee) && callee.text === 'fetch' && !file.bindingOf(callee)) {
    if (isOwnAsset(call)) return undefined;
    return /method\s*:\s*['"`](?!GET|get|HEAD)/.test(call.getText(file.source)) ? 'write' : 'read';
  }
  const target = findMethodCall(call);
  const origin = findOrigin(callee, file);
  if (origin && isSigning(origin)) return undefined;
  const query = findQuery(call, file);
  // `pool.query('UPDATE …')`: what it is called does not tell.
  if (query && /^(?:insert|update|upsert|delete)$/.test(query.kind)) return 'write';
  const module = origin ? bareModule(origin.module) : '';
  if ((ioModule.test(module) || serviceModule.test(module)) && !/Sync$/.test(name)) return kind;
  // How many of these run at once is chosen for their memory: no reads that might as well go together.
  if (heavyModule.test(module)) return 'write';
  if (target && findClientCreation(target.receiver, file)) return kind;
  if (query) return ioOfQuery(query);
  const local = depth < 2 ? findFunctionValue(callee, file) : undefined;
  if (local) {
    const inner = listWaits(local, file, depth + 1, call).map(({ io }) => io);
    if (inner.length === 0) return undefined;
    return inner.includes('write') || kind === 'write' ? 'write' : 'read';
  }
  if (!target || !path) return undefined;
  const holder = path.at(-2);
  if (holder === undefined) return undefined;
  const isMember = path[0] === 'this' ? path.length > 2 : origin === undefined || isProject(origin.module);
  if (
    isMember &&
    (ioHolder.test(holder) || ioShelf.test(path.at(-3) ?? '')) &&
    !plain.test(name) &&
    !computing.test(name)
  )
    return kind;
  return /^[A-Z]/.test(holder) &&
    path.length === 2 &&
    modelCall.test(name) &&
    origin !== undefined &&
    origin.module !== ''
    ? kind
    : undefined;
}

function ioOfQuery(query: QueryCall | undefined): Io | undefined {
  return query && (query.kind === 'point' || query.kind === 'list' ? 'read' : 'write');
}

/** `client.send(new GetObjectCommand(…))`: what an AWS client is asked for says what it does. */
function sendsReading({ arguments: [command] }: ts.CallExpression): boolean {
  const made = command && skipWrappers(command);
  return (
    !!made &&
    ts.isNewExpression(made) &&
    /^(?:Get|BatchGet|Head|List|Query|Scan|Describe|Select|Lookup)\w*Command$/.test(
      findMemberPath(made.expression)?.at(-1) ?? '',
    )
  );
}

/** `knex('users').update(changes).where({ id })`: the method that says what is done stands in the middle. */
function isOfChange(call: ts.CallExpression): boolean {
  for (let at = findMethodCall(call)?.receiver; at; at = findMethodCall(at)?.receiver) {
    if (/^(?:update|insert|upsert|delete|del|increment|decrement)$/.test(findMethodCall(at)?.method ?? '')) return true;
  }
  return false;
}

function isProject(module: string): boolean {
  return module !== '' && (/^[.@~#/]/.test(module) || /(?:^|\/)src\//.test(module));
}

/** `fetch(new URL('./font.ttf', import.meta.url))`: a file that the bundle of the module carries. */
function isOwnAsset({ arguments: [address] }: ts.CallExpression): boolean {
  const value = address && skipWrappers(address);
  return !!value && ts.isNewExpression(value) && value.arguments?.[1]?.getText() === 'import.meta.url';
}

/** Whether a call is one of the local file system: over in less than a millisecond, whoever waits. */
export function isFileCall(call: ts.CallExpression, file: FileContext): boolean {
  const origin = findOrigin(call.expression, file);
  return origin !== undefined && /^(?:fs|fs\/promises|fs-extra|graceful-fs)$/.test(bareModule(origin.module));
}

/** The I/O that a function itself waits for. */
export function listIo(fn: FunctionNode, file: FileContext): Io[] {
  return listIoCalls(fn, file).map(({ io }) => io);
}

/** The calls by which a function itself waits for I/O. */
export function listIoCalls(fn: FunctionNode, file: FileContext): IoCall[] {
  if (!fn.body) return [];
  return listOwnInvocations(fn, fn.body, file).flatMap((call) => {
    const io = isWaitedFor(call) ? ioOf(call, file) : undefined;
    return io ? [{ call, io }] : [];
  });
}

interface IoCall {
  call: Invocation;
  io: Io;
}

/** Of a function that is so many calls away. @param by the call whose arguments the function gets */
function listWaits(fn: FunctionNode, file: FileContext, depth: number, by: Invocation): IoCall[] {
  const found: IoCall[] = [];
  if (!fn.body) return found;
  const visit = (at: ts.Node): void => {
    if (isFunctionNode(at) && at !== fn) return;
    if (ts.isBinaryExpression(at) && isGivenInstead(at, fn, by)) return;
    if (isInvocation(at) && isWaitedFor(at)) {
      const io = file.memo(judgeFrom[depth - 1]!, at);
      if (io) found.push({ call: at, io });
    }
    ts.forEachChild(at, visit);
  };
  visit(fn.body);
  return found;
}

/** `given ?? (await load())`, where the call hands that parameter over. */
function isGivenInstead({ left, operatorToken }: ts.BinaryExpression, fn: FunctionNode, by: Invocation): boolean {
  const value = skipWrappers(left);
  if (operatorToken.kind !== ts.SyntaxKind.QuestionQuestionToken || !ts.isIdentifier(value)) return false;
  const place = fn.parameters.findIndex(({ name }) => ts.isIdentifier(name) && name.text === value.text);
  const argument = place < 0 ? undefined : argumentsOf(by)[place];
  return argument !== undefined && !/^(?:undefined|null)$/.test(argument.getText());
}

/** `await call()`, also behind `.catch()` and in a returned chain. */
function isWaitedFor(call: ts.Node): boolean {
  for (let at = call; at.parent; at = at.parent) {
    const { parent } = at;
    if (ts.isAwaitExpression(parent) || ts.isReturnStatement(parent)) return true;
    const isChain =
      (ts.isPropertyAccessExpression(parent) && /^(?:then|catch|finally|lean|exec|toArray)$/.test(parent.name.text)) ||
      (ts.isCallExpression(parent) && parent.expression === at) ||
      ts.isParenthesizedExpression(parent) ||
      ts.isAsExpression(parent);
    if (!isChain) return ts.isArrowFunction(parent) && parent.body === at;
  }
  return false;
}
