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
