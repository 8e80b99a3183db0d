import { escapeName } from './escape-name.ts';

const made =
  /(?:const|let|var)\s+([\w$]+)\s*(?::[^=\n]+)?=\s*(?:new\s+)?(?:(?:[\w$]+|require\(\s*['"][^'"\n]+['"]\s*\))\.)?Router\s*\(/g;

/**
 * The rest of a text that gives a router of its own and nothing else (`const router = new Router(); router.get(…);
 * module.exports = router`), without the calls of that; undefined for others. What its routes run, runs where somebody mounts
 * it.
 */
export function restOfRouterFile(text: string): string | undefined {
  for (const [, name = ''] of text.matchAll(made)) {
    const router = escapeName(name);
    if (!new RegExp(`(?:\\bmodule\\.exports\\s*=|\\bexport\\s+default)\\s+${router}\\s*(?:;|$|\\n)`).test(text))
      continue;
    return text.replace(new RegExp(`^${router}\\s*\\.`, 'gm'), '  .').replace(/^module\.exports\s*=/gm, '  ');
  }
  return undefined;
}
