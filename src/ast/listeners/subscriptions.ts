import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { emitterLifeOf } from '../life/emitter-lifetime.ts';
import { listReturnedFunctions, listReturnedValues } from '../life/life-cycle.ts';
import { classShape, findClassField, findThisOwner } from '../names/class-shape.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import {
  findEnclosingFunction,
  findMemberName,
  findMemberPath,
  findMethodCall,
  findPropertyName,
  findStringValue,
  getOutermostWrapped,
  isAssignment,
  isFunctionNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findLibrarySubscription } from './library-subscriptions.ts';
import { isEnded } from './listener-place.ts';
import { unlessRequested } from './requesting-getter.ts';
import { isOfActivatedRoute } from './route-observables.ts';

type MethodCall = NonNullable<ReturnType<typeof findMethodCall>>;

/** A call that subscribes to what outlives the subscriber, and gives what ends the subscription. */
export interface Subscription {
  call: ts.CallExpression;
  /** What is subscribed to, as it is written. */
  source: string;
  /** How the result ends it. */
  ends: 'unsubscribe' | 'dispose' | 'remove' | 'call';
  /** What other files must tell: that the method gives back something that ends it, that no getter makes what is subscribed to. */
  when?: LinkCondition;
}

const subscribing = /^(?:subscribe|on[A-Z]\w*|listen|watch|observe|add\w*(?:Listener|Handler|Observer|Subscriber))$/;
/** Operators behind which a subscription ends by itself. */
const ending =
  /\b(?:take|first|last|single|takeUntil|takeWhile|takeUntilDestroyed|untilDestroyed|untilComponentDestroyed|toArray|reduce|finalize|elementAt|find|every|isEmpty|count|timeout)\s*\(/;
/** What the router and the forms of a component end with it. */
const ownOfComponent = /(?:^|\.)(?:[$_]?(?:activatedR|r)oute|\w*[fF]orm|\w*[cC]ontrol|dialogRef|ref|modalRef)\b/;

export function findSubscription(call: ts.CallExpression, file: FileContext): Subscription | undefined {
  const ofLibrary = findLibrarySubscription(call, (source) => outlives(source, file), file);
  if (ofLibrary) return ofLibrary;
  const target = findMethodCall(call);
  if (!target || !subscribing.test(target.method) || !takesCallback(call, file)) return undefined;
  if (isKeptByList(target) || isOfActivatedRoute(target.receiver, file)) return undefined;
  return (
    ofObservable(target, file) ??
    ofVsCode(target, file) ??
    ofDisposableField(target, file) ??
    ofOwnClass(target, file) ??
    ofEvent(target, file)
  );
}

function takesCallback(call: ts.CallExpression, file: FileContext): boolean {
  return call.arguments.some((argument) => {
    const value = skipWrappers(argument);
    if (isFunctionNode(value)) return true;
    if (ts.isObjectLiteralExpression(value)) return value.properties.some((p) => findPropertyName(p.name) === 'next');
    const path = findMemberPath(value);
    return path !== undefined && (path[0] === 'this' || ts.isIdentifier(value)) && !file.text.startsWith('#!');
  });
}

/** `editor.onDidChange(listener, this, this.disposables)`: an event of this style puts what ends it in the list it is handed. */
function isKeptByList({ call, method }: MethodCall): boolean {
  const [listener, , third] = call.arguments;
  const list = third && skipWrappers(third);
  if (!listener || !list || !/^on[A-Z]/.test(method) || findStringValue(listener) !== undefined) return false;
  const isName = ts.isIdentifier(list) ? list.text !== 'undefined' : findMemberPath(list) !== undefined;
  return isName || ts.isArrayLiteralExpression(list);
}

/** `this.store.state$.pipe(…).subscribe(…)`: a property or a selection goes on; what a call makes may complete. */
function ofObservable({ call, method, receiver }: MethodCall, file: FileContext): Subscription | undefined {
  if (method !== 'subscribe' || !/from ['"](?:rxjs|@angular\/core)|require\(['"]rxjs/.test(file.text)) return undefined;
  let source = skipWrappers(receiver);
  for (let piped = findMethodCall(source); piped?.method === 'pipe'; piped = findMethodCall(source)) {
    if (piped.call.arguments.some((argument) => ending.test(`${argument.getText(file.source)}`))) return undefined;
    source = skipWrappers(piped.receiver);
  }
  const origin = findOrigin(source, file);
  const isTicking = origin?.module === 'rxjs' && (origin.path[0] === 'interval' || isOfPage(source));
  const made = findMethodCall(source);
  const lasting = made && /^(?:asObservable|select)$/.test(made.method) ? made.receiver : source;
  if (!isTicking && (ownOfComponent.test(lasting.getText(file.source)) || !outlives(lasting, file))) return undefined;
  const when = isTicking ? undefined : unlessRequested(lasting, file);
  return { call, source: source.getText(file.source), ends: 'unsubscribe', ...(when && { when }) };
}

/** `fromEvent(window, 'resize')`. */
function isOfPage(source: ts.Expression): boolean {
  const call = skipWrappers(source);
  if (!ts.isCallExpression(call) || !ts.isIdentifier(call.expression) || call.expression.text !== 'fromEvent')
    return false;
  return /^(?:window|document|process)$/.test(call.arguments[0]?.getText() ?? '');
}

function ofVsCode({ call, method, receiver }: MethodCall, file: FileContext): Subscription | undefined {
  const origin = findOrigin(receiver, file);
  if (!origin || bareModule(origin.module) !== 'vscode' || !/^on[A-Z]/.test(method)) return undefined;
  // The events of a panel, watcher or channel that was made for the owner go with it.
  const target = findMemberPath(receiver)?.join('.');
  const isMade = origin.path.some((step) => /^create[A-Z]/.test(step)) && method === 'onDidDispose';
  if (isMade || isOfPanel(receiver, origin.path, file) || (target?.startsWith('this.') && isEnded({ target }, file)))
    return undefined;
  return { call, source: receiver.getText(file.source), ends: 'dispose' };
}

/** Whoever looks at a panel closes it, which ends what it and its page tell: where it is made for this one call, or handed to it. */
function isOfPanel(receiver: ts.Expression, path: readonly string[], file: FileContext): boolean {
  const fn = findEnclosingFunction(receiver);
  return (
    fn !== undefined &&
    path.some((step) => /^(?:createWebviewPanel|Webview(?:Panel|View)?)$/.test(step)) &&
    /^(?:local|parameter)$/.test(emitterLifeOf(receiver, fn, file))
  );
}

/** `this.bus.subscribe(…)`, `bus.onChange(…)` where the class of `bus` is of this project: its own file tells what it gives back. */
function ofOwnClass({ call, method, receiver }: MethodCall, file: FileContext): Subscription | undefined {
  if (!outlives(receiver, file)) return undefined;
  const origin = findOrigin(receiver, file);
  const isInstance = origin?.path.at(-1) === 'new' && origin.path.length > 1;
  const isOwn = origin !== undefined && (/^[.~#@]/.test(origin.module) || origin.module === '.');
  const name = origin?.path.at(-2);
  if (!isInstance || !isOwn || !name || !/^\w+$/.test(name)) return undefined;
  const givesRemover: LinkCondition = { kind: 'project-states', fact: `gives-remover-${method}:${name}` };
  const event = ofEvent({ call, method, receiver }, file);
  const when: LinkCondition = event?.when ? { kind: 'any', of: [givesRemover, event.when] } : givesRemover;
  return { call, source: receiver.getText(file.source), ends: event ? 'dispose' : 'call', when };
}

/** `this.watch = this.files.onChange(…)`, a field whose type says that what it holds must be ended. */
function ofDisposableField({ call, receiver }: MethodCall, file: FileContext): Subscription | undefined {
  const { parent } = getOutermostWrapped(call);
  const kept = isAssignment(parent) && skipWrappers(parent.right) === call ? skipWrappers(parent.left) : undefined;
  const name = kept && findMemberName(kept);
  const owner = kept && findThisOwner(kept, file);
  const field = owner && name !== undefined ? findClassField(owner, name, file) : undefined;
  const type = field?.types.map((node) => node.getText(file.source)).join(' ') ?? '';
  const ends = endings.find(([word]) => word.test(type))?.[1];
  if (!ends || !(outlives(receiver, file) || isOfBase(receiver, file))) return undefined;
  return { call, source: receiver.getText(file.source), ends };
}

const endings: readonly [RegExp, Subscription['ends']][] = [
  [/^(?:\w+\.)?I?Disposable\b/, 'dispose'],
  [/^(?:\w+\.)?Subscription\b/, 'unsubscribe'],
  [/^(?:\w+\.)?(?:Unsubscribe\w*|Unsubscriber|Disposer)\b/, 'call'],
];

/** `this.rows.onDidChange(…)` where some type of the project declares `onDidChange: Event<…>`. */
function ofEvent({ call, method, receiver }: MethodCall, file: FileContext): Subscription | undefined {
  const [listener, ...others] = call.arguments;
  if (!/^on[A-Z]/.test(method) || !listener || others.length > 0 || !outlives(receiver, file)) return undefined;
  // `tracker.onError?.(error)` tells of an event, and what a caller hands over is the caller's.
  if (!isFunctionNode(skipWrappers(listener)) && findMemberPath(listener)?.[0] !== 'this') return undefined;
  const target = findMemberPath(receiver)?.join('.');
  // What the owner ends itself takes its listeners with it.
  if (target === undefined || isEnded({ target }, file)) return undefined;
  const when: LinkCondition = { kind: 'project-states', fact: `event-member:${method}` };
  return { call, source: `${receiver.getText(file.source)}.${method}`, ends: 'dispose', when };
}

/** A field of the class that this one extends, which is handed it: `constructor(bus) { super(bus); }`. */
function isOfBase(source: ts.Expression, file: FileContext): boolean {
  const [root, name, ...rest] = findMemberPath(source) ?? [];
  const owner = root === 'this' && rest.length === 0 ? findThisOwner(source, file) : undefined;
  if (!owner || name === undefined) return false;
  const { constructorNode, fields } = classShape(owner, file);
  const field = fields.get(name);
  if (!constructorNode || field?.declaration || (field?.values.length ?? 0) > 0) return false;
  return file
    .nodes('CallExpression')
    .some(
      (call) =>
        call.expression.kind === ts.SyntaxKind.SuperKeyword &&
        isWithin(call, constructorNode) &&
        call.arguments.some((argument) => ts.isIdentifier(argument) && argument.text === name),
    );
}

/** Lives as long as the process, or was handed to the owner: not what the owner itself makes. */
function outlives(source: ts.Expression, file: FileContext): boolean {
  const fn = findEnclosingFunction(source);
  const path = findMemberPath(source);
  if (!fn || !path) return false;
  const life = emitterLifeOf(source, fn, file);
  if (life === 'process') return true;
  if (life !== 'field') return false;
  const owner = findThisOwner(source, file);
  const field = owner && findClassField(owner, path[1]!, file);
  if (!field || field.values.some((value) => !findMemberPath(value) && !isInjected(value))) return false;
  if (owner && field.types.some((type) => isProvidedBy(owner, type.getText(file.source)))) return false;
  // What a framework sets, such as a query of a component's own children, is the component's.
  const { declaration } = field;
  return (
    field.values.length > 0 || (declaration !== undefined && (ts.isParameter(declaration) || isInjecting(declaration)))
  );
}

/** `@Component({ providers: [Manager] })`: what a component provides for itself goes with it. */
function isProvidedBy(owner: ts.Node, type: string): boolean {
  if (!ts.isClassDeclaration(owner)) return false;
  const name = /^\w+/.exec(type)?.[0];
  return (ts.getDecorators(owner) ?? []).some((decorator) => {
    const own = /\b(?:viewP|p)roviders\s*:\s*\[([\s\S]*?)\]/.exec(decorator.getText())?.[1];
    return name !== undefined && own !== undefined && new RegExp(`\\b${name}\\b`).test(own);
  });
}

/** `@inject(Store) protected readonly store: Store`. */
function isInjecting(declaration: ts.PropertyDeclaration): boolean {
  return (ts.getDecorators(declaration) ?? []).some(({ expression }) =>
    /^(?:[iI]nject|Autowired|LazyInject|lazyInject)$/.test(
      findMemberPath(ts.isCallExpression(expression) ? expression.expression : expression)?.at(-1) ?? '',
    ),
  );
}

/** `inject(Store)` of Angular. */
function isInjected(value: ts.Expression): boolean {
  const at = skipWrappers(value);
  return ts.isCallExpression(at) && ts.isIdentifier(at.expression) && at.expression.text === 'inject';
}

/** `subscribe:Bus` for each method of the file's classes that gives back a function, or an object, which ends what it began. */
export function listRemoverMethods(file: FileContext): readonly string[] {
  const classes = [...file.nodes('ClassDeclaration'), ...file.nodes('ClassExpression')];
  return classes.flatMap((cls) =>
    [...classShape(cls, file).methods].flatMap(([name, fn]) => {
      if (!cls.name || !subscribing.test(name)) return [];
      const gives =
        listReturnedFunctions(fn, file).some((inner) => removes(inner.getText(file.source))) ||
        listReturnedValues(fn, file).some((value) => {
          const object = skipWrappers(value);
          return (
            ts.isObjectLiteralExpression(object) &&
            object.properties.some((p) => /^(?:dispose|unsubscribe|remove)$/.test(findPropertyName(p.name) ?? ''))
          );
        });
      return gives ? [`${name}:${cls.name.text}`] : [];
    }),
  );
}

function removes(text: string): boolean {
  return /\.(?:delete|off|removeListener|removeEventListener|splice|filter|unsubscribe|dispose)\b/.test(text);
}
