import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMethodCall,
  findPropertyName,
  findStringValue,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** A file whose lines are read, and left before the last one. */
export interface LeftReader {
  /** What leaves it: `return` or `break` in its loop, or `reader.close()` at a line. */
  at: ts.Node;
  fn: FunctionNode;
}

/**
 * `for await (const line of createInterface({ input: createReadStream(path) })) return line;`: closing the reader pauses its input
 * and no more. Measured with Node.js 20 and 24, each of 20 such files stayed open.
 */
export function findLeftReader(creation: ts.CallExpression, file: FileContext): LeftReader | undefined {
  const origin = /createReadStream$/.test(creation.expression.getText(file.source))
    ? findOrigin(creation.expression, file)
    : undefined;
  if (!origin || bareModule(origin.module) !== 'fs' || originName(origin) !== 'createReadStream') return undefined;
  const fn = findEnclosingFunction(creation);
  if (!fn || /\b(?:destroy|pipeline|finished)\s*\(/.test(fn.getText(file.source))) return undefined;
  const [input, ...others] = listPlaces(creation, file);
  const reader = others.length === 0 && input ? findReader(input, file) : undefined;
  const at = reader && findEnd(reader, file);
  return at && { at, fn };
}

/** Where a stream stands: in place, or by its name, which is used for nothing else but listeners. */
function listPlaces(creation: ts.Node, file: FileContext): readonly ts.Node[] {
  const { parent } = getOutermostWrapped(creation);
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return [creation];
  const uses = file.bindingOf(parent.name)?.references ?? [];
  return uses.filter((use) => !/^(?:on|once|setEncoding)$/.test(findMethodCall(use.parent.parent)?.method ?? ''));
}

/** The reader that `createInterface({ input })` gives, or the name that holds it. */
function findReader(input: ts.Node, file: FileContext): ts.Node | undefined {
  const property = getOutermostWrapped(input).parent;
  const isInput =
    (ts.isPropertyAssignment(property) || ts.isShorthandPropertyAssignment(property)) &&
    findPropertyName(property.name) === 'input';
  const call = isInput ? property.parent.parent : undefined;
  if (!call || !ts.isCallExpression(call)) return undefined;
  const origin = findOrigin(call.expression, file);
  if (!origin || !/^readline(?:\/promises)?$/.test(bareModule(origin.module))) return undefined;
  return originName(origin).endsWith('createInterface') ? call : undefined;
}

function findEnd(reader: ts.Node, file: FileContext): ts.Node | undefined {
  const { parent } = getOutermostWrapped(reader);
  const binding =
    ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? file.bindingOf(parent.name) : undefined;
  for (const use of binding ? binding.references : [reader]) {
    const outer = getOutermostWrapped(use);
    if (ts.isForOfStatement(outer.parent) && outer.parent.expression === outer) {
      const exit = findExit(outer.parent.statement);
      if (exit) return exit;
    }
    const target = findMethodCall(use.parent.parent);
    if (target?.receiver !== use || target.method !== 'close') continue;
    if (isAtLine(target.call, binding!.references)) return target.call;
  }
  return undefined;
}

/** A `return` or a `break` of this very loop. */
function findExit(node: ts.Node, isInner = false): ts.Node | undefined {
  if (isFunctionNode(node)) return undefined;
  if (ts.isReturnStatement(node) || (ts.isBreakStatement(node) && !isInner)) return node;
  const isBreakable = ts.isIterationStatement(node, false) || ts.isSwitchStatement(node);
  return ts.forEachChild(node, (child) => findExit(child, isInner || isBreakable));
}

/** `reader.on('line', (line) => { …; reader.close(); })`: there are more lines, or the reader would end by itself. */
function isAtLine(close: ts.Node, uses: readonly ts.Identifier[]): boolean {
  return uses.some((use) => {
    const target = findMethodCall(use.parent.parent);
    const listener = target?.call.arguments[1] && skipWrappers(target.call.arguments[1]);
    return (
      target?.receiver === use &&
      /^(?:on|once)$/.test(target.method) &&
      findStringValue(target.call.arguments[0]) === 'line' &&
      listener !== undefined &&
      isFunctionNode(listener) &&
      isWithin(close, listener)
    );
  });
}
