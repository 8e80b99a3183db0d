import type { Binding, FileContext } from '../model/file-context.ts';
import { findAdd, findGrowth } from './loop-facts.ts';
import { bareModule, findOrigin } from './provenance.ts';
import { findMemberName, findMemberPath, findMethodCall, isAssignment, skipAwait } from './syntax.ts';
import { ts } from './ts.ts';

/**
 * How many items a collection can have: `small` when the program fixes them (literals, enums, options, fields of a
 * record, capped pages), as many as `data` brings (rows, request bodies, streams), `unknown` where the file does not tell.
 */
export type Size = 'small' | 'data' | 'unknown';

const dataNouns = new Set(
  'accounts activities addresses alerts articles assets attachments attendees bookings candidates certificates chats chunks clients comments commits commissions connections contacts conversations coupons customers deals devices dids discussions documents docs downloads duties emails employees enrollments entities events favorites files followers friends guests histories hits images installations invitations invites invoices issues jobs keystores leads lines listings logs mails matches members memberships mentions messages notes notifications observations orders organizations pads pages participants partners payments payouts peers persons people photos players podcasts posts prices products profiles projects publishers purchases questions reactions recipients records removals replies repos repositories requests responses results reviews revisions rooms rows runs samples sessions shares signatures snapshots sockets spans stars submissions subscribers subscriptions tasks tickets timelines traces transactions transfers tweets uploads users validators vendors videos views visitors visits votes workspaces balances children ids uuids webhooks'.split(
    ' ',
  ),
);
const smallNouns =
  /^(?:exclude|include|allowed|hidden|visible|mentioned|pinned|required|optional|default|enabled|disabled)|(?:types|kinds|mentions|mentionIds|addons|fields|columns|props|properties|attributes|options|settings|plugins|extensions|modules|packages|routes|routers|middlewares?|handlers|listeners|hooks|locales|languages|roles|permissions|features|flags|envs?|environments|providers|adapters|strategies|controllers|components|classes|methods|steps|stages|phases|rules|schemas?|models|tables|relations|includes|formats|themes|parts|segments|args|arguments|params|parameters|headers|levels|statuses|states|modes|scopes|operators|operations|tabs|panels|colors|sizes|shards|partitions|slots|workers|servers|nodes|hosts|brokers|regions|zones|backends|drivers|transports|loggers|targets|formatters|validations|validators?s|constraints|conditions|clauses|filters|sorts|primaryKeys|indexes|indices|keysToOmit|whitelist|blacklist|allowlist|denylist|config|configs|configurations|integrations|connectors|templates|metrics|dimensions|aggregations|buckets|tags|labels|months|weeks|days|hours|quarters|intervals|countries|currencies|categories|collections|blocks|entrypoints|presets|choices|tools|commands|actions|triggers|limits|plans|tiers|tests)$/i;

/** Whether `users` or `userRows` names what data brings in any number, by its last word. */
export function sizeOfName(name: string): Size {
  if (/^[A-Z][A-Z0-9_]+$/.test(name)) return 'small';
  if (smallNouns.test(name)) return 'small';
  const owner = /^(\w+?)(?:Ids|IDs|_ids|Uuids)$/.exec(name)?.[1];
  if (owner) return sizeOfName(pluralOf(owner));
  const last = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[\s_$#]+/)
    .filter(Boolean)
    .at(-1)
    ?.toLowerCase();
  return last !== undefined && dataNouns.has(last) ? 'data' : 'unknown';
}

const sameSize =
  /^(?:filter|map|sort|reverse|toSorted|toReversed|slice|flat|flatMap|concat|entries|keys|values|toArray|lean|exec|all|compact|uniq|uniqBy|sortBy|orderBy|orderByDesc|then|catch)$/;
const readManyCall =
  /^(?:find(?:All|Many|AndCountAll|By\w*)?|getAll\w*|listAll\w*|findAll\w*|fetchAll\w*|loadAll\w*|getMany|getRawMany|aggregate|scan|hgetall|smembers|keys|lrange|zrange|query|\$queryRaw|\$queryRawUnsafe|selectFrom|readdir)$/;
const cap =
  /\b(?:limit|take|first|pageSize|perPage|maxResults|top|batchSize|count)\s*:\s*(?:\d{1,3}\b|[A-Z][A-Z0-9_]*\b|\w*(?:[bB]atch|BATCH|[pP]age|PAGE)\w*)|\.(?:limit|take)\(/;

/** `entity` → `entities`, `user` → `users`: what a list of them would be called. */
export function pluralOf(name: string): string {
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : /(?:s|x|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}

/** Judges the collection that an expression gives. */
export function sizeOf(expression: ts.Expression, file: FileContext): Size {
  return judge(expression, file, 0);
}

/** One part that data brings is enough; all must be small. */
function join(parts: readonly Size[]): Size {
  if (parts.includes('data')) return 'data';
  return parts.every((part) => part === 'small') ? 'small' : 'unknown';
}

function judge(expression: ts.Expression, file: FileContext, depth: number): Size {
  if (depth > 6) return 'unknown';
  const value = skipAwait(expression);
  if (ts.isArrayLiteralExpression(value)) {
    return join(value.elements.map((e) => (ts.isSpreadElement(e) ? judge(e.expression, file, depth + 1) : 'small')));
  }
  if (ts.isObjectLiteralExpression(value)) {
    return join(
      value.properties.map((p) => (ts.isSpreadAssignment(p) ? judge(p.expression, file, depth + 1) : 'small')),
    );
  }
  if (ts.isBinaryExpression(value)) {
    const { kind } = value.operatorToken;
    const isChoice = kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken;
    return isChoice
      ? judge(value.left, file, depth + 1)
      : isAssignment(value)
        ? judge(value.right, file, depth + 1)
        : 'unknown';
  }
  if (ts.isConditionalExpression(value)) {
    return join([judge(value.whenTrue, file, depth + 1), judge(value.whenFalse, file, depth + 1)]);
  }
  if (ts.isStringLiteralLike(value) || ts.isTemplateExpression(value)) return 'small';
  if (ts.isNewExpression(value)) return value.arguments?.[0] ? judge(value.arguments[0], file, depth + 1) : 'unknown';
  if (ts.isCallExpression(value)) return judgeCall(value, file, depth);
  if (ts.isIdentifier(value)) return judgeIdentifier(value, file, depth);
  return judgeMember(value, file);
}

function judgeCall(call: ts.CallExpression, file: FileContext, depth: number): Size {
  const target = findMethodCall(call);
  const name = target?.method ?? (ts.isIdentifier(call.expression) ? call.expression.text : '');
  const first = call.arguments[0];
  if (target && ts.isIdentifier(target.receiver) && !file.bindingOf(target.receiver)) {
    const holder = target.receiver.text;
    if (holder === 'Object') return first ? sizeOfObject(first, file, depth) : 'unknown';
    if (holder === 'Array') return name === 'from' && first ? judge(first, file, depth + 1) : 'small';
    if (holder === 'Promise') return first ? judge(first, file, depth + 1) : 'unknown';
    if (holder === 'JSON') return name === 'parse' && first && isIncoming(first) ? 'data' : 'unknown';
  }
  if (target?.method === 'slice' || target?.method === 'splice') {
    const end = call.arguments[1];
    if (end && (ts.isNumericLiteral(end) || findMemberPath(end)?.some((part) => /max|limit|size/i.test(part))))
      return 'small';
  }
  if (target && /^(?:split|match|matchAll|chunk)$/.test(target.method)) return 'unknown';
  if (readManyCall.test(name) && ts.isAwaitExpression(call.parent)) {
    if (cap.test(call.getText(file.source))) return 'unknown';
    const noun = name.replace(/^(?:get|list|find|fetch|load)All(?=[A-Z])/, '');
    if (noun !== name && !/^(?:By|For|With|In|AndCount)/.test(noun)) return sizeOfName(noun);
    const holder = target && receiverName(target.receiver);
    return holder && sizeOfName(holder) === 'small' ? 'unknown' : 'data';
  }
  if (target && sameSize.test(target.method)) return judge(target.receiver, file, depth + 1);
  const noun = name.replace(/^(?:get|list|find|fetch|load|read|query|parse)(?:All)?(?=[A-Z])/, '');
  return noun !== name ? sizeOfName(noun) : 'unknown';
}

/** `roleStore` → `roles`, `Role` → `Roles`: what is asked for. */
function receiverName(receiver: ts.Expression): string | undefined {
  const name = findMemberPath(receiver)?.at(-1) ?? '';
  const noun = name.replace(/(?:Model|Store|Repository|Repo|Service|Dao)$/, '');
  return noun !== name || /^[A-Z][a-z]/.test(name) ? pluralOf(noun) : undefined;
}

/** Keys of records are fields: few, unless the record is filled by data. */
function sizeOfObject(object: ts.Expression, file: FileContext, depth: number): Size {
  const value = skipAwait(object);
  if (!ts.isIdentifier(value)) return judge(value, file, depth + 1) === 'small' ? 'small' : 'unknown';
  const binding = file.bindingOf(value);
  const growth = binding && findGrowth(binding, file);
  if (growth) return growth.over ? judge(growth.over, file, depth + 2) : 'unknown';
  return /(?:records|ById|ByKey|Map)$/.test(value.text) || sizeOfName(value.text) === 'data' ? 'data' : 'unknown';
}

function judgeIdentifier(identifier: ts.Identifier, file: FileContext, depth: number): Size {
  const { text } = identifier;
  if (/^[A-Z][A-Z0-9_]+$/.test(text)) return 'small';
  const binding = file.bindingOf(identifier);
  if (!binding) return 'unknown';
  const { declaration, kind } = binding;
  if (isCapped(binding, file)) return 'small';
  if (kind === 'import') return 'unknown';
  if (ts.isParameter(declaration)) {
    const type = declaration.type;
    if (type && (ts.isTupleTypeNode(type) || ts.isLiteralTypeNode(type) || type.kind === ts.SyntaxKind.StringKeyword))
      return 'small';
    return sizeOfName(text);
  }
  if (ts.isBindingElement(declaration)) {
    const holder = declaration.parent.parent;
    const name = declaration.propertyName ?? declaration.name;
    if (!ts.isIdentifier(name) || sizeOfName(name.text) === 'small') return 'small';
    if (ts.isVariableDeclaration(holder) && holder.initializer) {
      const isPart =
        isIncoming(holder.initializer) ||
        (/^(?:rows|docs)$/.test(name.text) && /await/.test(holder.initializer.getText(file.source).slice(0, 8)));
      if (isPart) return 'data';
    }
    return sizeOfName(text);
  }
  if (!ts.isVariableDeclaration(declaration)) return 'unknown';
  if (ts.isForOfStatement(declaration.parent.parent) || ts.isForInStatement(declaration.parent.parent)) {
    return sizeOfName(text);
  }
  const values = [
    declaration.initializer,
    ...binding.writes.map((w) => (isAssignment(w.parent) ? w.parent.right : undefined)),
  ]
    .filter((v) => v !== undefined)
    .slice(0, 8);
  const filled = values.filter((v) => !isEmptyArray(v));
  const parts = filled.map((v) => judge(v, file, depth + 1));
  const growth = findGrowth(binding, file);
  if (growth) {
    const grown = growth.over ? judge(growth.over, file, depth + 2) : 'unknown';
    return grown === 'small' ? join(parts) : grown === 'unknown' ? sizeOfName(text) : 'data';
  }
  if (parts.length === 0)
    return values.length > 0 && binding.references.some((r) => findAdd(r)) ? sizeOfName(text) : 'unknown';
  const all = join(parts);
  return all !== 'unknown' || isRead(declaration.initializer) ? all : sizeOfName(text);
}

function isEmptyArray(value: ts.Expression): boolean {
  const made = skipAwait(value);
  return ts.isArrayLiteralExpression(made) && made.elements.length === 0;
}

/** A capped page or batch whose name alone sounds like more. */
function isRead(value: ts.Expression | undefined): boolean {
  const call = value && skipAwait(value);
  return !!call && ts.isCallExpression(call) && cap.test(call.getText());
}

/** `if (users.length > maxUsers) throw …`: what follows has a limit. */
function isCapped(binding: Binding, file: FileContext): boolean {
  return binding.references.some((reference) => {
    const access = reference.parent;
    if (findMemberName(access) !== 'length' || !ts.isBinaryExpression(access.parent)) return false;
    const { left, operatorToken, right, parent } = access.parent;
    const isUpper =
      operatorToken.kind === ts.SyntaxKind.GreaterThanToken ||
      operatorToken.kind === ts.SyntaxKind.GreaterThanEqualsToken;
    if (left !== access || !isUpper || !ts.isIfStatement(parent)) return false;
    const limit = right.getText(file.source);
    return (
      (Number(limit) > 1 && Number(limit) <= 200) ||
      (/max|limit/i.test(limit) && /throw|return/.test(parent.thenStatement.getText(file.source)))
    );
  });
}

/** `req.body`, `ctx.request.body`, `event.Records`: what comes from outside, whole. */
function isIncoming(expression: ts.Expression): boolean {
  const path = findMemberPath(skipAwait(expression));
  return !!path && path.length > 1 && /^(?:body|payload|Records|rawBody)$/.test(path.at(-1)!);
}

function judgeMember(value: ts.Expression, file: FileContext): Size {
  const name = findMemberName(value);
  if (name === undefined) return 'unknown';
  const path = findMemberPath(value);
  if (path?.some((part) => /^(?:config|options|opts|settings|env|constants|meta|metadata|schema)$/i.test(part)))
    return 'small';
  if (isIncoming(value)) return 'data';
  const holder = (value as ts.PropertyAccessExpression).expression;
  const origin = findOrigin(holder, file);
  if (origin && /^(?:path|os|process)$/.test(bareModule(origin.module))) return 'small';
  if (path?.includes('body') && sizeOfName(name) !== 'small') return 'data';
  return sizeOfName(name);
}
