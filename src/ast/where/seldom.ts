import type { FileContext } from '../../model/file-context.ts';
import { type FunctionNode, nameOfFunction } from '../syntax.ts';

const timetablePath =
  /(?:^|\/)\(?(?:cron|cron-?jobs?|jobs)\)?\/|[/.-](?:jobs?|cron|schedule[rd]?)(?:\.service|-handlers?)?\.[cm]?[jt]s$/i;
const rarePath =
  /(?:^|[/._-])(?:backups?|restore)[/.]|(?:^|[/.])\(?(?:admin|administration|super-?admin|admin-?js|admin-?(?:panel|web|ui|app|portal|console|dashboard|frontend|site|client))\)?[/.]|(?:^|\/)deploy(?:ments?)?[/.-]|[/._-]logs?[._-](?:controller|routes?|router|handlers?)\b|\/(?:controllers?|pages)\/(?:[\w.-]+\/)*settings\/|\/admin(?:(?!client|sdk|api)[\w-])*[._-]?(?:service|controller|routes?|router|handlers?|resolver)\.[cm]?[jt]s$|(?:^|\/)(?:api|routes|controllers)\/(?:[\w-]+\/)?_?(?:dev|debug)\/|(?:^|\/)(?:dev|debug)[._-](?:controller|routes?|router|handlers?)\.[cm]?[jt]s$/i;
/** Commands of a bot that its developers or its owner call by hand. */
const ownersPath =
  /(?:^|\/)(?:dev(?:eloper)?s?|(?:bot-?)?owners?)[-_ ]?commands?\/|\/commands?\/(?:[\w-]+\/)?(?:developers?|(?:bot-?)?owners?)\//i;

/**
 * Whether a file serves what is asked for once in a while, by where it lies: pages of the administrators and of settings,
 * back-ups, deployments, logs, what developers and the owner of a bot call by
 * hand, work of a timetable that nobody waits for. What it costs there few would notice.
 */
export function isSeldomAsked(file: FileContext): boolean {
  return seldomOf(file) !== undefined;
}

/** Who asks for it: a job of a timetable, or an administrator. */
export function seldomOf({ path }: FileContext): 'job' | 'admin' | undefined {
  if (timetablePath.test(path)) return 'job';
  return isRare(path) ? 'admin' : undefined;
}

function isRare(path: string): boolean {
  return rarePath.test(path) || ownersPath.test(path);
}

/** Called by hand, by somebody who sees how long it takes (an administrator, a test of settings), not by a timetable. */
export function isByHand(fn: FunctionNode, file: FileContext): boolean {
  return (
    (isRare(file.path) && !timetablePath.test(file.path)) ||
    /^test(?:Setup|Connection|Config\w*|Settings|Credentials|Webhook|Integration)$/.test(nameOfFunction(fn))
  );
}

const tested =
  'connection config settings e?mail sms push webhook notification api key integration credentials database db redis model llm ai prompt vision endpoint route'
    .split(' ')
    .join('|');
/** `/discord/test`, `/test/radarr`, `/dev/sync`, `/test-api-key`: whoever sets something up tries it, and sees how long it takes. */
const triedByHand = new RegExp(
  `(?:^|/)_?(?:dev|debug)/|(?:^|/)(?:send[-_])?test(?:[-_](?:${tested})[\\w-]*)?(?:[/ ]|$)`,
  'i',
);
const polled =
  /^GET \/(?:api\/)?(?:metrics|prometheus|health(?:z|[-_]?check)?|readyz?|readiness|livez?|liveness)(?:\/(?:live|ready)\w*)?(?: |$)/i;
const ownData = /\/gdpr(?:\/|$)|data-export|^export(?:My|User|Personal)?Data\b/i;

/**
 * What a handler answers once in a while, by its label: what somebody tries as they set it up, what machines poll to watch
 * the process, and all that is kept of one person.
 */
export function isSeldomAnswered(label: string): 'job' | 'admin' | 'trial' | undefined {
  if (triedByHand.test(label)) return 'trial';
  if (polled.test(label)) return 'job';
  return ownData.test(label) ? 'admin' : undefined;
}
