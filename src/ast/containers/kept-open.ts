import type { FileContext } from '../../model/file-context.ts';
import { runsAtEnd } from '../life/trimming.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  isFunctionNode,
  isWithin,
  rootOf,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import type { Add } from './container-growth.ts';
import type { Container } from './containers.ts';
import { isAddressKey } from './passing-key.ts';

const closing = /^(?:close|destroy|end|quit|disconnect|terminate|shutdown|dispose)$/;

/** Whether a table keeps something open for each address that was ever asked for, which only the end of its owner closes. */
export function isKeptOpen(add: Add, container: Container, file: FileContext): boolean {
  return (
    add.key !== undefined && isAddressKey(add.key, file) && container.accesses.some((use) => isClosedAtEnd(use, file))
  );
}

/** `for (const pool of this.pools.values()) pool.close()` in `close()`. */
function isClosedAtEnd(use: ts.Expression, file: FileContext): boolean {
  const fn = findEnclosingFunction(use);
  const walk = fn && runsAtEnd(fn, file) ? findWalk(use, fn) : undefined;
  if (!walk) return false;
  return listNodesWithin('CallExpression', walk.body, file).some((call) => {
    const target = findMethodCall(call);
    const root = target && closing.test(target.method) ? rootOf(target.receiver) : undefined;
    const declaration = root && ts.isIdentifier(root) ? file.bindingOf(root)?.declaration : undefined;
    return declaration !== undefined && isWithin(declaration, walk.item);
  });
}

/** What a loop or a callback over the table does with each item. */
function findWalk(use: ts.Expression, fn: FunctionNode): { item: ts.Node; body: ts.Node } | undefined {
  for (let at: ts.Node = use; at.parent && at !== fn; at = at.parent) {
    const { parent } = at;
    if (ts.isForOfStatement(parent) && parent.expression === at)
      return { item: parent.initializer, body: parent.statement };
    const target = findMethodCall(parent);
    const step = target && /^(?:forEach|map)$/.test(target.method) ? target.call.arguments[0] : undefined;
    const each = step && skipWrappers(step);
    if (each && isFunctionNode(each) && each.body && isWithin(use, target!.receiver)) {
      const [item] = each.parameters;
      return item && { item, body: each.body };
    }
  }
  return undefined;
}
