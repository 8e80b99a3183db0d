import { listPoolFaults } from '../../src/ast/clients/pool-faults.ts';
import { together } from '../../src/ast/mention-words.ts';
import { type ClassShape, classShape } from '../../src/ast/names/class-shape.ts';
import { bareModule, findOrigin } from '../../src/ast/names/provenance.ts';
import {
  type ClassNode,
  calleeName,
  type FunctionNode,
  findMemberName,
  findMemberPath,
  findMethodCall,
  isAssignment,
  isAsync,
  isWithin,
  skipWrappers,
} from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import { listNodesWithin } from '../../src/ast/within.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export interface NaivePool {
  shape: ClassShape;
  acquire: FunctionNode;
  release: FunctionNode;
  /** The field that holds the resources. */
  store: string;
  faults: readonly string[];
}

const acquireName =
  /^(?:acquire|checkout|checkOut|borrow|lease|take|get|obtain|getConnection|acquireConnection|getClient|getFree\w*|getWorker|acquire[A-Z]\w*|borrow[A-Z]\w*)$/;
const releaseName =
  /^(?:release|giveBack|return|put|free|recycle|checkin|checkIn|releaseConnection|release[A-Z]\w*|return[A-Z]\w*|free[A-Z]\w*)$/;
export const rule = defineRule<NaivePool>({
  id: 'no-naive-pool',
  category: 'pooling',
  severity: 'high',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 120,
  message: '`{name}` is a pool written by hand that {faults}.',
  why: 'Under load callers starve or poll: with all connections taken, a scan-and-poll pool reached 0.47–0.73 of a real one’s throughput with five to six times its p99, and a pool without a limit opens connections until the server refuses them.',
  advice:
    'Use the driver’s own pool (pg.Pool, mysql2 createPool, undici, piscina), or a pool with a maximum, a queue of waiters, an acquire timeout and a health check.',
  limits: [
    'Only classes that both lend and take back what they create are looked at: those that search a list of theirs for a free one, and put it back or mark it.',
    'Pools of plain objects or buffers, which lend at once and never wait, are left alone.',
  ],
  mentions: together(['class'], ['release', 'giveBack', 'checkin', 'checkIn', 'recycle']),
  visit: {
    ClassDeclaration: (node, file) => judge(node, file),
    ClassExpression: (node, file) => judge(node, file),
  },
});

function judge(node: ClassNode, file: FileContext): Match<NaivePool> | undefined {
  const shape = classShape(node, file);
  const acquire = findMethod(shape, acquireName);
  const release = findMethod(shape, releaseName);
  if (!acquire || !release || !isAsynchronous(acquire)) return undefined;
  const reachable = listReachable(acquire, shape, file);
  const store = findStore(shape, reachable, file);
  if (store === undefined || !createsResource(reachable, file)) return undefined;
  const releasing = listReachable(release, shape, file);
  if (wrapsLibrary(shape, file) || asksPool(reachable, file) || !takesBack(releasing, file)) return undefined;
  const faults = listPoolFaults({ shape, acquire, reachable, releasing, store }, file);
  if (faults.length === 0) return undefined;
  return {
    at: node.name ?? acquire,
    values: { name: shape.name, faults: sentence(faults) },
    related: [{ at: acquire, note: 'takes a connection out of the pool' }],
    data: { shape, acquire, release, store, faults },
  };
}

function sentence(parts: readonly string[]): string {
  return parts.length === 1 ? parts[0]! : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

function findMethod(shape: ClassShape, pattern: RegExp): FunctionNode | undefined {
  for (const [name, fn] of shape.methods) if (pattern.test(name)) return fn;
  return undefined;
}

function isAsynchronous(fn: FunctionNode): boolean {
  return (
    isAsync(fn) ||
    (fn.type !== undefined && /^Promise\b/.test(fn.type.getText())) ||
    /\bnew Promise\b/.test(fn.body?.getText() ?? '')
  );
}

/** The method and the class's own methods that it calls. */
function listReachable(start: FunctionNode, shape: ClassShape, file: FileContext): FunctionNode[] {
  const found = new Set([start]);
  for (const fn of found) {
    for (const call of listNodesWithin('CallExpression', fn, file)) {
      const target = findMethodCall(call);
      if (target?.receiver.kind !== ts.SyntaxKind.ThisKeyword) continue;
      const callee = shape.methods.get(target.method);
      if (callee) found.add(callee);
    }
  }
  return [...found];
}

/** `this.config.pool.getConnection()`: another pool lends, with limits of its own. */
function asksPool(reachable: readonly FunctionNode[], file: FileContext): boolean {
  return reachable
    .flatMap((fn) => listNodesWithin('CallExpression', fn, file))
    .some((call) => {
      const target = findMethodCall(call);
      const path = target && findMemberPath(target.receiver);
      const isPool = path !== undefined && path.length > 1 && /pool$/i.test(path.at(-1)!);
      return isPool && /^(?:acquire|get|connect|checkout|borrow|lease|obtain|reserve|run|exec)/i.test(target!.method);
    });
}

/** What is given back goes onto a list, is marked free, or is handed to one who waits; a count of uses is no pool. */
function takesBack(releasing: readonly FunctionNode[], file: FileContext): boolean {
  return releasing.some(
    (fn) =>
      listNodesWithin('BinaryExpression', fn, file).some(
        (node) => isAssignment(node) && ts.isPropertyAccessExpression(skipWrappers(node.left)),
      ) ||
      listNodesWithin('CallExpression', fn, file).some((call) =>
        /^(?:push|unshift|add|set|delete|splice|shift|pop|resolve|emit)$/.test(findMethodCall(call)?.method ?? ''),
      ),
  );
}

/** The array, Set or Map field that is searched for a free one, or that one is taken from. */
function findStore(shape: ClassShape, reachable: readonly FunctionNode[], file: FileContext): string | undefined {
  for (const [name, field] of shape.fields) {
    const isContainer = field.values.some((value) => isEmptyContainer(skipWrappers(value), file));
    if (!isContainer) continue;
    const isSearched = field.accesses.some((access) => {
      const member = findMemberName(access.parent);
      return (
        member !== undefined &&
        /^(?:find|findIndex|filter|pop|shift|values|keys|some|splice|at)$/.test(member) &&
        reachable.some((fn) => isWithin(access, fn))
      );
    });
    const isIterated = field.accesses.some(
      (access) => ts.isForOfStatement(access.parent) && reachable.some((fn) => isWithin(access, fn)),
    );
    if (isSearched || isIterated) return name;
  }
  return undefined;
}

function isEmptyContainer(value: ts.Expression, file: FileContext): boolean {
  if (ts.isArrayLiteralExpression(value)) return true;
  if (!ts.isNewExpression(value)) return false;
  const origin = findOrigin(value, file);
  return origin?.module === '' && /^(?:Map|Set|Array)\.new$/.test(origin.path.join('.'));
}

/** An awaited creation: `await this.create()`, `await this.factory.create()`, `await client.connect()`, `new Worker()`. */
function createsResource(reachable: readonly FunctionNode[], file: FileContext): boolean {
  const made = reachable.flatMap((fn) => [
    ...listNodesWithin('CallExpression', fn, file),
    ...listNodesWithin('NewExpression', fn, file),
  ]);
  return made.some((node) => {
    const name = calleeName(node);
    if (ts.isNewExpression(node))
      return /(?:Client|Connection|Worker|Browser|Socket|Session|Database|Page)$/.test(name);
    return (
      /^(?:create|connect|open|make|spawn|launch|build|factory|newConnection|dial)/i.test(name) && name !== 'openSync'
    );
  });
}

/** A thin layer over a real pool is not hand-written. */
function wrapsLibrary(shape: ClassShape, file: FileContext): boolean {
  return [...shape.fields.values()].some((field) =>
    field.values.some((value) => {
      const origin = findOrigin(value, file);
      return (
        origin !== undefined &&
        /^(?:generic-pool|tarn|pg-pool|lightning-pool|piscina|workerpool|tinypool|undici)$/.test(
          bareModule(origin.module),
        )
      );
    }),
  );
}
