import { execFileSync } from 'node:child_process';
import type { ReportContext } from '../report/context.ts';

function git(root: string, ...args: string[]): string | undefined {
  try {
    return execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** The commit that is checked out; undefined outside a repository and before its first commit. */
export function headOf(root: string): string | undefined {
  return git(root, 'rev-parse', '--verify', '-q', 'HEAD');
}

/** The repository and revision that a folder is a checkout of; undefined outside one or without a web address. */
export function versionControlOf(root: string): ReportContext['versionControl'] {
  const remote = git(root, 'remote', 'get-url', 'origin');
  const revisionId = headOf(root);
  if (!remote || !revisionId) return undefined;
  const repositoryUri = remote.replace(/^(?:ssh:\/\/)?git@([^:/]+)[:/]/, 'https://$1/');
  // A local path, or credentials in the address, have no place in a report.
  if (!/^https?:\/\/[^@\s]+$/.test(repositoryUri)) return undefined;
  const branch = git(root, 'symbolic-ref', '--short', '-q', 'HEAD');
  return { repositoryUri, revisionId, ...(branch ? { branch } : {}) };
}
