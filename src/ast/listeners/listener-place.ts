import type { Binding, FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import type { Confidence } from '../../model/rule.ts';
import type { EmitterLife } from '../life/emitter-lifetime.ts';
import type { Life } from '../life/life-cycle.ts';
import { listCaptures } from '../names/captures.ts';
import { isExecutor } from '../names/functions.ts';
import {
  type FunctionNode,
  findMethodCall,
  getOutermostWrapped,
  isFunctionNode,
  isWithin,
  nameOfFunction,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { findListenerFunction, type ListenerCall } from './listener-calls.ts';

/** Why a listener outlives what it listens for. */
export interface ListenerLeak {
  shape:
    | 'wait'
    | 'outcome'
    | 'signal'
    | 'effect'
    | 'owner'
    | 'call'
    | 'lent'
    | 'pooled'
    | 'kept'
    | 'consumer'
    | 'sibling'
    | 'counterpart';
  /** What leaves one more behind: "each call". */
  what: string;
  /** The sibling that ends the wait without taking this one away. */
  fired?: ListenerCall;
  /** What ends the wait without taking it away, where that is no event. */
  settled?: ts.Node;
  /** The removal of a sibling, beside which that of this one is missing. */
  sibling?: ts.CallExpression;
  /** Who hears that its owner is over, and leaves it. */
  missed?: ts.Node;
  /** The function that takes back what the place starts, but not this. */
  left?: FunctionNode;
  confidence?: Confidence;
  when?: LinkCondition;
  /** What must hold for more than `possible`. */
  sureWhen?: LinkCondition;
}

/** A place that adds a listener to something that may outlive it. */
export interface ListenerPlace {
  add: ListenerCall;
  /** The function that adds, and the one around the promise that it may be the executor of. */
  fn: FunctionNode;
  outermost: FunctionNode;
  promise: ts.NewExpression | undefined;
  life: Life;
  emitter: EmitterLife;
  file: FileContext;
}

/** A function of such a name adds what its caller hands it, or is called once for what it sets up. */
const registering =
  /^_*(?:on|once|add|subscribe|watch|listen|observe|register|bind|attach|forward|pipe|proxy|relay|hook|track|instrument|setup|set|init|install|enable|start|connect|open|run|boot|bootstrap|configure|create|build|make|load|use|wire|mount|extend|expose|inject|apply|ensure|setUp|initiali[sz]e)(?:[A-Z_]\w*)?$/;

/**
 * Whether a function adds what it is handed, or sets something up: by its name, as a setter (`emitter.changed = run`), or as
 * one of a chain of such calls (`router.handle('/a', a).handle('/b', b)`, which ends in `return this`).
 */
export function isRegistering(fn: FunctionNode): boolean {
  return ts.isSetAccessor(fn) || isRegisteringName(nameOfFunction(fn)) || isChained(fn);
}

/** As {@link isRegistering}, by the name alone. */
export function isRegisteringName(name: string): boolean {
  return registering.test(name);
}

function isChained({ body }: FunctionNode): boolean {
  const last = body && ts.isBlock(body) ? body.statements.at(-1) : undefined;
  return last !== undefined && ts.isReturnStatement(last) && last.expression?.kind === ts.SyntaxKind.ThisKeyword;
}

/** Handled where a process is brought up, in whatever callback that ends. */
export const processEnd = /^(?:SIG[A-Z0-9]+|signal|uncaughtException|unhandledRejection|exit|beforeExit|warning)$/;

/** What a listener refers to of the one run of `fn` that adds it; its emitter and the instance do not count. */
export function listOwnCaptures(add: ListenerCall, fn: FunctionNode, file: FileContext): readonly Binding[] {
  const listener = add.listener && findListenerFunction(add.listener, file);
  if (!listener) return [];
  const root = add.target?.split('.')[0];
  return listCaptures(listener, fn, file).filter(({ name, declaration }) => {
    const isSelf = ts.isVariableDeclaration(declaration) && declaration.initializer?.kind === ts.SyntaxKind.ThisKeyword;
    return name !== root && !isSelf;
  });
}

export function hasOnce({ options }: ListenerCall): boolean {
  return options !== undefined && /\bonce\s*:\s*true/.test(options.getText());
}

export const ending = 'close|end|destroy|disconnect|terminate|kill|abort|release|stop|dispose|quit|shutdown';

/** A path ahead of an end, from where the path begins: no long word is read from each of its characters. */
const endedPath = new RegExp(`(?<![\\w$.#])([\\w$.#]+)[?!]?\\.(?:${ending})\\b`, 'g');
const endedOther = new RegExp(`(?<![\\w$.])[?!]?\\.(?:${ending})\\b`);

/** Whether the file ends the emitter itself, and its listeners with it; of one that is computed, whether it ends any such. */
export function isEnded({ target }: Pick<ListenerCall, 'target'>, file: FileContext): boolean {
  if (target === undefined) return file.memo(endsOther, file.source);
  const paths = file.memo(collectEnded, file.source);
  if (!target.startsWith('this.')) return paths.has(target);
  const own = target.slice('this.'.length);
  return ['this', 'self', 'that', '_this'].some((self) => paths.has(`${self}.${own}`));
}

/** The text is read once, whatever the number of listeners. */
function collectEnded(_: ts.SourceFile, { text }: FileContext): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(endedPath), ([, path]) => path!));
}

function endsOther(_: ts.SourceFile, { text }: FileContext): boolean {
  return endedOther.test(text);
}

/** The result is not kept: it may be what takes the listener away. */
export function isResultDropped(call: ts.CallExpression): boolean {
  const { parent } = getOutermostWrapped(call);
  if (ts.isArrowFunction(parent)) {
    const { parent: taker } = parent;
    if (isExecutor(parent) || findMethodCall(taker)?.method === 'forEach') return true;
    // `onMounted(() => window.addEventListener('resize', measure))` of Vue gives its result to nobody.
    return ts.isCallExpression(taker) && /^on(?:Before)?(?:Mount(?:ed)?|Activated)$/.test(taker.expression.getText());
  }
  return ts.isExpressionStatement(parent) || ts.isPropertyAccessExpression(parent);
}

/** `knex.on('a.id', 'b.id')` adds no listener. */
export function canListen(listener: ts.Expression): boolean {
  return (
    isFunctionNode(listener) ||
    ts.isIdentifier(listener) ||
    ts.isCallExpression(listener) ||
    ts.isPropertyAccessExpression(listener)
  );
}

export function isBoundToSignal({ options }: ListenerCall): boolean {
  return options !== undefined && /\bsignal\b/.test(options.getText());
}

/** What a caller hands over to be added is the caller's to remove. */
export function isForwarded(listener: ts.Expression, fn: FunctionNode, file: FileContext): boolean {
  if (!ts.isIdentifier(listener)) return false;
  const binding = file.bindingOf(listener);
  return binding?.kind === 'parameter' && isWithin(binding.identifier, fn);
}
