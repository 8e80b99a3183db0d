import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { FixRefused } from './usage-error.ts';

const run = promisify(execFile);

/**
 * Refuses to change files that git could not bring back: when files under the root have changes that are not committed,
 * or when one of `files` is not tracked. A project without git is let through.
 *
 * @param files those about to change; POSIX, relative to the root
 * @throws UsageError naming the files in the way
 */
export async function checkCleanTree(root: string, files: readonly string[]): Promise<void> {
  const status = await readStatus(root);
  if (!status) return;
  const wanted = new Set(files);
  const inTheWay = status.filter(({ isTracked, file }) => isTracked || wanted.has(file)).map(({ file }) => file);
  if (inTheWay.length === 0) return;
  const shown = inTheWay.slice(0, 5).join(', ') + (inTheWay.length > 5 ? ` and ${inTheWay.length - 5} more` : '');
  throw new FixRefused(
    'dirty-tree',
    shown,
    `the git tree has changes that are not committed: ${shown}`,
    'commit or stash them first, or pass --allow-dirty',
  );
}

/**
 * Where the root lies in its repository, "packages/api/"; '' at the top, and where there is no git or no repository.
 * `git apply` reads the paths of a patch from there, whatever folder it is called in.
 */
export async function findPrefix(root: string): Promise<string> {
  try {
    return (await run('git', ['rev-parse', '--show-prefix'], { cwd: root })).stdout.replace(/\r?\n$/, '');
  } catch {
    return '';
  }
}

interface Changed {
  /** Relative to the root. */
  file: string;
  isTracked: boolean;
}

/** Undefined where there is no git or no repository. */
async function readStatus(root: string): Promise<Changed[] | undefined> {
  const git = async (...args: string[]): Promise<string> => {
    const options = { cwd: root, maxBuffer: 256 * 2 ** 20, env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' } };
    return (await run('git', args, options)).stdout;
  };
  let prefix: string;
  let output: string;
  try {
    prefix = (await git('rev-parse', '--show-prefix')).trim();
    output = await git('status', '--porcelain', '-z', '--no-renames', '--untracked-files=all', '--', '.');
  } catch {
    return undefined;
  }
  const entries = output.split('\0').filter((entry) => entry !== '');
  return entries.map((entry) => ({ file: entry.slice(3 + prefix.length), isTracked: !entry.startsWith('??') }));
}
