import { createRequire } from 'node:module';
import type { ReportContext } from '../report/context.ts';

/** Loaded when a report asks for it, which few do. */
const processes = () => createRequire(import.meta.url)('node:child_process') as typeof import('node:child_process');

function git(root: string, ...args: string[]): string | undefined {
  try {
    const options = { encoding: 'utf8' as const, stdio: ['ignore' as const, 'pipe' as const, 'ignore' as const] };
    return processes()
      .execFileSync('git', ['-C', root, ...args], options)
      .trim();
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
