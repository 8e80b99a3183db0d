export interface Terminal {
  colour: boolean;
  hyperlinks: boolean;
  unicode: boolean;
  width: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

function isForced({ FORCE_COLOR }: Environment): boolean {
  return FORCE_COLOR !== undefined && FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
}

/** Colour goes to terminals that have it; NO_COLOR beats FORCE_COLOR, and both beat what the terminal says. */
export function hasColour(isTty: boolean, env: Environment): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR === '0' || env.FORCE_COLOR === 'false') return false;
  if (isForced(env)) return true;
  return isTty && env.TERM !== 'dumb';
}

/** Terminals known to follow links; the others would show the escapes. */
function followsLinks(env: Environment): boolean {
  if (env.CI !== undefined || env.TERM === 'dumb') return false;
  if (env.FORCE_HYPERLINK !== undefined) return env.FORCE_HYPERLINK !== '0';
  if (env.WT_SESSION !== undefined || env.KONSOLE_VERSION !== undefined || env.KITTY_WINDOW_ID !== undefined)
    return true;
  if (Number(env.VTE_VERSION ?? 0) >= 5000) return true;
  return /^(iTerm\.app|WezTerm|vscode|ghostty|Hyper|rio)$/.test(env.TERM_PROGRAM ?? '');
}

/** False for a Linux console and for locales that are not UTF-8. */
function hasUnicode(env: Environment, platform: string): boolean {
  if (platform === 'win32') return env.WT_SESSION !== undefined || env.TERM_PROGRAM === 'vscode';
  if (env.TERM === 'linux' || env.TERM === 'dumb') return false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return locale === '' || /utf-?8/i.test(locale) || locale === 'C.UTF-8';
}

/** What a stream can show. */
export function terminalOf(stream: NodeJS.WriteStream, env: Environment = process.env): Terminal {
  const isTty = stream.isTTY === true;
  const colour = hasColour(isTty, env);
  return {
    colour,
    hyperlinks: colour && isTty && followsLinks(env),
    unicode: hasUnicode(env, process.platform),
    width: (isTty ? stream.columns : Number(env.COLUMNS)) || 80,
  };
}
