/**
 * Compiles globs over POSIX paths: `*`, `?`, `**`, `[…]`, `{a,b}`; a leading `!` takes matches back.
 * A pattern without a slash matches the name in any folder; one that names a folder matches all that it holds.
 */
export function compileGlobs(patterns: readonly string[]): (path: string) => boolean {
  const parts = patterns.map((pattern) => {
    const negated = pattern.startsWith('!');
    return { negated, expression: globExpression(negated ? pattern.slice(1) : pattern) };
  });
  return (path) => {
    let matched = false;
    for (const { negated, expression } of parts) {
      if (matched === negated && expression.test(path)) matched = !negated;
    }
    return matched;
  };
}

function globExpression(pattern: string): RegExp {
  const glob = pattern.replace(/^\.?\//, '').replace(/\/+$/, '');
  const prefix = glob.includes('/') ? '' : '(?:.*/)?';
  return new RegExp(`^${prefix}${translate(glob)}(?:/.*)?$`);
}

function translate(glob: string): string {
  let result = '';
  let braces = 0;
  for (let i = 0; i < glob.length; i++) {
    const char = glob[i]!;
    if (char === '*' && glob[i + 1] === '*') {
      const isWholeSegment = (i === 0 || glob[i - 1] === '/') && (i + 2 === glob.length || glob[i + 2] === '/');
      if (isWholeSegment && glob[i + 2] === '/') {
        result += '(?:.*/)?';
        i += 2;
      } else {
        result += isWholeSegment ? '.*' : '[^/]*';
        i += 1;
      }
    } else if (char === '*') result += '[^/]*';
    else if (char === '?') result += '[^/]';
    else if (char === '[' && glob.indexOf(']', i + 2) > 0) {
      const end = glob.indexOf(']', i + 2);
      result += `[${glob
        .slice(i + 1, end)
        .replace(/^!/, '^')
        .replaceAll('\\', '\\\\')}]`;
      i = end;
    } else if (char === '{' && glob.indexOf('}', i) > 0) {
      result += '(?:';
      braces++;
    } else if (char === '}' && braces > 0) {
      result += ')';
      braces--;
    } else if (char === ',' && braces > 0) result += '|';
    else result += char.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
  }
  return result;
}
