/** Something the user gave is wrong: nothing was judged (exit 2). */
export class InputError extends Error {
  override readonly name = 'InputError';
  /** Where the wrong thing stands: "plimsoll.config.json:9:5". */
  readonly at: string | undefined;
  /** The wrong name, and the right ones to suggest from. */
  readonly wrong: { name: string; candidates: readonly string[] } | undefined;
  /** The command, or the page, that lists what is right. */
  readonly list: string | undefined;
  /** What to do about it. */
  readonly help: string | undefined;

  constructor(
    message: string,
    details: {
      at?: string | undefined;
      wrong?: { name: string; candidates: readonly string[] } | undefined;
      list?: string | undefined;
      help?: string | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.at = details.at;
    this.wrong = details.wrong;
    this.list = details.list;
    this.help = details.help;
  }
}
