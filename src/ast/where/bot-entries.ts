import type { EntryPoint } from '../../model/link.ts';

/** By its library: the methods that are handed what a bot runs for those who write to it. */
const handling: Readonly<Record<string, RegExp>> = {
  telegraf: /^(?:command|hears|action|on|inlineQuery|gameQuery|reaction)$/,
  grammy: /^(?:command|hears|callbackQuery|inlineQuery|on|reaction)$/,
  'node-telegram-bot-api': /^(?:onText|onReplyToMessage)$/,
  '@slack/bolt': /^(?:command|event|message|action|shortcut|view|options)$/,
};
/** What Discord's clients tell of: each message, command and reaction of a member. */
const chatEvent =
  /^(?:messageCreate|messageUpdate|interactionCreate|messageReactionAdd|guildMemberAdd|voiceStateUpdate|callback_query|inline_query|chat)$/;
const chatModule = /^(?:discord\.js|eris|oceanic\.js|detritus-client|node-telegram-bot-api|tmi\.js|whatsapp-web\.js)$/;

/** What the functions handed to `method` of a chat bot are: `bot.command('start', fn)`, `client.on('messageCreate', fn)`. */
export function entryOfBot(module: string, method: string, event: string | undefined): EntryPoint | undefined {
  const isHandler = handling[module]?.test(method) ?? false;
  const isEvent = method === 'on' && event !== undefined && chatModule.test(module) && chatEvent.test(event);
  return isHandler || isEvent ? { kind: 'request', label: `${module} ${event ?? method}` } : undefined;
}
