import type { FileContext } from '../../model/file-context.ts';
import {
  type FunctionNode,
  findEnclosingBlock,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  findStringValue,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';

const runner =
  /^(?:\$?transaction|(?:with|in|run|runIn|runWith|within|wrapIn|executeIn|doIn)Transaction|transactional|withTx|runInTx|tx|txIf)$/;
const iteration = /^(?:map|forEach|flatMap|filter|reduce|mapLimit)$/;

/** Whether a node stands inside the callback of a transaction (`$transaction(async (tx) => …)`, `sequelize.transaction(…)`). */
export function findTransactionAround(node: ts.Node): ts.CallExpression | undefined {
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) {
    if (!ts.isArrowFunction(at) && !ts.isFunctionExpression(at)) continue;
    const { parent } = at;
    if (!ts.isCallExpression(parent)) return undefined;
    const callee = skipWrappers(parent.expression);
    const name = findMemberName(callee) ?? (ts.isIdentifier(callee) ? callee.text : '');
    if (runner.test(name) || (isBuiltRunner(name, callee) && isHandedOne(at))) return parent;
    // What other callees do with a function (after commit, later) is not known; iterations run it here.
    if (!iteration.test(name)) return undefined;
  }
  return undefined;
}

/** `db.transaction().execute(async (trx) => …)` of Kysely, `sql.begin(async (sql) => …)` of postgres.js. */
function isBuiltRunner(name: string, callee: ts.Expression): boolean {
  if (name === 'begin') return true;
  if (name !== 'execute') return false;
  for (let at = findReceiver(callee); at; at = findReceiver(at)) {
    if (ts.isCallExpression(at) && findMethodCall(at)?.method === 'transaction') return true;
    if (ts.isCallExpression(at)) at = skipWrappers(at.expression);
  }
  return false;
}

function findReceiver(node: ts.Expression): ts.Expression | undefined {
  return ts.isPropertyAccessExpression(node) ? skipWrappers(node.expression) : undefined;
}

function isHandedOne(fn: ts.ArrowFunction | ts.FunctionExpression): boolean {
  return fn.parameters.length > 0;
}

/**
 * What holds a transaction open around a node, whichever way it was begun: a callback, `@Transactional()` on its method, or
 * its function, which begins one ahead of the node and commits it behind.
 */
export function findHeldTransaction(node: ts.Node, file: FileContext): ts.Node | undefined {
  const around = findTransactionAround(node);
  if (around) return around;
  let fn = findEnclosingFunction(node);
  while (fn && isIterated(fn)) fn = findEnclosingFunction(fn);
  if (!fn) return undefined;
  return isBegunAround(node, fn, file) || isDecorated(fn, file) ? fn : undefined;
}

/** `rows.map(async (row) => …)`: run where it stands. */
function isIterated(fn: FunctionNode): boolean {
  const call = getOutermostWrapped(fn).parent;
  return ts.isCallExpression(call) && iteration.test(findMethodCall(call)?.method ?? '');
}

/** `@Transactional() async pay()`: of MikroORM, typeorm-transactional, nestjs-cls. */
function isDecorated(fn: FunctionNode, file: FileContext): boolean {
  if (!ts.isMethodDeclaration(fn)) return false;
  return (ts.getDecorators(fn) ?? []).some(({ expression }) => {
    const text = expression.getText(file.source);
    return /^Transactional\b/.test(text) && !/\b(?:NEVER|NOT_SUPPORTED|NotSupported|Never)\b/.test(text);
  });
}

/** A call that begins or ends a transaction, and what it is the transaction of: `client`, `t`. */
interface Mark {
  call: ts.CallExpression;
  kind: 'begin' | 'commit' | 'end';
  of: string;
}

function isBegunAround(node: ts.Node, fn: FunctionNode, file: FileContext): boolean {
  const marks = file.memo(listMarks, fn);
  return marks.some(
    ({ call, kind, of }) =>
      kind === 'begin' &&
      call.end <= node.pos &&
      isWithin(node, blockOf(call)) &&
      marks.some((mark) => mark.kind === 'commit' && mark.of === of && mark.call.pos >= node.end) &&
      !marks.some(
        (mark) =>
          mark.kind !== 'begin' &&
          mark.of === of &&
          mark.call.pos > call.end &&
          mark.call.end <= node.pos &&
          isWithin(node, blockOf(mark.call)),
      ),
  );
}

/** The block that goes on where the statement of a call ends. */
function blockOf(call: ts.Node): ts.Node {
  return findEnclosingBlock(call) ?? call;
}

function listMarks(fn: FunctionNode, file: FileContext): readonly Mark[] {
  const marks = listNodesWithin('CallExpression', fn, file).flatMap((call) =>
    findEnclosingFunction(call) === fn ? (markOf(call, file) ?? []) : [],
  );
  return marks.some(({ kind }) => kind === 'begin') && marks.some(({ kind }) => kind === 'commit') ? marks : [];
}

function markOf(call: ts.CallExpression, file: FileContext): Mark | undefined {
  const target = findMethodCall(call);
  if (!target) return undefined;
  const of = target.receiver.getText(file.source);
  switch (target.method) {
    case 'transaction': {
      if (call.arguments.some((given) => isFunctionNode(skipWrappers(given)))) return undefined;
      const name = heldName(call, file);
      return name === undefined ? undefined : { call, kind: 'begin', of: name };
    }
    case 'begin':
    case 'startTransaction':
    case 'beginTransaction':
      return call.arguments.some((given) => isFunctionNode(skipWrappers(given)))
        ? undefined
        : { call, kind: 'begin', of };
    case 'commit':
    case 'commitTransaction':
      return { call, kind: 'commit', of };
    case 'rollback':
    case 'rollbackTransaction':
    case 'abortTransaction':
    case 'release':
      return { call, kind: 'end', of };
    case 'query':
    case 'execute':
    case 'queryRaw':
    case 'raw':
      return ofStatement(call, of);
    default:
      return undefined;
  }
}

/** `client.query('BEGIN')`. */
function ofStatement(call: ts.CallExpression, of: string): Mark | undefined {
  const text = findStringValue(call.arguments[0])?.trim() ?? '';
  if (/^(?:begin|start\s+transaction)\b/i.test(text)) return { call, kind: 'begin', of };
  if (/^commit\b/i.test(text)) return { call, kind: 'commit', of };
  return /^rollback(?!\s+to\b)/i.test(text) ? { call, kind: 'end', of } : undefined;
}

/** `const t = await sequelize.transaction()`: `t`. */
function heldName(call: ts.CallExpression, file: FileContext): string | undefined {
  const awaited = getOutermostWrapped(call).parent;
  const value = ts.isAwaitExpression(awaited) ? getOutermostWrapped(awaited) : undefined;
  const holder = value?.parent;
  if (!value || !holder) return undefined;
  if (ts.isVariableDeclaration(holder)) return holder.name.getText(file.source);
  return isAssignment(holder) && holder.right === value ? holder.left.getText(file.source) : undefined;
}
