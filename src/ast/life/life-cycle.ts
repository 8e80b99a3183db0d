import type { FileContext } from '../../model/file-context.ts';
import {
  type ClassShape,
  classShape,
  findThisOwner,
  isDisposer,
  isDisposerName,
  type OwnerNode,
} from '../names/class-shape.ts';
import { findFunctionOfBinding } from '../names/functions.ts';
import {
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findPropertyName,
  getOutermostWrapped,
  isAssignment,
  isAsync,
  isClassNode,
  isFunctionNode,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findEntryPoint } from '../where/entry-points.ts';
import { isSingleton } from '../where/singleton.ts';
import { frequencyOf, isStartup } from '../where/where.ts';

/** Whose life bounds what a place starts. */
export type Life =
  /** The process: module level, or a function that runs once at start-up. */
  | { kind: 'process' }
  /** An instance of a class (or constructor function, or object with methods). */
  | { kind: 'owner'; shape: ClassShape; isSingleton: boolean; isComponent: boolean }
  /** One run of a UI effect; `cleanups` are the functions it returns. */
  | { kind: 'effect'; effect: FunctionNode; cleanups: readonly FunctionNode[] }
  /** What a factory function returns: an object with methods over the factory's variables. */
  | { kind: 'factory'; fn: FunctionNode; disposers: readonly FunctionNode[] }
  /** One call of a plain function. */
  | { kind: 'call'; fn: FunctionNode };

export const effectName =
  /^(?:use\w*Effect|useMount|useOnMount|onMount|onMounted|watchEffect|createEffect|effect|\$effect|useFocusEffect)$/;
/** What the text of every effect holds: parts of the names above. */
export const effectWords: readonly string[] = ['ffect', 'Mount'];
const componentBase =
  /(?:^|\.)(?:Component|PureComponent|LitElement|HTMLElement|Vue|LightningElement|ReactiveElement)$/;
/** Runs when a component has come to its page. */
export const mountMethod =
  /^(?:componentDidMount|connectedCallback|ngOnInit|ngAfterViewInit|mounted|componentWillMount)$/;

/** Whose life bounds a timer, listener or container that `node` starts. */
export function lifeOf(node: ts.Node, file: FileContext): Life {
  return file.memo(judgeLife, node);
}

function judgeLife(node: ts.Node, file: FileContext): Life {
  const effect = findUiEffect(node);
  // What an `async` effect returns is a promise, which nobody calls.
  if (effect) return { kind: 'effect', effect, cleanups: isAsync(effect) ? [] : listReturnedFunctions(effect, file) };
  if (frequencyOf(node, file) === 'once') return { kind: 'process' };
  const factory = findFactory(node, file);
  const owner = findThisOwner(node, file) ?? findAliasOwner(node, file);
  if (owner && isLifeOwner(owner, file)) {
    const shape = classShape(owner, file);
    const isOfPage = isComponent(shape);
    // The options of a component stand in a file once, for each that is made of them.
    const isOnly = !(isOfPage && ts.isObjectLiteralExpression(owner)) && isSingleton(owner, file);
    const named = isOfPage && shape.name === '<object>' ? { ...shape, name: 'component' } : shape;
    return { kind: 'owner', shape: named, isSingleton: isOnly, isComponent: isOfPage };
  }
  if (factory) return factory;
  const fn = findEnclosingFunction(node);
  if (!fn) return { kind: 'process' };
  const isProcess = isStartup(getOutermostFunction(fn), file) && !isHandled(fn, file);
  return isProcess ? { kind: 'process' } : { kind: 'call', fn };
}

/** In old code a nested plain function sees the instance through `var self = this`. */
function findAliasOwner(node: ts.Node, file: FileContext): OwnerNode | undefined {
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    const owner = findThisOwner(fn, file);
    if (owner) return owner;
  }
  return undefined;
}

/** Object literals count only when they end themselves or keep state; options and handler tables do not live. */
function isLifeOwner(owner: OwnerNode, file: FileContext): boolean {
  if (!ts.isObjectLiteralExpression(owner)) return true;
  const shape = classShape(owner, file);
  return isComponent(shape) || (shape.disposers.length > 0 && shape.fields.size > 0);
}

/** Inside a handler of requests or connections, wherever that is registered. */
function isHandled(fn: FunctionNode, file: FileContext): boolean {
  for (let at: FunctionNode | undefined = fn; at; at = findEnclosingFunction(at)) {
    if (findEntryPoint(at, file)?.kind === 'request') return true;
  }
  return false;
}

function getOutermostFunction(fn: FunctionNode): FunctionNode {
  let at = fn;
  for (let outer = findEnclosingFunction(at); outer; outer = findEnclosingFunction(at)) at = outer;
  return at;
}

/** The run of a UI effect that a node stands in. */
export function findUiEffect(node: ts.Node): FunctionNode | undefined {
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    const call = getOutermostWrapped(fn).parent;
    if (!ts.isCallExpression(call) || call.expression === fn) continue;
    const name = findMemberPath(call.expression)?.at(-1);
    if (name !== undefined && effectName.test(name)) return fn;
  }
  return undefined;
}

/** The functions that a function returns: an effect's clean-up, a subscriber's remover. */
export function listReturnedFunctions(fn: FunctionNode, file: FileContext): readonly FunctionNode[] {
  const found: FunctionNode[] = [];
  for (const value of listReturnedValues(fn, file)) {
    const returned = skipWrappers(value);
    if (isFunctionNode(returned)) found.push(returned);
    else if (ts.isIdentifier(returned)) {
      const binding = file.bindingOf(returned);
      const named = binding && findFunctionOfBinding(binding);
      if (named) found.push(named);
    }
  }
  return found;
}

/** What a function's own `return`s give. */
export function listReturnedValues(fn: FunctionNode, file: FileContext): readonly ts.Expression[] {
  if (fn.body && !ts.isBlock(fn.body)) return [fn.body];
  return file.memo(collectReturned, file.source).get(fn) ?? [];
}

function collectReturned(_: ts.SourceFile, file: FileContext): Map<FunctionNode, ts.Expression[]> {
  const values = new Map<FunctionNode, ts.Expression[]>();
  for (const node of file.nodesOfKind(ts.SyntaxKind.ReturnStatement) as readonly ts.ReturnStatement[]) {
    const fn = node.expression && findEnclosingFunction(node);
    if (!fn) continue;
    const list = values.get(fn);
    if (list) list.push(node.expression!);
    else values.set(fn, [node.expression!]);
  }
  return values;
}

/** `function createX() { …; return { start, stop() {} } }`: the nearest factory around a node. */
function findFactory(node: ts.Node, file: FileContext): Extract<Life, { kind: 'factory' }> | undefined {
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    const disposers: FunctionNode[] = [];
    let isFactory = false;
    for (const value of listReturnedValues(fn, file)) {
      for (const [name, method] of listMethods(skipWrappers(value), fn, file)) {
        isFactory = true;
        if (isDisposer(name, method, file)) disposers.push(method);
      }
    }
    if (isFactory && disposers.length > 0) return { kind: 'factory', fn, disposers };
  }
  return undefined;
}

/** Whether a function is a method of an object that the function around it gives back: whoever gets that may call it. */
export function isGivenOut(fn: FunctionNode, file: FileContext): boolean {
  const home = findEnclosingFunction(fn);
  return (
    home !== undefined &&
    listReturnedValues(home, file).some((value) =>
      listMethods(skipWrappers(value), home, file).some(([, method]) => method === fn),
    )
  );
}

/** The methods of an object that `fn` gives back: written in it, or put onto it by name (`const api = {}; api.stop = …`). */
function listMethods(value: ts.Expression, fn: FunctionNode, file: FileContext): readonly [string, FunctionNode][] {
  if (ts.isObjectLiteralExpression(value)) {
    return value.properties.flatMap((property): [string, FunctionNode][] => {
      const name = findPropertyName(property.name);
      const method = functionOfProperty(property, file);
      return method && name !== undefined ? [[name, method]] : [];
    });
  }
  const binding = ts.isIdentifier(value) ? file.bindingOf(value) : undefined;
  const made = binding && ts.isVariableDeclaration(binding.declaration) ? binding.declaration.initializer : undefined;
  const object = made && skipWrappers(made);
  if (!object || !ts.isObjectLiteralExpression(object) || findEnclosingFunction(object) !== fn) return [];
  const added = binding!.references.flatMap(({ parent }): [string, FunctionNode][] => {
    const name = findMemberName(parent);
    const given = isAssignment(parent.parent) && parent.parent.left === parent && skipWrappers(parent.parent.right);
    return name !== undefined && given && isFunctionNode(given) ? [[name, given]] : [];
  });
  return [...listMethods(object, fn, file), ...added];
}

/** The function around a node that gives back another one, with an end of its own beside it. */
export function findFactoryOfFunction(node: ts.Node, file: FileContext): FunctionNode | undefined {
  for (let fn = findEnclosingFunction(node); fn; fn = findEnclosingFunction(fn)) {
    const home: FunctionNode = fn;
    const returned = listReturnedValues(fn, file).map(skipWrappers);
    if (returned.some((value) => listDisposersOfFunction(value, home, file).length > 0)) return fn;
  }
  return undefined;
}

/** `const append = (line) => …; append.shutdown = () => …; return append`. */
function listDisposersOfFunction(returned: ts.Expression, fn: FunctionNode, file: FileContext): FunctionNode[] {
  const binding = ts.isIdentifier(returned) ? file.bindingOf(returned) : undefined;
  if (!binding || findEnclosingFunction(binding.identifier) !== fn || !findFunctionOfBinding(binding)) return [];
  return binding.references.flatMap((reference) => {
    const access = reference.parent;
    const name = findMemberName(access);
    if (name === undefined || !isDisposerName(name) || !isAssignment(access.parent)) return [];
    const value = access.parent.left === access ? skipWrappers(access.parent.right) : undefined;
    return value && isFunctionNode(value) ? [value] : [];
  });
}

function functionOfProperty(property: ts.ObjectLiteralElementLike, file: FileContext): FunctionNode | undefined {
  if (isFunctionNode(property)) return property;
  const value = ts.isPropertyAssignment(property) ? skipWrappers(property.initializer) : property.name;
  if (!value) return undefined;
  if (isFunctionNode(value)) return value;
  const named = ts.isShorthandPropertyAssignment(property) ? property.name : value;
  if (!ts.isIdentifier(named)) return undefined;
  const binding = file.bindingOf(named);
  return binding && findFunctionOfBinding(binding);
}

function isComponent(shape: ClassShape): boolean {
  const { node } = shape;
  if (ts.isObjectLiteralExpression(node)) return isComponentOptions(node, shape);
  if (!isClassNode(node)) return false;
  const bases = node.heritageClauses?.flatMap((clause) => clause.types) ?? [];
  return (
    bases.some((base) => componentBase.test(findMemberPath(base.expression)?.join('.') ?? '')) ||
    [...shape.methods.keys()].some((name) => mountMethod.test(name))
  );
}

/** `{ data() {…}, mounted() {…} }` of Vue, `createReactClass({ componentDidMount() {…} })`, `Component.extend({ didInsertElement() {…} })`. */
function isComponentOptions({ properties }: ts.ObjectLiteralExpression, { methods }: ClassShape): boolean {
  const names = [...methods.keys()];
  if (names.some((name) => /^(?:mounted|componentDidMount|didInsertElement)$/.test(name))) return true;
  const isOfVue = properties.some(({ name }) =>
    /^(?:data|methods|computed|props|template)$/.test(findPropertyName(name) ?? ''),
  );
  return isOfVue && names.some((name) => /^(?:created|beforeMount|activated)$/.test(name));
}

/** Whether a field can be reached from outside its file's class: not `private`, not `#x`. */
export function isPrivateName(shape: ClassShape, name: string): boolean {
  if (name.startsWith('#')) return true;
  const declaration = shape.fields.get(name)?.declaration;
  return declaration?.modifiers?.some((m) => m.kind === ts.SyntaxKind.PrivateKeyword) ?? false;
}
