import type { FileContext } from '../model/file-context.ts';
import type { NodeByKind, NodeKind } from '../model/rule.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  type Invocation,
  isFunctionNode,
  isWithin,
} from './syntax.ts';
import { ts } from './ts.ts';

/** The nodes of a kind that stand in another node, itself among them, in source order. O(log nodes of the kind + found). */
export function listNodesWithin<K extends NodeKind>(
  kind: K,
  around: ts.Node,
  file: FileContext,
): readonly NodeByKind[K][] {
  const nodes = file.nodes(kind);
  const found: NodeByKind[K][] = [];
  for (let i = findFirstAt(nodes, around.pos); i < nodes.length && nodes[i]!.pos < around.end; i++)
    if (isWithin(nodes[i]!, around)) found.push(nodes[i]!);
  return found;
}

/** The calls and the templates with a tag that stand in a node, in source order of each. */
export function listInvocations(around: ts.Node, file: FileContext): readonly Invocation[] {
  const templates = listNodesWithin('TaggedTemplateExpression', around, file);
  const calls = listNodesWithin('CallExpression', around, file);
  return templates.length > 0 ? [...calls, ...templates] : calls;
}

/** Those of {@link listInvocations} in a part of a function that stand in no function inside of it. O(those of the function). */
export function listOwnInvocations(fn: FunctionNode, part: ts.Node, file: FileContext): readonly Invocation[] {
  const own = file.memo(groupInvocations, file.source).get(fn) ?? [];
  return own.filter((call) => isWithin(call, part));
}

function groupInvocations(source: ts.SourceFile, file: FileContext): ReadonlyMap<FunctionNode, readonly Invocation[]> {
  const groups = new Map<FunctionNode, Invocation[]>();
  for (const call of listInvocations(source, file)) {
    const fn = findEnclosingFunction(call);
    const group = fn && groups.get(fn);
    if (group) group.push(call);
    else if (fn) groups.set(fn, [call]);
  }
  return groups;
}

/** Index of the first node that begins at `pos` or behind it. */
function findFirstAt(nodes: readonly ts.Node[], pos: number): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (nodes[middle]!.pos < pos) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a part of `node` that runs with it passes a test; what functions inside do, does not count. */
export function contains(node: ts.Node, test: (node: ts.Node) => boolean): boolean {
  let found = false;
  const visit = (at: ts.Node): void => {
    if (found || (isFunctionNode(at) && at !== node)) return;
    if (test(at)) found = true;
    else ts.forEachChild(at, visit);
  };
  ts.forEachChild(node, visit);
  return found;
}

/** Every call of a method of this name in the file, in source order. */
export function listMethodCalls(method: string, file: FileContext): readonly ts.CallExpression[] {
  return file.memo(collectMethodCalls, file.source).get(method) ?? [];
}

function collectMethodCalls(_: ts.SourceFile, file: FileContext): Map<string, ts.CallExpression[]> {
  return groupBy(file.nodes('CallExpression'), (call) => findMethodCall(call)?.method);
}

/** Every `….name` of the file, in source order. */
export function listAccessesOf(name: string, file: FileContext): readonly ts.PropertyAccessExpression[] {
  return file.memo(collectAccesses, file.source).get(name) ?? [];
}

function collectAccesses(_: ts.SourceFile, file: FileContext): Map<string, ts.PropertyAccessExpression[]> {
  const accesses = file.nodesOfKind(ts.SyntaxKind.PropertyAccessExpression) as readonly ts.PropertyAccessExpression[];
  return groupBy(accesses, (access) => access.name.text);
}

function groupBy<Node>(nodes: readonly Node[], keyOf: (node: Node) => string | undefined): Map<string, Node[]> {
  const groups = new Map<string, Node[]>();
  for (const node of nodes) {
    const key = keyOf(node);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(node);
    else groups.set(key, [node]);
  }
  return groups;
}
