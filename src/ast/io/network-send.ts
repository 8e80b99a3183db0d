import type { FileContext } from '../../model/file-context.ts';
import { findFunctionValue } from '../names/functions.ts';
import { bareModule, findOrigin, type Origin, originName } from '../names/provenance.ts';
import {
  calleeName,
  type FunctionNode,
  findEnclosingFunction,
  findMemberName,
  findMethodCall,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listNodesWithin } from '../within.ts';
import { findOutboundCall } from './outbound-call.ts';
import { isAwaitedOrReturned } from './queries.ts';

/**
 * Packages that ask another host whatever is called of them, but for what sets a client up or computes. A last `/` or `-`
 * stands for all that begin so.
 */
const senders = [
  ...['axios', 'got', 'undici', 'node-fetch', 'cross-fetch', 'ky', 'superagent', 'needle'],
  ...['nodemailer', '@nestjs-modules/mailer', 'resend', '@sendgrid/mail', 'postmark', 'mailgun.js'],
  ...['web-push', 'expo-server-sdk', 'firebase-admin/messaging', 'twilio', '@slack/web-api'],
  ...['stripe', '@octokit/', 'openai', '@anthropic-ai/sdk'],
  ...['@aws-sdk/client-', '@google-cloud/storage', '@google-cloud/pubsub', 'kafkajs', 'amqplib'],
  ...['aws-sdk', 'googleapis', 'cloudinary', 'algoliasearch', 'razorpay', 'auth0', '@clerk/', 'plaid', '@mailchimp/'],
  ...['@hubspot/api-client', '@google/genai', '@google/generative-ai'],
];
const patterns = senders.map((name) => name.replaceAll('.', '\\.'));
const sender = new RegExp(`^(?:${patterns.map((one) => (/[/-]$/.test(one) ? `${one}.+` : one)).join('|')})$`);
/** Clients that are called after the service they ask. */
const clientName = /^(?:stripe|openai|anthropic|resend|twilio|octokit|razorpay|plaid|postmark|cloudinary)(?:Client)?$/;
const clientOfName =
  /\b(?:stripe|openai|anthropic|resend|twilio|octokit|razorpay|plaid|postmark|cloudinary)(?:Client)?\.\w+\.\w+/;
const senderWord = new RegExp(
  `\\bfetch\\(|['"](?:${[...patterns, '@nestjs/axios', 'request', 'simple-get', 'download', 'ofetch', '(?:node:)?https?'].join('|')})`,
);

/** What makes or sets up a client of HTTP, and asks nobody: the SDKs of services have resources that are created. */
const makesClient = /^(?:axios|got|ky|undici|nodemailer)$/;
const setup = /^(?:create\w*|extend|defaults|setGlobalDispatcher)$/;
const computed = /^(?:getSignedUrl\w*|webhooks|constructEvent\w*)$/;

/**
 * The call of a service over the network that a call is, or that a helper of this file which it runs waits for: one helper
 * deep.
 */
export function findSend(awaited: ts.CallExpression, file: FileContext): ts.CallExpression | undefined {
  const call = observedCall(awaited);
  if (isSend(call, file)) return call;
  const fn = findFunctionValue(call.expression, file);
  return fn && listOwnSends(fn, file)[0];
}

/** `http.post(url)` of `firstValueFrom(http.post(url).pipe(…))`. */
function observedCall(call: ts.CallExpression): ts.CallExpression {
  if (!/^(?:first|last)ValueFrom$/.test(calleeName(call)) || !call.arguments[0]) return call;
  let at = skipWrappers(call.arguments[0]);
  while (ts.isCallExpression(at) && findMethodCall(at)?.method === 'pipe') at = findMethodCall(at)!.receiver;
  return ts.isCallExpression(at) ? at : call;
}

/** The calls of other services that a function itself waits for. */
export function listOwnSends(fn: FunctionNode, file: FileContext): readonly ts.CallExpression[] {
  if (!file.memo(namesSender, file.source)) return [];
  return listNodesWithin('CallExpression', fn, file).filter(
    (call) => isAwaitedOrReturned(call) && findEnclosingFunction(call) === fn && isSend(call, file),
  );
}

function namesSender({ text }: ts.SourceFile): boolean {
  return senderWord.test(text) || clientOfName.test(text);
}

/** Whether a call asks another host, by whatever library: what it is handed there is nobody else's business. */
export function isSend(call: ts.CallExpression, file: FileContext): boolean {
  if (!file.memo(namesSender, file.source)) return false;
  if (findOutboundCall(call, file)) return true;
  const callee = skipWrappers(call.expression);
  const origin = findOrigin(callee, file);
  if (origin && isNamedClient(origin)) return !computed.test(findMemberName(callee) ?? '');
  const module = origin ? bareModule(origin.module) : '';
  if (!origin || !sender.test(module) || /\bErrorCode\b/.test(originName(origin))) return false;
  return !(makesClient.test(module) ? setup : computed).test(findMemberName(callee) ?? '');
}

/** `stripe.paymentIntents.create()` where another file of the project makes the client: what has its name, and resources. */
function isNamedClient({ module, path }: Origin): boolean {
  if (!/^[.#~@]/.test(module) || sender.test(bareModule(module))) return false;
  const [name = '', ...members] = path.filter((step) => step !== 'default' && step !== '*');
  // `stripe.createCustomer()` of a module of that name is a helper, which says itself what it does.
  return clientName.test(name) && members.length > 1 && !members.includes('()') && !members.includes('new');
}

/** A time-out in its own options bounds how long whoever waits holds what they hold. */
export function isLimitedSend({ arguments: given }: ts.CallExpression, file: FileContext): boolean {
  return given.some((argument) => /\b(?:timeout|signal)\b/.test(argument.getText(file.source)));
}
