import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue, listCallsOf } from '../names/functions.ts';
import { calleeName, findEnclosingFunction, findMethodCall, getOutermostWrapped, isAssignment } from '../syntax.ts';
import { ts } from '../ts.ts';
import { findEntryPoint } from '../where/entry-points.ts';
import type { HttpLibrary } from './outbound-call.ts';

/** How what a request brings is taken: as it comes, for as long as that takes, or all of its bytes at once. */
export type BodyUse = 'stream' | 'bytes';

/** What an answer of `fetch` is asked for; all else of it is its head, or a text. */
const bytes = /^(?:arrayBuffer|blob|buffer|bytes)$/;
const text = /^(?:json|text|formData|cancel|dump)$/;
/** A part of a pattern: `body`, `body: stream`. */
const bodyName = /^body(?:\s*:\s*\w+)?$/;
/** Those of which the body is a stream of its own. */
const ofFetch = /^(?:fetch|node-fetch)$/;
const byOption = /\bresponseType['"]?\s*:\s*['"](?:(stream)|arraybuffer|blob|buffer)['"]|\bisStream['"]?\s*:\s*(true)/;

/** What is followed through names and functions. */
interface Search {
  isOfFetch: boolean;
  file: FileContext;
  /** How many names and functions it may still go through. */
  steps: number;
}

/** How a function takes the answer of a call that it makes; undefined where it reads a text, or where this file does not tell. */
export function bodyUseOf(call: ts.CallExpression, library: HttpLibrary, file: FileContext): BodyUse | undefined {
  const told = byOption.exec(call.arguments.map((argument) => argument.getText(file.source)).join());
  if (told) return told[1] || told[2] ? 'stream' : 'bytes';
  // `.pipe()` of an answer of Nest hands it to operators.
  if (library === 'nest') return undefined;
  const search = { isOfFetch: ofFetch.test(library), file, steps: 6 };
  const takers = search.isOfFetch ? [] : call.arguments.flatMap((argument) => findFunctionValue(argument, file) ?? []);
  const taken = takers.flatMap(({ parameters }) => parameters.map(({ name }) => useOfName(name, search)));
  return first([useOf(call, search), ...taken]);
}

function first(uses: readonly (BodyUse | undefined)[]): BodyUse | undefined {
  return uses.includes('stream') ? 'stream' : uses.find((use) => use !== undefined);
}

function useOf(value: ts.Node, search: Search): BodyUse | undefined {
  const outer = getOutermostWrapped(value);
  const { parent } = outer;
  if (ts.isAwaitExpression(parent)) return useOf(parent, search);
  if (ts.isVariableDeclaration(parent)) return useOfName(parent.name, search);
  if (isAssignment(parent) && parent.right === outer)
    return ts.isIdentifier(parent.left) ? useOfName(parent.left, search) : undefined;
  if (ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === outer))
    return useByCallers(outer, search);
  if (ts.isCallExpression(parent) && parent.expression !== outer)
    return useOfArgument(parent, outer as ts.Expression, search);
  if (!ts.isPropertyAccessExpression(parent) || parent.expression !== outer) return undefined;
  const called = findMethodCall(parent.parent);
  if (called?.method === 'pipe') return 'stream';
  // The steps of other libraries give the request again.
  if (called && (!search.isOfFetch || /^(?:then|catch|finally)$/.test(called.method))) {
    const [taker] = called.method === 'then' ? called.call.arguments : [];
    const parameter = taker && findFunctionValue(taker, search.file)?.parameters[0];
    return first([parameter && useOfName(parameter.name, search), useOf(called.call, search)]);
  }
  if (!search.isOfFetch) return undefined;
  if (bytes.test(parent.name.text)) return 'bytes';
  return parent.name.text === 'body' ? useOfBody(parent) : undefined;
}

/** `answer`, or `{ body }` of it. */
function useOfName(name: ts.BindingName, search: Search): BodyUse | undefined {
  if (search.steps === 0) return undefined;
  const next = { ...search, steps: search.steps - 1 };
  if (ts.isIdentifier(name)) return first(usesOf(name, search.file).map((use) => useOf(use, next)));
  if (!ts.isObjectBindingPattern(name) || !search.isOfFetch) return undefined;
  const bodies = name.elements.filter((one) => bodyName.test(one.getText(search.file.source)));
  return first(bodies.flatMap((one) => usesOf(one.name as ts.Identifier, search.file).map(useOfBody)));
}

function usesOf(name: ts.Identifier, file: FileContext): ts.Identifier[] {
  const { references = [], writes = [] } = file.bindingOf(name) ?? {};
  return references.filter((use) => !writes.includes(use));
}

/** `answer.body.getReader()`; not `!answer.body`, nor what undici reads of it as a text: `body.json()`. */
function useOfBody(body: ts.Node): BodyUse | undefined {
  const outer = getOutermostWrapped(body);
  const { parent } = outer;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === outer)
    return text.test(parent.name.text) ? undefined : bytes.test(parent.name.text) ? 'bytes' : 'stream';
  const isAsked =
    ts.isPrefixUnaryExpression(parent) ||
    ts.isIfStatement(parent) ||
    (ts.isConditionalExpression(parent) && parent.condition === outer) ||
    (ts.isBinaryExpression(parent) && !isAssignment(parent));
  return isAsked ? undefined : 'stream';
}

/** `source.pipe(answer)`, `pipeline(answer, file)`, or a function of this file that takes it. */
function useOfArgument(call: ts.CallExpression, given: ts.Expression, search: Search): BodyUse | undefined {
  if (/^pipe(?:line)?$/.test(calleeName(call))) return 'stream';
  const parameter = findFunctionValue(call.expression, search.file)?.parameters[call.arguments.indexOf(given)];
  return parameter && useOfName(parameter.name, search);
}

/** What is returned goes on to those who call the function; an answer that a handler returns is sent as it comes. */
function useByCallers(value: ts.Node, search: Search): BodyUse | undefined {
  const fn = findEnclosingFunction(value);
  if (!fn || search.steps === 0) return undefined;
  if (search.isOfFetch && findEntryPoint(fn, search.file)?.kind === 'request') return 'stream';
  const next = { ...search, steps: search.steps - 1 };
  return first(listCallsOf(fn, search.file).map((outer) => useOf(outer, next)));
}
