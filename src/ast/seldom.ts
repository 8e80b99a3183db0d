import type { FileContext } from '../model/file-context.ts';
import { type FunctionNode, nameOfFunction } from './syntax.ts';

const seldomPath =
  /(?:^|\/)\(?(?:cron|cron-?jobs?|jobs)\)?\/|(?:^|[/._-])(?:backups?|restore)[/.]|(?:^|[/.])\(?(?:admin|administration|super-?admin|admin-?js|admin-?panel)\)?[/.]|[/.-](?:jobs?|cron|schedule[rd]?)(?:\.service|-handlers?)?\.[cm]?[jt]s$|(?:^|\/)deploy(?:ments?)?[/.-]|[/._-]logs?[._-](?:controller|routes?|router|handlers?)\b|\/(?:controllers?|pages)\/(?:[\w.-]+\/)*settings\//i;

/**
 * Whether a file serves what is asked for once in a while, by where it lies: pages of the administrators and of settings,
 * back-ups, deployments, logs, work of a timetable that nobody waits for. What it costs there few would notice.
 */
export function isSeldomAsked({ path }: FileContext): boolean {
  return seldomPath.test(path);
}

/** Whether what a file serves runs by a timetable, by where it lies: nobody sees how long it takes. */
export function isOfTimetable({ path }: FileContext): boolean {
  return /(?:^|\/)\(?(?:cron|cron-?jobs?|jobs)\)?\/|[/.-](?:jobs?|cron|schedule[rd]?)(?:\.service|-handlers?)?\.[cm]?[jt]s$/i.test(
    path,
  );
}

/** Called by hand, by somebody who sees how long it takes: an administrator, a test of settings. */
export function isByHand(fn: FunctionNode, file: FileContext): boolean {
  return (
    (isSeldomAsked(file) && !isOfTimetable(file)) ||
    /^test(?:Setup|Connection|Config\w*|Settings|Credentials|Webhook|Integration)$/.test(nameOfFunction(fn))
  );
}
