/** Fixing was refused before anything was changed (exit 2). */
export class FixRefused extends Error {
  override readonly name = 'UsageError';
  readonly kind: 'dirty-tree' | 'verify-fails-before' | 'runtime-not-installed';
  /** What is wrong: the changed files, the command, the folders. */
  readonly subject: string;
  /** What to do about it. */
  readonly hint: string;

  constructor(kind: FixRefused['kind'], subject: string, message: string, hint: string) {
    super(message);
    this.kind = kind;
    this.subject = subject;
    this.hint = hint;
  }
}
