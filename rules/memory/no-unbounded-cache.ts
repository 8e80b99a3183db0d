import { type Add, type Growth, growthOf, type Removal } from '../../src/ast/container-growth.ts';
import { type Container, containerOfField, containerOfVariable } from '../../src/ast/containers.ts';
import { keyDomain } from '../../src/ast/key-domain.ts';
import { isBoundedKeyType } from '../../src/ast/key-type.ts';
import { isGivenByFactory, lifetimeOf, listOwnerConditions } from '../../src/ast/lifetime.ts';
import { bareModule, findOrigin } from '../../src/ast/provenance.ts';
import { isLibrary, isPublicApi } from '../../src/ast/public-api.ts';
import { repeatsItself } from '../../src/ast/self-repeating.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findPropertyName,
  nameOfFunction,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { hasTooling } from '../../src/ast/tooling.ts';
import { listLiveAdds, listLiveRemovals, listNotTrimmedElsewhere } from '../../src/ast/trimming.ts';
import { ts } from '../../src/ast/ts.ts';
import { runsRepeatedly } from '../../src/ast/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { LinkCondition } from '../../src/model/link.ts';
import type { Match } from '../../src/model/rule.ts';

export interface UnboundedCache {
  container: Container | undefined;
  growth: Growth | undefined;
  /** Every entry can be made again from its key: a get-or-compute. */
  isRecomputable: boolean;
}

const registering =
  /^_*(?:register|define|declare|install|mount|provide|extend|use|bind|inject|configure|init(?:ialize)?|setup|boot|bootstrap|load(?:All|Plugins|Config|Schema|Models|Modules)?|constructor|addPlugin|addHandler|addRoute|addCommand|addMiddleware|addHook|addRule|addModel|addType|addSchema|addField|addProvider|addModule|addService|addListener|addEventListener|on|once|subscribe|decorate|createModel|reg)(?:[A-Z_]\w*)?$/;
const onceName =
  /warn|deprecat|notified|logged|reported|seen(?:Warning|Error)s?|emittedOnce|registered|registry|plugins|handlers|commands|middlewares?|hooks|adapters|providers|strategies|factories|metadata|models|schemas|listeners|repositories|subscri(?:bers|ptions)|symbols|types|injectors?|singletons?|routes$|failures?$|health|breakers?$|backoff|upstreams?$|endpoints?$/i;
const cacheName = /cache|memo|lookup/i;

export const rule = defineRule<UnboundedCache>({
  id: 'no-unbounded-cache',
  category: 'memory',
  severity: 'high',
  confidence: 'likely',
  lifecycle: 'trial',
  message: '`{name}` gets an entry for every new {key} and {trim}: it grows for as long as the process lives.',
  why: 'Memory grows with the number of different keys ever seen (requests, users, messages), not with the load of the moment. Garbage collection takes longer and longer, and in the end the process dies.',
  advice:
    'Give it a limit: a cache with `max` (and a `ttl`) where entries can be computed again; where they cannot, delete each entry when what it stands for ends.',
  limits: [
    'Whether keys are few is judged by types, constants and names: a bounded set of keys with a name such as `id` is a false alarm.',
    'Instances of classes whose life the project does not show are left alone.',
    'A removal by key in another function counts as one for every entry, unless the container is a cache.',
  ],
  mentions: ['Map', 'Set', '{}', 'Object.create', 'dataloader'],
  visit: {
    VariableDeclaration(node, file) {
      if (!node.initializer || isSilent(file)) return undefined;
      const container = containerOfVariable(node, file);
      return container && judge(container, file);
    },
    PropertyDeclaration(node, file) {
      if (!node.initializer || isSilent(file)) return undefined;
      const container = containerOfField(node, file);
      return container && judge(container, file);
    },
    BinaryExpression(node, file) {
      if (node.operatorToken.kind !== ts.SyntaxKind.EqualsToken || isSilent(file)) return undefined;
      const container = containerOfField(node, file);
      return container && judge(container, file);
    },
    NewExpression(node, file) {
      return isSilent(file) ? undefined : judgeDataLoader(node, file);
    },
  },
});

const silentRoles = new Set(['test', 'script', 'migration', 'config', 'example', 'ui']);

function isSilent(file: FileContext): boolean {
  return silentRoles.has(file.role) || hasTooling(file);
}

function judge(container: Container, file: FileContext): Match<UnboundedCache> | undefined {
  if (container.kind === 'array' || container.accesses.length === 0) return undefined;
  if (onceName.test(container.name) && !cacheName.test(container.name)) return undefined;
  if (isBoundedKeyType(container.type, container.value, file)) return undefined;
  const growth = growthOf(container, file);
  if (growth.adds.length === 0 || growth.sizeChecks.length > 0) return undefined;
  if (growth.escapes.some(({ kind }) => kind === 'stored')) return undefined;
  const adds = listLiveAdds(container, growth).filter((add) => isGrowing(add, file) && !refusesDuplicates(add, growth));
  const add = adds[0];
  if (!add) return undefined;
  const removals = listLiveRemovals(growth, file);
  if (removals.some(({ kind }) => kind !== 'keyed')) return undefined;
  const isCache = isMemo(add, container, growth, file);
  if (removals.length > 0 && !(isCache && removals.every((removal) => isInvalidation(removal, add, container, file))))
    return undefined;
  if (growth.escapes.some(({ kind }) => kind === 'argument') && !isCache) return undefined;
  const lifetime = lifetimeOf(container, adds, file);
  if (lifetime === 'short') return undefined;
  const conditions: LinkCondition[] = [...listOwnerConditions(container, file), ...listNotTrimmedElsewhere(container)];
  const repeated = runsRepeatedly(add.node, file);
  const isOffered = isCache && isAsked(add, growth, file) && isPublicApi(add.fn, file);
  if (!repeatsItself(add.node, file) && !isGivenByFactory(container, add, file))
    conditions.push(isOffered ? { kind: 'any', of: [repeated, isLibrary] } : repeated);
  const trim =
    growth.removals.length === 0
      ? 'never loses one'
      : removals.length === 0
        ? 'loses them only when its owner ends'
        : 'loses one only when that very key is asked to go';
  return {
    at: container.at,
    related: [{ at: add.node, note: 'an entry is added here' }],
    values: { name: nameOf(container), key: describeKey(add.key!, file), trim },
    ...(lifetime === 'unknown' && { confidence: 'possible' as const }),
    when: { kind: 'all', of: conditions },
    data: { container, growth, isRecomputable: isCache && !adds.some((one) => holdsState(one, container, file)) },
  };
}

function isGrowing(add: Add, file: FileContext): boolean {
  if (!add.key || !add.fn) return false;
  if (isRegistering(add.fn) || isGuarded(add, file)) return false;
  return keyDomain(add.key, file) === 'data' && !isChecked(add, file);
}

function isRegistering(fn: FunctionNode): boolean {
  for (let at: FunctionNode | undefined = fn; at; at = findEnclosingFunction(at)) {
    if (registering.test(nameOfFunction(at))) return true;
  }
  return false;
}

/** `if (count <= 100) cache.set(count, …)`: only keys below a limit get in. */
function isGuarded(add: Add, file: FileContext): boolean {
  const key = add.key!.getText(file.source);
  for (let at: ts.Node = add.node; at.parent && at !== add.fn; at = at.parent) {
    const { parent } = at;
    if (!ts.isIfStatement(parent) || parent.thenStatement !== at || !ts.isBinaryExpression(parent.expression)) continue;
    const { left, operatorToken } = parent.expression;
    const isBelow =
      operatorToken.kind === ts.SyntaxKind.LessThanToken || operatorToken.kind === ts.SyntaxKind.LessThanEqualsToken;
    if (isBelow && left.getText(file.source).replace(/\.length$/, '') === key)
      return !left.getText(file.source).endsWith('.length');
  }
  return false;
}

const stateName =
  /mutex|lock|semaphore|session|socket|connection|client|emitter|listener|subscription|stream|limiter|worker|watcher|pool|transport|controller|queue|handle|timer|timeout|interval|abort|peer|room|game|player|channel|browser|process|instance/i;

/** What the entries hold would be lost: a lock, a connection, a count, a running timer. */
function holdsState(add: Add, container: Container, file: FileContext): boolean {
  if (stateName.test(container.name) && !cacheName.test(container.name)) return true;
  let value = add.value && skipWrappers(add.value);
  if (value && ts.isIdentifier(value)) {
    const binding = file.bindingOf(value);
    const declaration = binding?.declaration;
    if (declaration && ts.isVariableDeclaration(declaration) && declaration.initializer)
      value = skipWrappers(declaration.initializer);
    const written = binding?.writes.map((write) => write.parent).find((parent) => ts.isBinaryExpression(parent));
    if (written && ts.isBinaryExpression(written) && isMadeAnew(written.right)) value = skipWrappers(written.right);
  }
  if (!value) return true;
  const text = value.getText(file.source);
  if (/\bset(?:Timeout|Interval)\(/.test(text) || (isMadeAnew(value) && !cacheName.test(container.name))) return true;
  if (stateName.test(text.slice(0, 60)) && ts.isCallExpression(value)) return true;
  // A count or a list that grows from what was there before.
  const { pos, end } = value;
  return ts.isBinaryExpression(value) && container.accesses.some((access) => access.pos >= pos && access.end <= end);
}

function isMadeAnew(value: ts.Expression): boolean {
  const made = skipWrappers(value);
  return (
    ts.isNewExpression(made) &&
    !(ts.isIdentifier(made.expression) && /^(?:Date|Map|Set|RegExp|URL|Array)$/.test(made.expression.text))
  );
}

/** A get-or-compute: the same function asks for the key first, or the container says that it is a cache. */
function isMemo(add: Add, container: Container, growth: Growth, file: FileContext): boolean {
  if (container.kind === 'set') return false;
  const owner = container.home.kind === 'field' ? container.home.shape.name : '';
  return (isAsked(add, growth, file) && !isCounter(add)) || cacheName.test(container.name) || /Cache|Memo/.test(owner);
}

const invalidating =
  /^_*(?:invalidate|delete|remove|set|put|bust|forget|expire|evict|del|purge|update|refresh|save|store|write|get|has|peek|find|fetch|load|read|drop|clear)/i;
const expiring = /expire|ttl|fetched|cachedAt|timestamp|maxAge|stale|Date\.now|createdAt|loadedAt/i;

/** Removing one entry because it is out of date bounds nothing: those that nobody asks for again stay. */
function isInvalidation(removal: Removal, add: Add, container: Container, file: FileContext): boolean {
  if (!removal.fn || !invalidating.test(nameOfFunction(removal.fn))) return false;
  if (/invalidate|bust|forget|expire|purge|evict|refresh/i.test(nameOfFunction(removal.fn))) return true;
  if (removal.fn === add.fn) return true;
  const owner = container.home.kind === 'field' ? container.home.shape.name : '';
  return (
    cacheName.test(container.name) || /Cache|Memo/.test(owner) || expiring.test(add.value?.getText(file.source) ?? '')
  );
}

/** Whether the function that adds an entry looks for it first. */
function isAsked(add: Add, growth: Growth, file: FileContext): boolean {
  const key = add.key!.getText(file.source);
  return growth.reads.some(
    (read) => read.fn === add.fn && read.node.pos < add.node.pos && read.key?.getText(file.source) === key,
  );
}

/** `if (known.has(id)) throw …`: a registry that takes each name once. */
function refusesDuplicates(add: Add, growth: Growth): boolean {
  return growth.reads.some(({ node, fn }) => {
    if (fn !== add.fn || node.pos > add.node.pos) return false;
    for (let at: ts.Node = node; at.parent && at !== fn; at = at.parent) {
      if (ts.isIfStatement(at.parent) && at.parent.expression === at) {
        const then = at.parent.thenStatement;
        const first = ts.isBlock(then) ? then.statements.find((s) => ts.isThrowStatement(s)) : then;
        return first !== undefined && ts.isThrowStatement(first);
      }
    }
    return false;
  });
}

/** The function checks the key against a list of what is allowed: `if (!KINDS.includes(kind)) return`. */
function isChecked(add: Add, file: FileContext): boolean {
  const key = add.key!.getText(file.source);
  const text = add.fn!.getText(file.source);
  return (
    new RegExp(
      `\\b(?:[A-Z][A-Z0-9_]+|Object\\.(?:values|keys)\\([^)]*\\)|\\w*(?:[aA]llowed|[sS]upported|[vV]alid|[kK]nown)\\w*)\\.(?:includes|has|indexOf)\\(\\s*(?:\\w+\\.)*${key.replace(/[^\w]/g, '\\$&')}`,
    ).test(text) || /Object\.(?:values|keys)\([^)]*\)\.includes\(/.test(text)
  );
}

/** `counts[k] = (counts[k] ?? 0) + 1`: what was there before goes into what is there now. */
function isCounter(add: Add): boolean {
  return add.value === undefined;
}

function nameOf(container: Container): string {
  return container.home.kind === 'field' ? `this.${container.name}` : container.name;
}

function describeKey(key: ts.Expression, file: FileContext): string {
  const text = key.getText(file.source).replace(/\s+/g, ' ');
  return text.length > 40 || text.includes('`') ? 'key' : `\`${text}\``;
}

/** A DataLoader keeps every key it has loaded: made for one request, not for the process. */
function judgeDataLoader(node: ts.NewExpression, file: FileContext): Match<UnboundedCache> | undefined {
  const origin = findOrigin(node.expression, file);
  if (!origin || bareModule(origin.module) !== 'dataloader') return undefined;
  const fn = findEnclosingFunction(node);
  if (fn || isInInstanceField(node)) return undefined;
  const options = node.arguments?.[1];
  if (options && !ts.isObjectLiteralExpression(options)) return undefined;
  const names = options?.properties.map((p) => findPropertyName(p.name));
  if (names?.some((name) => name === undefined || name === 'cache' || name === 'cacheMap')) return undefined;
  const holder = node.parent;
  const name = ts.isVariableDeclaration(holder) ? holder.name.getText(file.source) : 'This DataLoader';
  return {
    at: node,
    values: { name, key: 'key it loads', trim: 'keeps it' },
    data: { container: undefined, growth: undefined, isRecomputable: true },
  };
}

function isInInstanceField(node: ts.Node): boolean {
  for (let at = node.parent; at; at = at.parent) {
    if (ts.isPropertyDeclaration(at)) return !at.modifiers?.some((m) => m.kind === ts.SyntaxKind.StaticKeyword);
  }
  return false;
}
