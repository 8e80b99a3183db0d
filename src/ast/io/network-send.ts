import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue } from '../names/functions.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import { type FunctionNode, findEnclosingFunction, findMemberName, skipWrappers } from '../syntax.ts';
import type { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { isAwaitedOrReturned } from './queries.ts';

const remote =
  /^(?:axios|got|undici|node-fetch|cross-fetch|ky|superagent|needle|stripe|@octokit\/.+|@aws-sdk\/client-.+|@google-cloud\/(?:storage|pubsub)|openai|@anthropic-ai\/sdk|nodemailer|resend|@sendgrid\/mail|twilio|@slack\/web-api|kafkajs|amqplib)$/;
const remoteWord =
  /\bfetch\(|['"](?:axios|got|undici|node-fetch|cross-fetch|ky|superagent|needle|stripe|@octokit\/|@aws-sdk\/client-|@google-cloud\/|openai|@anthropic-ai\/|nodemailer|resend|@sendgrid\/|twilio|@slack\/|kafkajs|amqplib)/;

/** What makes or sets up a client of HTTP, and asks nobody: the SDKs of services have resources that are created. */
const makesClient = /^(?:axios|got|ky|undici|nodemailer)$/;
const setup = /^(?:create\w*|extend|defaults|setGlobalDispatcher)$/;
const computed = /^(?:getSignedUrl\w*|webhooks|constructEvent\w*)$/;

/**
 * The call of a service over the network that a call is, or that a helper of this file which it runs waits for: one helper
 * deep.
 */
export function findSend(call: ts.CallExpression, file: FileContext): ts.CallExpression | undefined {
  if (!file.memo(namesRemote, file.source)) return undefined;
  if (isSend(call, file)) return call;
  const fn = findFunctionValue(call.expression, file);
  return fn && listOwnSends(fn, file)[0];
}

/** The calls of other services that a function itself waits for. */
export function listOwnSends(fn: FunctionNode, file: FileContext): readonly ts.CallExpression[] {
  if (!file.memo(namesRemote, file.source)) return [];
  return listNodesWithin('CallExpression', fn, file).filter(
    (call) => isAwaitedOrReturned(call) && findEnclosingFunction(call) === fn && isSend(call, file),
  );
}

function namesRemote({ text }: ts.SourceFile): boolean {
  return remoteWord.test(text);
}

function isSend(call: ts.CallExpression, file: FileContext): boolean {
  const callee = skipWrappers(call.expression);
  const origin = findOrigin(callee, file);
  if (!origin) return false;
  const module = bareModule(origin.module);
  const path = originName(origin);
  if (module === '') return path === 'fetch' || path === 'globalThis.fetch';
  if (!remote.test(module) || /\bErrorCode\b/.test(path)) return false;
  return !(makesClient.test(module) ? setup : computed).test(findMemberName(callee) ?? '');
}

/** A time-out in its own options bounds how long whoever waits holds what they hold. */
export function isLimitedSend({ arguments: given }: ts.CallExpression, file: FileContext): boolean {
  return given.some((argument) => /\b(?:timeout|signal)\b/.test(argument.getText(file.source)));
}
