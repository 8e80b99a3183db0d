import type { EntryPoint, RequestedBy } from '../model/link.ts';

/** Whether an entry runs again and again for what comes from outside: users, messages, connections. */
export function isFromOutside(entry: EntryPoint | undefined): boolean {
  return entry !== undefined && entry.kind !== 'startup' && !entry.seldom;
}

/** Whether those who are asked for come in by an entry. */
export function isBy(by: RequestedBy, { seldom, isAction, isEnded }: EntryPoint): boolean {
  if (by === 'sharing') return !isEnded;
  if (by === 'waiting' || by === 'waiting-users')
    return !isEnded && seldom !== 'trial' && seldom !== 'admin' && !(by === 'waiting-users' && seldom === 'job');
  return !seldom && !(by === 'readers' && isAction);
}

/** Whether administrators are none of those who are asked for. */
export function isWithoutAdmins(by: RequestedBy): boolean {
  return by !== 'sharing';
}
