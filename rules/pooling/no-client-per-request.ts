import { allOf } from '../../src/ast/all-of.ts';
import {
  fillsAnother,
  isCaptured,
  isEndedByWhatIsGiven,
  isMadeIfUnset,
  isNeverEnded,
} from '../../src/ast/clients/client-end.ts';
import { isClientFactory, keptByNobody, ofSettingsOnly } from '../../src/ast/clients/client-factory.ts';
import { isKeptBeyond, isTwinAgent, keepsConnections } from '../../src/ast/clients/client-kept.ts';
import { isOfRequestScope, isPartOfContext } from '../../src/ast/clients/client-of-request.ts';
import { isHabit, isWorthSharing, runsOften } from '../../src/ast/clients/client-weight.ts';
import { isForOneJob } from '../../src/ast/clients/job-client.ts';
import {
  type ClientCreation,
  clientMade,
  clientModules,
  findClientCreation,
  mayMakeClient,
} from '../../src/ast/clients/libraries.ts';
import { findMisspeltOption, type MisspeltOption } from '../../src/ast/clients/misspelt-option.ts';
import { listHandlePlaces } from '../../src/ast/handles/handle-escape.ts';
import { importWords } from '../../src/ast/mention-words.ts';
import { shownFunction } from '../../src/ast/names/shown-function.ts';
import { type FunctionNode, findEnclosingFunction, skipWrappers } from '../../src/ast/syntax.ts';
import { ts } from '../../src/ast/ts.ts';
import {
  isIndependentOf,
  isMadeForOneCall,
  isMemoised,
  isPartOfField,
  isSettled,
} from '../../src/ast/where/made-per-call.ts';
import { frequencyOf, isStartup, onAskedPath, onRequestPath, openToUsers } from '../../src/ast/where/where.ts';
import { defineRule } from '../../src/model/define-rule.ts';
import type { FileContext } from '../../src/model/file-context.ts';
import type { Match } from '../../src/model/rule.ts';

export type ClientPerRequest =
  | {
      kind: 'client';
      /** `new Pool(…)`, `createClient(…)`. */
      creation: ts.NewExpression | ts.CallExpression;
      library: ClientCreation;
      fn: FunctionNode;
      /** Whether its arguments depend on nothing inside the function, so that it could stand at module level. */
      isStatic: boolean;
      /** Its function gives it to whoever calls. */
      isGiven?: true;
    }
  | { kind: 'misspelt-option'; name: ts.PropertyName; right: string };

const clientWords = [...importWords(clientModules), 'loadPackageDefinition'] as const;

export const rule = defineRule<ClientPerRequest>({
  id: 'no-client-per-request',
  category: 'pooling',
  severity: 'high',
  confidence: 'likely',
  lifecycle: 'trial',
  effort: 15,
  message: '{what}',
  why: 'Connections are set up again for each request and thrown away (or never closed): latency grows by a handshake, and the number of connections grows with the number of requests until the server refuses them.',
  advice: 'Make it once, at module level or when the service starts, and let every request use it.',
  limits: [
    'A method that makes a client of what its object was given and ends it again is reported whoever calls it, unless it is there to connect, to try a connection or to set something up, or the client blocks or subscribes.',
    'A client built from the values of one request (another tenant’s address, a connection test) is reported as `possible` only, and so is one of what few ask for (administrators, jobs, a change of one thing, a report or an export by its name).',
    'What a function gives as a part of the context of a request is known by its name (`createContext`), and an instance for each request by `Scope.REQUEST` of Nest.',
    'An agent without `keepAlive` costs a handshake and keeps nothing: it is `possible`.',
    'An agent, or a client that one method of its class ends again, is `possible` where neither a request nor a user of the package (whom a function that reads the command line is not there for) is seen to come there; so is a client whose end somebody listens for, one that tries its settings or checks health, and one that only background jobs (pg-boss, BullMQ, Agenda, cron) make.',
    'A factory that returns a new client is judged by its callers in the same file; one called `getS3Client()` or the like by those of all files: where one of them keeps what it gives, gives it on, or hands in what differs from call to call, it is left alone.',
  ],
  mentions: clientWords,
  shapes: Object.fromEntries(clientWords.map((word) => [word, clientMade])),
  visit: {
    NewExpression: (node, file) => judge(node, file),
    CallExpression: (node, file) => judge(node, file),
  },
});

function judge(node: ts.NewExpression | ts.CallExpression, file: FileContext): Match<ClientPerRequest> | undefined {
  if (!mayMakeClient(node)) return undefined;
  const library = findClientCreation(node, file);
  if (!library) return undefined;
  if (library.kind === 'agent') {
    const misspelt = findMisspeltOption(node, file);
    if (misspelt) return reportMisspelt(misspelt);
  }
  const fn = findEnclosingFunction(node);
  if (isForEachAnyway(node, library)) return undefined;
  if (!fn || frequencyOf(node, file) === 'once' || isStartup(fn, file) || isMemoised(node, fn, file)) return undefined;
  const places = listHandlePlaces(node, file);
  const isOfRequest = isOfRequestScope(fn, file) || places.some((place) => isPartOfContext(place, fn));
  if (isOfRequest) return judgeOfRequest(node, library, fn, file);
  if (places.some((place) => isKeptBeyond(place, fn, file)) || isPartOfField(node, file) || isTwinAgent(node))
    return undefined;
  if (isEndedByWhatIsGiven(node, fn, file)) return undefined;
  // An agent or a memory is handed to each request it serves; other clients, once handed over, are the receiver's.
  const isMemory = library.kind === 'memory';
  const isLent = isMemory || library.kind === 'agent';
  const isHandedOver = places.some(
    (place) => place.kind === 'handed-over' && place.how !== 'using' && (place.how !== 'argument' || !isLent),
  );
  if (isHandedOver && !ts.isConstructorDeclaration(fn)) return judgeFactory(node, library, fn, file);
  if (isMemory && (isCaptured(node, fn, file) || isMadeIfUnset(node, fn, file) || fillsAnother(node, fn, file)))
    return undefined;
  const isStatic = (node.arguments ?? []).every((argument) => isIndependentOf(argument, fn, file));
  const isSame = (node.arguments ?? []).every((argument) => isSettled(argument, fn, file));
  const isForOneCall = isMadeForOneCall(node, fn, file);
  const isAgent = library.kind === 'agent';
  const isLeft = isNeverEnded(node, library, fn, file);
  const isWasted = isAgent && keepsConnections(node, library, file);
  return {
    at: node,
    confidence:
      (isAgent ? isWasted : isSame || isForOneCall || isMemory || isLeft) && isWorthSharing(node, fn, isLeft, file)
        ? 'likely'
        : 'possible',
    values: {
      what: `\`${textOf(node, file)}\` ${isMemory ? 'begins with' : 'opens'} ${costOf(node, library, file)} each time ${shownFunction(fn)} runs${isLeft ? ', and nothing ends it' : isForOneCall || isAgent ? '' : ', and a request runs it'}.`,
    },
    // A timer or a job that makes one in some minutes, or a part of the start, would not gain by sharing.
    ...(!isLeft &&
      !(isForOneCall && isHabit(node, fn, file)) && {
        sureWhen:
          isAgent || isForOneCall
            ? { kind: 'any', of: [onAskedPath(node, file), openToUsers(node, file)] }
            : onAskedPath(node, file),
      }),
    ...(!isForOneCall && { when: isAgent || isLeft ? runsOften(node, fn, file) : onRequestPath(node, file) }),
    data: { kind: 'client', creation: node, library, fn, isStatic },
  };
}

/** `getClient()`, which makes a new one for each request that asks for it. */
function judgeFactory(
  node: ts.NewExpression | ts.CallExpression,
  library: ClientCreation,
  fn: FunctionNode,
  file: FileContext,
): Match<ClientPerRequest> | undefined {
  if (!isClientFactory(node, fn, library, file)) return undefined;
  return {
    at: node,
    ...(!isWorthSharing(node, fn, false, file) && { confidence: 'possible' as const }),
    values: {
      what: `\`${textOf(node, file)}\` opens ${costOf(node, library, file)} for each call of ${shownFunction(fn)}, and requests call it.`,
    },
    when: allOf(onRequestPath(node, file), keptByNobody(fn), ...ofSettingsOnly(fn)),
    sureWhen: onAskedPath(node, file),
    data: { kind: 'client', creation: node, library, fn, isStatic: false, isGiven: true },
  };
}

/** Of an instance or a context that is made for each request. */
function judgeOfRequest(
  node: ts.NewExpression | ts.CallExpression,
  library: ClientCreation,
  fn: FunctionNode,
  file: FileContext,
): Match<ClientPerRequest> | undefined {
  if (!(node.arguments ?? []).every((argument) => isSettled(argument, fn, file, { handedIn: true }))) return undefined;
  const { name } = ts.isConstructorDeclaration(fn) && ts.isClassLike(fn.parent) ? fn.parent : {};
  const each = name ? `instance of \`${name.text}\`, which each request has one of` : `call of ${shownFunction(fn)}`;
  return {
    at: node,
    values: { what: `\`${textOf(node, file)}\` opens ${costOf(node, library, file)} for each ${each}.` },
    ...(!name && { when: onRequestPath(node, file) }),
    data: { kind: 'client', creation: node, library, fn, isStatic: false, isGiven: true },
  };
}

function textOf(node: ts.NewExpression | ts.CallExpression, file: FileContext): string {
  const callee = node.expression.getText(file.source);
  return ts.isNewExpression(node) ? `new ${callee}()` : `${callee}()`;
}

/** A mail transporter without `pool: true` connects for each mail, however many share it: a second one costs nothing. */
function isForEachAnyway({ arguments: given }: ts.NewExpression | ts.CallExpression, library: ClientCreation): boolean {
  if (!library.modules.includes('nodemailer')) return false;
  const options = given?.[0] && skipWrappers(given[0]);
  return options === undefined || !/\bpool\s*:\s*true\b/.test(options.getText());
}

/** What it costs; one that its function ends again reconnects no more. */
function costOf(node: ts.NewExpression | ts.CallExpression, { cost }: ClientCreation, file: FileContext): string {
  const lasting = ' that reconnects for ever';
  return cost.endsWith(lasting) && isForOneJob(node, file) ? cost.slice(0, -lasting.length) : cost;
}

function reportMisspelt({ name, written, right }: MisspeltOption): Match<ClientPerRequest> {
  return {
    at: name,
    confidence: 'certain',
    values: {
      what: `The agent has no option \`${written}\`: it is spelt \`${right}\`, and without it every request opens a connection of its own.`,
    },
    data: { kind: 'misspelt-option', name, right },
  };
}
