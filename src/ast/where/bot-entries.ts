import type { FileContext } from '../../model/file-context.ts';
import type { EntryPoint } from '../../model/link.ts';
import { bareModule, findOrigin, type Origin, originName, packageOfModule } from '../names/provenance.ts';
import { type FunctionNode, findPropertyName, findStringValue, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { dependsOn } from './framework-calls.ts';

/** Libraries of bots: what people write to them comes in by these methods. */
const botMethods: Readonly<Record<string, RegExp>> = {
  telegraf:
    /^(?:command|hears|on|action|start|help|settings|use|inlineQuery|gameQuery|reaction|cashtag|hashtag|mention|email|url|phone)$/,
  grammy: /^(?:command|hears|on|callbackQuery|inlineQuery|reaction|use)$/,
  'node-telegram-bot-api': /^(?:onText|onReplyToMessage|on)$/,
  '@slack/bolt': /^(?:message|command|event|action|view|shortcut|options|use)$/,
};
const chatEvent =
  /^(?:message|messageCreate|messageUpdate|interaction|interactionCreate|messageReactionAdd|guildMemberAdd|voiceStateUpdate|callback_query|inline_query|chat)$/i;
const chatModule =
  /^(?:discord\.js|eris|oceanic\.js|detritus-client|guilded\.js|revolt\.js|tmi\.js|matrix-js-sdk|botbuilder|whatsapp-web\.js)$/;

/** What people write to a bot, or what triggers a cloud function: `bot.command('price', fn)`, `functions.https.onCall(fn)`. */
export function entryOfBotCall(
  call: ts.CallExpression,
  method: string,
  origin: Origin | undefined,
): EntryPoint | undefined {
  if (!origin) return undefined;
  const module = packageOfModule(origin.module);
  const [first] = call.arguments;
  const text = findStringValue(first);
  if (botMethods[module]?.test(method)) return { kind: 'request', label: `${module} ${method} ${text ?? ''}`.trim() };
  if (/^(?:on|addListener)$/.test(method) && chatModule.test(module) && first && chatEvent.test(nameOfEvent(first)))
    return { kind: 'request', label: `${module} '${nameOfEvent(first)}'` };
  if (module === 'firebase-functions' && /^on[A-Z]\w*$/.test(method))
    return {
      kind: method === 'onRun' ? 'event' : 'request',
      label: `${module} ${method}`,
      ...(method === 'onRun' && { seldom: 'job' as const }),
    };
  return undefined;
}

/**
 * `client.on('ready', fn)`, `client.on(Events.ClientReady, fn)`, also in a chain of them: the client of a bot tells it once,
 * as the bot comes up. Where nothing tells what a `client` is, it is that of the library which the package depends on.
 */
export function isReadyOfBot(call: ts.CallExpression, origin: Origin | undefined, file: FileContext): boolean {
  const [event] = call.arguments;
  if (!event || !/^(?:client)?ready$/i.test(nameOfEvent(event))) return false;
  if (origin) return chatModule.test(packageOfModule(origin.module));
  let at: ts.Expression = call;
  while (ts.isCallExpression(at) && ts.isPropertyAccessExpression(at.expression))
    at = skipWrappers(at.expression.expression);
  const isClient = ts.isIdentifier(at) && /^(?:client|bot)$/i.test(at.text);
  return isClient && dependsOn(chatModule, file);
}

/** `'messageCreate'`, `Events.MessageCreate`. */
function nameOfEvent(event: ts.Expression): string {
  const value = skipWrappers(event);
  return findStringValue(value) ?? (ts.isPropertyAccessExpression(value) ? value.name.text : '');
}

/**
 * What a bot loads from its folders of commands and events: `{ data: new SlashCommandBuilder(), execute(interaction) }`,
 * `{ name: Events.MessageCreate, execute(message) }`.
 */
export function entryOfBotModule(
  fn: FunctionNode,
  name: string,
  object: ts.ObjectLiteralExpression,
  file: FileContext,
): EntryPoint | undefined {
  if (!/^(?:execute|run)$/.test(name) || fn.parameters.length === 0) return undefined;
  if (isNamedCommand(fn, object)) return { kind: 'request', label: 'discord.js command' };
  for (const property of object.properties) {
    if (!ts.isPropertyAssignment(property)) continue;
    const key = findPropertyName(property.name);
    if (key === 'data' && isCommandBuilder(property.initializer, file))
      return { kind: 'request', label: 'discord.js command' };
    if (key === 'name' && isChatEvent(property.initializer, file))
      return { kind: 'request', label: `discord.js '${nameOfEvent(property.initializer)}'` };
  }
  return undefined;
}

/** `{ name: 'poll', execute(interaction) { … } }`: nobody else is handed an interaction. */
function isNamedCommand(fn: FunctionNode, { properties }: ts.ObjectLiteralExpression): boolean {
  const isHanded = fn.parameters.some(({ name }) => ts.isIdentifier(name) && name.text === 'interaction');
  return isHanded && properties.some(({ name }) => name && /^(?:name|data)$/.test(findPropertyName(name) ?? ''));
}

/** A chain that begins with `new SlashCommandBuilder()` of discord.js. */
function isCommandBuilder(given: ts.Expression, file: FileContext): boolean {
  let at = skipWrappers(given);
  while (ts.isCallExpression(at) && ts.isPropertyAccessExpression(at.expression))
    at = skipWrappers(at.expression.expression);
  if (!ts.isNewExpression(at)) return false;
  const origin = findOrigin(at.expression, file);
  return (
    origin !== undefined &&
    /^(?:discord\.js|@discordjs\/builders)$/.test(bareModule(origin.module)) &&
    /CommandBuilder$/.test(originName(origin))
  );
}

/** `Events.MessageCreate` of discord.js. */
function isChatEvent(given: ts.Expression, file: FileContext): boolean {
  const origin = findOrigin(given, file);
  return origin !== undefined && chatModule.test(bareModule(origin.module)) && chatEvent.test(nameOfEvent(given));
}
