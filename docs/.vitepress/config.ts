import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { ruleFacts } from '../../src/rule-facts.generated.ts';

const repository = 'https://github.com/plimsoll-dev/plimsoll';
const root = resolve(import.meta.dirname, '../..');

/**
 * Where a link of a page leads on the site: to another page, or, for a file of the repository that is no page, to where it
 * can be read.
 *
 * @param page absolute
 */
function siteLink(href: string, page: string): string {
  if (/^[a-z]+:|^#|^\//i.test(href)) return href;
  const [path = '', hash] = href.split('#');
  const file = resolve(dirname(page), path);
  const anchor = hash === undefined ? '' : `#${hash}`;
  if (file.startsWith(join(root, 'docs/')) && file.endsWith('.md')) {
    return `./${relative(dirname(page), file).replaceAll('\\', '/')}${anchor}`;
  }
  if (!existsSync(file)) throw new Error(`${relative(root, page)}: dead link ${href}`);
  return `${repository}/blob/main/${relative(root, file).replaceAll('\\', '/')}${anchor}`;
}

function ruleItems(): DefaultTheme.SidebarItem[] {
  const categories = [...new Set(ruleFacts.map(({ category }) => category))];
  return categories.map((text) => ({
    text,
    collapsed: true,
    items: ruleFacts.filter(({ category }) => category === text).map(({ id }) => ({ text: id, link: `/rules/${id}` })),
  }));
}

/** A Plimsoll line: a circle and the line through it. */
const mark = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke="#1d5f9e" stroke-width="4"><circle cx="16" cy="16" r="10"/><path d="M0 16h32"/></svg>`;

const page = (text: string, link: string) => ({ text, link });

export default defineConfig({
  title: 'Plimsoll',
  description: 'Finds the code that will sink a Node.js service under load, scores it, and repairs it.',
  lang: 'en',
  base: '/plimsoll/',
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(mark)}` }]],
  lastUpdated: false,
  markdown: {
    config(md) {
      const render = md.renderer.rules.link_open!;
      md.renderer.rules.link_open = (tokens, index, options, env: { path: string }, self) => {
        const token = tokens[index]!;
        token.attrSet('href', siteLink(decodeURI(token.attrGet('href') ?? ''), env.path));
        return render(tokens, index, options, env, self);
      };
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    nav: [page('Start', '/start'), page('Rules', '/rules/'), page('Score', '/scoring'), page('Runtime', '/runtime')],
    sidebar: [
      {
        text: 'Use',
        items: [
          page('Start', '/start'),
          page('Fixing', '/fixing'),
          page('Reports', '/reports'),
          page('The score', '/scoring'),
          page('How right it is', '/accuracy'),
          page('Configuration', '/configuration'),
          page('Adopting it on old code', '/adopting'),
          page('In CI', '/ci'),
          page('Editors', '/editors'),
          page('ESLint', '/eslint'),
          page('Coding agents', '/agents'),
          page('Autoscaling', '/autoscaling'),
          page('The runtime', '/runtime'),
        ],
      },
      {
        text: 'Build on it',
        items: [
          page('Rules of your own', '/plugins'),
          page('From a program', '/api'),
          page('How it is built', '/architecture'),
          page('Adding a rule', '/adding-a-rule'),
          page('Decisions', '/decisions'),
        ],
      },
      { text: 'Rules', link: '/rules/', items: ruleItems() },
    ],
    socialLinks: [{ icon: 'github', link: repository }],
    editLink: { pattern: `${repository}/edit/main/docs/:path`, text: 'Edit this page' },
    footer: { message: 'MIT licence. No network, no telemetry.' },
  },
  vite: { build: { chunkSizeWarningLimit: 2_000 } },
});
