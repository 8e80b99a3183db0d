import type { OutboundTimeout } from '../rules/api/require-outbound-timeout.ts';
import { findInstanceLibrary, listInstanceCalls } from '../src/ast/clients/axios-instance.ts';
import { type BodyUse, bodyUseOf } from '../src/ast/io/answer-body.ts';
import { sendsBulk } from '../src/ast/io/bulk-request.ts';
import { bareModule, findOrigin, originName } from '../src/ast/names/provenance.ts';
import { findEnclosingFunction, findEnclosingLoop, isWithin } from '../src/ast/syntax.ts';
import type { ts } from '../src/ast/ts.ts';
import { whyNotOnNode } from '../src/ast/where/runs-on-node.ts';
import type { FileContext } from '../src/model/file-context.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { addOptions } from './edit/add-options.ts';
import { addDefault } from './edit/add-property.ts';
import { addStep } from './edit/add-step.ts';
import { limitUntilAnswer } from './edit/limit-until-answer.ts';

/** How much a call sends and brings. */
interface Load {
  sent: boolean;
  brought: BodyUse | undefined;
}

/** What the options of a call take, and what has to stand before it and behind it for that. */
interface Limit {
  property: string;
  before?: readonly TextEdit[];
  behind?: string;
}

const note =
  'ten seconds is a first guess: set it a little above what the call, with the reading of its answer, takes on a bad day; tests that compare the arguments of the call will see the option';
const timeout = 'timeout: 10_000';
const tooMuch =
  'it sends files or a stream, which take as long as there is much of them: give it a time-out that the largest one keeps';
const asItComes =
  'its answer is read as it comes, which takes as long as it is large or its reader slow: limit the time until it begins, by a timer that is cleared then';
const tooMuchOfSome =
  'some of its requests send or bring files or streams, which take as long as there is much of them: give each of the others a time-out of its own';

export const fixer: Fixer<OutboundTimeout> = {
  rule: 'require-outbound-timeout',
  safety: 'review',
  changes: 'gives the call ten seconds',
  fix({ data }, file): Fix | Skip {
    const { call, library, options, index } = data;
    const load = loadOf(data, file);
    if (library === 'superagent') {
      if (load.sent) return { skip: tooMuch };
      const deadline = load.brought ? '' : ', deadline: 60_000';
      return { edits: [addStep(call, `timeout({ response: 10_000${deadline} })`, file)], note };
    }
    const limit = limitOf(data, load, file);
    if ('skip' in limit) return limit;
    const { property, before = [], behind = '' } = limit;
    const around = [...before, ...(behind ? [{ start: call.end, end: call.end, text: behind }] : [])];
    // The clock of a signal runs from where it is made: one for several calls would end them for good.
    if (options && property.startsWith('signal') && !isOfOneCall(options, call))
      return { skip: 'its options are made elsewhere, and a signal is for one call' };
    if (options) return { edits: [...addDefault(options, property, file), ...around], note };
    const missing = index - call.arguments.length;
    if (missing < 0 || missing > 1) return { skip: 'its options stand at an unknown place' };
    const [first, ...others] = addOptions(call, missing === 1 ? ['undefined'] : [], property, behind, file);
    return { edits: [first!, ...others, ...around], note };
  },
};

function loadOf({ call, library, index }: OutboundTimeout, file: FileContext): Load {
  const instance = findInstanceLibrary(call, file);
  const calls = instance ? [{ call, index }, ...listInstanceCalls(call, instance, file)] : [{ call, index }];
  const uses = calls.map((one) => bodyUseOf(one.call, library, file));
  return {
    sent: calls.some((one) => sendsBulk(one.call, one.index, file)),
    brought: uses.find((use) => use === 'stream') ?? uses.find((use) => use !== undefined),
  };
}

function limitOf({ call, library, options }: OutboundTimeout, load: Load, file: FileContext): Limit | Skip {
  switch (library) {
    case 'axios':
    case 'nest':
      // Counts what is sent and the head of the answer, then silence: that of a client who reads slowly, too.
      if (!load.sent && load.brought !== 'stream') return { property: timeout };
      return { skip: findInstanceLibrary(call, file) ? tooMuchOfSome : load.sent ? tooMuch : asItComes };
    case 'request':
    case 'request-promise':
    case 'simple-get':
      // Counts silence.
      return load.brought === 'stream' ? { skip: asItComes } : { property: timeout };
    case 'got':
      return {
        property: `timeout: { ${load.sent || load.brought ? `connect: 10_000, response` : 'request'}: 10_000 }`,
      };
    case 'download':
      return { property: timeout };
    case 'needle':
      return { property: 'response_timeout: 10_000' };
    case 'fetch':
    case 'node-fetch':
      return limitOfFetch(call, options, load, file);
    default:
      return { skip: 'what is to happen with the socket when time is up has to be written' };
  }
}

/** A signal ends the body as well, whoever reads that. */
function limitOfFetch(
  call: ts.CallExpression,
  options: ts.ObjectLiteralExpression | undefined,
  { sent, brought }: Load,
  file: FileContext,
): Limit | Skip {
  if (brought && isUndiciRequest(call, file)) return { property: 'headersTimeout: 10_000' };
  if (sent) return { skip: tooMuch };
  // Counts the time until the answer, and then that of a body that is read at once.
  if (isNodeFetch2(call, file) && brought !== 'bytes') return { property: timeout };
  const why = whyNotOnNode(brought ? 'AbortController' : 'AbortSignal.timeout', file);
  if (why) return { skip: why };
  if (!brought) return { property: 'signal: AbortSignal.timeout(10_000)' };
  const isMadeHere = !options || isWithin(options, call);
  return (isMadeHere && limitUntilAnswer(call, file)) || { skip: asItComes };
}

function isUndiciRequest(call: ts.CallExpression, file: FileContext): boolean {
  const origin = findOrigin(call.expression, file);
  return origin !== undefined && bareModule(origin.module) === 'undici' && originName(origin) === 'request';
}

/** Other packages hand on to version 2, and have no types for what it takes. */
function isNodeFetch2(call: ts.CallExpression, file: FileContext): boolean {
  const module = bareModule(findOrigin(call.expression, file)?.module ?? '');
  return file.package.nodeFetch === 2 && module === 'node-fetch';
}

/** Whether options are made anew for each time that a call runs. */
function isOfOneCall(options: ts.Node, call: ts.Node): boolean {
  return (
    isWithin(options, call) ||
    (findEnclosingFunction(options) === findEnclosingFunction(call) &&
      findEnclosingLoop(options) === findEnclosingLoop(call))
  );
}
