import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseOwners, readOwners } from '../../src/engine/code-owners.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function tree(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-owners-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe('a CODEOWNERS file of GitHub', () => {
  const ownersOf = parseOwners(
    `# default
*       @acme/all
*.js    @js #an inline comment
/build/logs/ @ops
docs/*  docs@example.com
apps/   @apps
/scripts/ @ops @js
**/logs @logs
/apps/github
/a\\ b/  @blanks
!*.ts   @nobody
/Readme.md @writer
`,
    false,
  );

  it.each([
    ['src/index.ts', ['@acme/all'], 'the line for all'],
    ['src/a.js', ['@js'], 'a later line wins; a comment behind owners is none'],
    ['build/logs/a.txt', ['@logs'], 'the last match, not the longest'],
    ['docs/start.md', ['docs@example.com'], 'a mail address'],
    ['docs/build/start.md', ['@acme/all'], 'docs/* reaches no deeper'],
    ['packages/apps/x.ts', ['@apps'], 'a folder at any depth'],
    ['scripts/run.ts', ['@ops', '@js'], 'several owners'],
    ['apps/github/x.ts', [], 'a line without owners takes them away'],
    ['a b/x.ts', ['@blanks'], 'an escaped blank'],
    ['README.md', ['@acme/all'], 'case counts'],
  ])('%s belongs to %j: %s', (path, owners) => {
    expect(ownersOf(path)).toEqual(owners);
  });
});

describe('a CODEOWNERS file of GitLab', () => {
  const ownersOf = parseOwners(
    `* @default
internal/README.md @anywhere
[Documentation][2] @docs-team
docs/
README.md @writer
^[Database] @dba
model/db/
!model/db/seeds/
[documentation] @later
*.adoc
`,
    true,
  );

  it.each([
    ['src/index.ts', ['@default'], 'the lines before any section'],
    ['lib/internal/README.md', ['@anywhere', '@writer'], 'each section has its own last match; a path starts anywhere'],
    ['docs/a.md', ['@default', '@docs-team'], "an entry without owners has its section's"],
    ['model/db/x.ts', ['@default', '@dba'], 'an optional section'],
    ['model/db/seeds/x.ts', ['@default'], 'what a section excludes'],
    ['a.adoc', ['@default', '@later'], 'a section that is named twice goes on'],
  ])('%s belongs to %j: %s', (path, owners) => {
    expect(ownersOf(path)).toEqual(owners);
  });
});

describe('which file holds', () => {
  it('that of the checkout, with paths from its top, also for a folder below it', () => {
    const top = tree({ '.git/HEAD': '', CODEOWNERS: '/services/shop/src/ @shop\n', 'services/shop/src/a.ts': '' });
    expect(readOwners(join(top, 'services/shop'))?.('src/a.ts')).toEqual(['@shop']);
  });

  it('.github before the top, the top before docs', () => {
    const all = { '.github/CODEOWNERS': '* @a\n', CODEOWNERS: '* @b\n', 'docs/CODEOWNERS': '* @c\n' };
    expect(readOwners(tree(all))?.('x.ts')).toEqual(['@a']);
    expect(readOwners(tree({ CODEOWNERS: '* @b\n', 'docs/CODEOWNERS': '* @c\n' }))?.('x.ts')).toEqual(['@b']);
    expect(readOwners(tree({ '.gitlab/CODEOWNERS': 'a/b.ts @d\n' }))?.('x/a/b.ts')).toEqual(['@d']);
  });

  it('none: nobody is named', () => {
    expect(readOwners(tree({ 'a.ts': '' }))).toBeUndefined();
    expect(readOwners(tree({ 'CODEOWNERS/a.ts': '' }))).toBeUndefined();
  });
});
