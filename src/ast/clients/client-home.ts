import type { Binding, FileContext } from '../../model/file-context.ts';
import { findGivenToThen, findParameterName } from '../names/given-to-then.ts';
import {
  calleeName,
  findCallOn,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** Where a client that was made is kept, and how the code of this file calls it. */
export interface ClientHome {
  /** `pool`, `this.pool`. */
  path: string;
  binding: Binding | undefined;
  /** The declaration, assignment or class field that keeps it. */
  at: ts.VariableDeclaration | ts.BinaryExpression | ts.PropertyDeclaration;
}

/** Undefined when it is handed on, returned, or called in a chain at once. */
export function findClientHome(creation: ts.Node, file: FileContext): ClientHome | undefined {
  let at = getOutermostWrapped(creation);
  if (ts.isAwaitExpression(at.parent)) at = getOutermostWrapped(at.parent);
  // `url ? createClient(url) : createClient(port, host)`
  while (ts.isConditionalExpression(at.parent) && at !== at.parent.condition) at = getOutermostWrapped(at.parent);
  const { parent } = at;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) {
    return { path: parent.name.text, binding: file.bindingOf(parent.name), at: parent };
  }
  if (isAssignment(parent) && parent.right === at) {
    const path = findMemberPath(parent.left)?.join('.');
    const binding = ts.isIdentifier(parent.left) ? file.bindingOf(parent.left) : undefined;
    return path === undefined ? undefined : { path, binding, at: parent };
  }
  if (ts.isPropertyDeclaration(parent) && (ts.isIdentifier(parent.name) || ts.isPrivateIdentifier(parent.name))) {
    return { path: `this.${parent.name.text}`, binding: undefined, at: parent };
  }
  return undefined;
}

/**
 * The name by which the function that makes a client knows it: of its home, of what its own method gives
 * (`await createClient().on('error', log).connect()`), or of the callback that is handed it (`connect(url).then((client) => …)`,
 * `connect(url, (error, client) => …)`).
 */
export function findClientName(creation: ts.Node, file: FileContext): Binding | undefined {
  const made = followGiven(creation);
  return findClientHome(made, file)?.binding ?? findHandedName(made, file);
}

const giving = /^(?:on|once|addListener|prependListener|setMaxListeners|promise)$/;

/** Whether a method gives back the client that it is called on. */
export function givesClient(method: string): boolean {
  return giving.test(method);
}

/** The last call in a row of methods that give back what they are called on; `connect` does so at the end of such a row. */
function followGiven(creation: ts.Node): ts.Node {
  const next = findCallOn(creation);
  const method = next && findMethodCall(next)?.method;
  if (!next || method === undefined) return creation;
  if (givesClient(method)) return followGiven(next);
  return /^(?:connect|initialize)$/.test(method) && givesItself(creation) ? next : creation;
}

/** `new MongoClient(url)`, `new DataSource(options)`, `createClient()` of Redis: their `connect` gives them back. */
function givesItself(creation: ts.Node): boolean {
  const before = findMethodCall(creation);
  if (before && givesClient(before.method)) return givesItself(before.receiver);
  if (ts.isCallExpression(creation)) return calleeName(creation) === 'createClient';
  return ts.isNewExpression(creation) && /^(?:MongoClient|DataSource)$/.test(creation.expression.getText());
}

/** `client` of `connect(url).then((client) => …)` and of `connect(url, (error, client) => …)`. */
function findHandedName(made: ts.Node, file: FileContext): Binding | undefined {
  return (
    findGivenToThen(made, file) ??
    (ts.isCallExpression(made) ? findParameterName(made.arguments.at(-1), 1, file) : undefined)
  );
}
