import type { EntryPoint, RequestedBy } from '../model/link.ts';

/** Whether an entry runs again and again for what comes from outside: users, messages, connections. */
export function isFromOutside(entry: EntryPoint | undefined): boolean {
  return entry !== undefined && entry.kind !== 'startup' && !entry.seldom;
}

/** Whether those who are asked for come in by an entry. */
export function isBy(by: RequestedBy, { seldom, isAction, isRare, isEnded }: EntryPoint): boolean {
  const isOften = !seldom && !isRare;
  switch (by) {
    case 'users':
      return isOften;
    case 'readers':
      return isOften && !isAction;
    case 'waiting':
      return !isEnded && seldom !== 'trial' && seldom !== 'admin';
    case 'waiting-users':
      return !isEnded && !seldom;
    case 'sharing':
      return !isEnded;
    case 'sharing-users':
      return !isEnded && isOften;
  }
}

/** Whether administrators are none of those who are asked for. */
export function isWithoutAdmins(by: RequestedBy): boolean {
  return by !== 'sharing';
}

const requests: Readonly<Record<RequestedBy, string>> = {
  users: 'request that users make often',
  readers: 'request that users make often, to read,',
  waiting: 'request that a hanging call would hold',
  'waiting-users': 'request of users that a hanging call would hold',
  sharing: 'request to a process that others share',
  'sharing-users': 'request that users make often to a process that others share',
};

/** What was looked for, in the words of a reason. */
export function requestOf(by: RequestedBy | undefined): string {
  return by ? requests[by] : 'request handler';
}
