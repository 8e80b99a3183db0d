import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from './config/input-error.ts';

/** The commit that code is compared with. */
export interface Base {
  /** As the user knows it: "origin/main". */
  ref: string;
  /** Full hash. */
  commit: string;
}

/** Files of a revision, written out of git's objects. */
export interface Export {
  /** Absolute; stands for the folder that it was asked for. */
  root: string;
  remove(): void;
}

/** What a scan reads: sources, and the files that say how they belong together. */
const isRead = (path: string) =>
  /\.[cm]?[jt]sx?$|(?:^|\/)(?:package\.json|[jt]sconfig[\w.-]*\.json|pnpm-workspace\.yaml|\.gitignore)$/.test(path);

class GitError extends Error {}

/** Files are read through the same filters as a checkout, but nothing is fetched for them. */
const environment = { GIT_LFS_SKIP_SMUDGE: '1', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };

function git(folder: string, args: readonly string[], more: { input?: string; env?: NodeJS.ProcessEnv } = {}): string {
  const options: ExecFileSyncOptionsWithStringEncoding = {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 256 * 2 ** 20,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment, ...more.env },
    input: more.input ?? '',
  };
  try {
    return execFileSync('git', args, options);
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string };
    throw new GitError(String(stderr ?? '').trim() || message, { cause });
  }
}

function tryGit(folder: string, ...args: string[]): string | undefined {
  try {
    return git(folder, args).trim();
  } catch {
    return undefined;
  }
}

function assertRepository(folder: string): void {
  if (tryGit(folder, 'rev-parse', '--is-inside-work-tree') === 'true') return;
  throw new InputError('--changed and --staged need a git repository, and this folder is in none', {
    help: 'scan without them, or with a baseline: plimsoll baseline update',
  });
}

/** The branch that a change goes to: what the CI says, else the remote's own, else the usual names. */
function defaultRef(folder: string): string {
  const { GITHUB_BASE_REF, CI_MERGE_REQUEST_TARGET_BRANCH_NAME } = process.env;
  const target = GITHUB_BASE_REF || CI_MERGE_REQUEST_TARGET_BRANCH_NAME;
  if (target) return `origin/${target}`;
  const remoteHead = tryGit(folder, 'symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD');
  if (remoteHead) return remoteHead;
  const usual = ['origin/main', 'origin/master', 'main', 'master'];
  const found = usual.find((ref) => tryGit(folder, 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`));
  if (found === undefined) {
    throw new InputError('nothing to compare with: there is no origin/HEAD, main or master', {
      help: 'name a branch or a commit: --changed HEAD~1',
    });
  }
  return found;
}

/**
 * Where the checked out code left the branch `ref`.
 *
 * @throws InputError with the git command to run, when the ref or the history is not there.
 */
export function findBase(folder: string, given?: string): Base {
  assertRepository(folder);
  const ref = given ?? defaultRef(folder);
  const head = tryGit(folder, 'rev-parse', '--verify', '--quiet', 'HEAD^{commit}');
  if (head === undefined) throw new InputError('there is no commit yet to compare with');
  // A name that starts with a dash would be read as an option.
  const tip = ref.startsWith('-') ? undefined : tryGit(folder, 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`);
  const isShallow = tryGit(folder, 'rev-parse', '--is-shallow-repository') === 'true';
  const deepen = 'git fetch --unshallow origin (in GitHub Actions: actions/checkout with fetch-depth: 0)';
  if (tip === undefined) {
    const branches = tryGit(folder, 'for-each-ref', '--format=%(refname:short)', 'refs/heads', 'refs/remotes') ?? '';
    const isAncestor = /^[^~^]+[~^]/.test(ref);
    throw new InputError(`git knows no ref "${ref}"`, {
      wrong: { name: ref, candidates: branches.split('\n').filter(Boolean) },
      help: isShallow && isAncestor ? `this clone is shallow: ${deepen}` : fetchCommand(folder, ref, isShallow),
    });
  }
  const commit = tryGit(folder, 'merge-base', head, tip);
  if (!commit) {
    throw new InputError(
      isShallow
        ? `this clone is shallow: where HEAD left ${ref} is not in it`
        : `HEAD and ${ref} have no commit in common`,
      { help: isShallow ? deepen : 'compare with a branch of the same history' },
    );
  }
  return { ref, commit };
}

function fetchCommand(folder: string, ref: string, isShallow: boolean): string {
  const remotes = (tryGit(folder, 'remote') ?? '').split('\n').filter(Boolean);
  const remote = remotes.find((name) => ref.startsWith(`${name}/`));
  const [first] = remotes;
  const depth = isShallow ? ' --unshallow' : '';
  if (remote !== undefined) {
    const branch = ref.slice(remote.length + 1);
    return `git fetch${depth} ${remote} +refs/heads/${branch}:refs/remotes/${remote}/${branch}`;
  }
  if (first === undefined) return 'git branch --all lists what there is to compare with';
  if (!/^[\w./-]+$/.test(ref)) return 'name a branch or a commit: --changed HEAD~1';
  return `git fetch${depth} ${first} +refs/heads/${ref}:refs/remotes/${first}/${ref}, then --changed ${first}/${ref}; to scan a folder, name it before --changed`;
}

/** The last commit, for what is staged. */
export function findHead(folder: string): Base {
  assertRepository(folder);
  const commit = tryGit(folder, 'rev-parse', '--verify', '--quiet', 'HEAD^{commit}');
  if (commit === undefined) throw new InputError('there is no commit yet to compare with');
  return { ref: 'HEAD', commit };
}

/** Files that were moved since a commit: old path → new path, both relative to `folder`. */
export function listRenames(folder: string, { commit }: Base, staged: boolean): Map<string, string> {
  const args = ['diff', '--name-status', '--find-renames', '--diff-filter=R', '--relative', '-z'];
  const words = git(folder, [...args, ...(staged ? ['--cached'] : []), commit, '--']).split('\0');
  const renames = new Map<string, string>();
  for (let at = 0; at + 2 < words.length; at += 3) renames.set(words[at + 1] ?? '', words[at + 2] ?? '');
  return renames;
}

/**
 * The lines of a file that a commit does not hold as they are, 1-based, as ranges with both ends in them.
 *
 * @param was the name of the file at the commit
 * @param staged of the file as git has staged it
 */
export function listChangedLines(
  folder: string,
  { commit }: Base,
  { file, was }: { file: string; was: string },
  staged: boolean,
): (readonly [first: number, last: number])[] {
  const how = ['--unified=0', '--find-renames=1%', '--no-color', '--no-ext-diff', '--text', '--relative'];
  // Else a name with a `*` would mean several files.
  const paths = [...new Set([was, file])].map((path) => `:(literal)${path}`);
  const patch = git(folder, ['diff', ...how, ...(staged ? ['--cached'] : []), commit, '--', ...paths]);
  if (patch === '' && tryGit(folder, 'cat-file', '-e', `${commit}:./${was}`) === undefined) return [[1, Infinity]];
  return [...patch.matchAll(/^@@ -\S+ \+(\d+)(?:,(\d+))? @@/gm)].flatMap(([, first, count = '1']) =>
    count === '0' ? [] : [[Number(first), Number(first) + Number(count) - 1] as const],
  );
}

/** Writes the files of a commit, or of the index, that a scan reads into a temporary folder. */
export function exportTree(folder: string, source: Base | 'index'): Export {
  const top = git(folder, ['rev-parse', '--show-toplevel']).trim();
  const prefix = git(folder, ['rev-parse', '--show-prefix']).trim();
  const target = realpathSync(mkdtempSync(join(tmpdir(), 'plimsoll-base-')));
  const remove = () => rmSync(target, { recursive: true, force: true });
  try {
    const env = source === 'index' ? {} : { GIT_INDEX_FILE: join(target, 'index') };
    if (source !== 'index') git(top, ['read-tree', source.commit], { env });
    const listed = git(top, ['ls-files', '-z', '--cached', '--', prefix === '' ? '.' : prefix], { env });
    const paths = listed.split('\0').filter(isRead);
    const files = join(target, 'files');
    mkdirSync(join(files, prefix), { recursive: true });
    const input = paths.map((path) => `${path}\0`).join('');
    git(top, ['checkout-index', '--force', '--quiet', '-z', '--stdin', `--prefix=${files}/`], { env, input });
    return { root: join(files, prefix), remove };
  } catch (cause) {
    remove();
    if (!(cause instanceof GitError)) throw cause;
    throw new InputError(`git cannot read the code to compare with: ${cause.message.split('\n')[0] ?? ''}`, { cause });
  }
}
