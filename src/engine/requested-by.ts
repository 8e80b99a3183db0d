import type { EntryPoint, RequestedBy } from '../model/link.ts';
import type { Project } from './project.ts';

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

/** Whether a file that may load `home` has a word of administrators. */
export function isNamedByAdmins(project: Project, home: string): boolean {
  const mentions = (file: string): boolean => project.ask(file, 'admins', (text) => /admin/i.test(text));
  return project.reachersOf([home]).some((file) => mentions(file) && !project.isAside(file));
}
