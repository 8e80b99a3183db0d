import type { FileRole, PackageFacts } from '../../model/file-context.ts';

const testPath =
  /(?:^|\/)(?:__(?:tests|mocks|fixtures|e2e)__|tests?|specs?|e2e|cypress|playwright|testing|test[-_]?utils?|mocks?|(?:[\w.-]+[._-])?(?:smoke|integration|e2e|unit|acceptance|functional|system|regression|contract|stress|perf(?:ormance)?|load|browser|compat(?:ibility)?|types?|typings?|dts)[._-]?tests?)\/|[._-](?:(?:client|server|unit|integration|int)?tests?(?:-d)?|integ|spec|e2e|cy|mock|mocks|stories|bench|benchmark)\.[cm]?[jt]sx?$|(?:^|\/)(?:(?:jest|vitest|karma|playwright|cypress)[.-]|(?:setup[-_.]?(?:files?[-_.]?after[-_.]?env|tests?|(?:jest|vitest|mocha))|(?:jest|vitest|mocha)[-_.]?setup)\b)[\w.-]+$/i;
/** A whole package below `fixtures/` is a project of its own: scanned by name, it is judged as one. */
const fixturePath = /(?:^|\/)fixtures?\//i;
const migrationPath =
  /(?:^|\/)(?:[a-z]+[-_])?(?:migrations?|upgrades|seeds?|seeders?|migrate)\/|(?:^|\/)migrat(?:e|ions?)\.[cm]?[jt]s$|[._-](?:migration|seed|seeder)\.[cm]?[jt]s$|(?:^|\/)schema[._-]?(?:upgrade|migration)\w*\.[cm]?[jt]s$/i;
/** What runs migrations, or answers about them, is no migration: `migration/MigrationExecutor.ts`, `migration/migration.service.ts`. */
const migrationRunner =
  /(?:^|\/)(?!\d)[\w.-]*(?:Executor|Runner|Service|Controller|Resolver|Router|Repository|[._-](?:executor|runner|service|controller|resolver|router|repository))\.[cm]?[jt]s$/;
const scriptPath =
  /(?:^|\/)(?:scripts?|bin|cli|codemods?|benchmarks?|bench|\.github|\.circleci|devtools?|emulators?)\/|^(?:tools?|tasks?|build|ci|dev|perf|release|generators?)\/|(?:^|\/)(?:gulpfile|gruntfile|cli|release|build(?!-)|webpack|rollup|esbuild)\b[\w.-]*\.[cm]?[jt]s$|^build-[\w.-]*\.[cm]?[jt]s$/i;
/** Whole words of a folder or file that fills a database once, puts a product in place, or takes texts out of sources. */
const seedPath =
  /(?:^|\/)(?:\w+[-_.])?seed(?:s|er|ers)?\.[cm]?[jt]s$|(?:^|\/)seed(?:s|er|ers)?[-_.](?!phrase|random|words?|peers?|keys?|nodes?|list)[\w.-]*\.[cm]?[jt]s$|(?:^|\/)prisma\/seed[\w.-]*(?:\/|$)/i;
const seedName = /(?:^|\/)(?:seed(?!Phrase|Random|Word|Peer|Key|Node|List)[A-Z]|[a-zA-Z]+Seeder?\.)[\w.-]*$/;
const installPath =
  /(?:^|\/)(?:pre|post|un)?install(?:ers?)?(?:\/|[-_.][\w.-]*$)|(?:^|\/)[\w.-]*[-_.]installer(?:\/|\.[cm]?[jt]s$)/i;
const installerName = /(?:^|\/)(?:\w*[a-z]Installer|Installer[A-Z]\w*)(?:\/|\.[cm]?[jt]s$)/;
/** Where such a word is the name of an address that is asked for. */
const addressPath = /(?:^|\/)(?:routes?|api|controllers?|handlers?|pages|app)\/|[._-](?:routes?|controller|handler)\./i;
const localeToolPath =
  /(?:^|\/)(?:extract|collect|scan)[-_.]?(?:locales?|i18n|l10n|translations?|langs?)(?:\/|[-_.]|$)|(?:^|\/)(?:locales?|i18n|l10n|translations?)[-_.]?(?:extract(?:or|ion)?|scanner)(?:\/|[-_.]|$)|(?:^|\/)(?:locales?|i18n|l10n|translations?)\/(?:extract|scan)(?:or)?\.[cm]?[jt]s$/i;
/** Servers and helpers that only tests and their machines talk to; `test-results/` of a product is not one. */
const testHelperPath =
  /(?:^|\/)(?:conformance(?:-\w+)*|(?:mock|stub)[-_](?:apis?|backends?|data|servers?|services?)|(?:[\w.-]+[-_])?(?:apis?|backends?|servers?|services?)[-_](?:mocks?|stubs?)|test-?containers?|test-(?:apps?|clients?|common|data|db|embed|env|environment|fixtures?|harness|helpers?|kit|lib|packages?|projects?|resources|server|setup|sites?|support))\/|^(?:certification|interop|(?:(?:integration|e2e|acceptance|functional|smoke)-)?tests?-[\w-]+|features(?:-\w+)?\/(?:support|step[_-]?definitions))\/|(?:^|\/)(?:conformance|certification|ci)-(?:server|runner|suite|app)\.[cm]?[jt]s$|(?:^|\/)(?:test[-_](?:utils?|helpers?|harness|setup|fixtures?|server|data)|mock[-_][\w.-]+)\.[cm]?[jt]sx?$/i;
const testPackage =
  /(?:^|\/)(?:tests?[-_][\w.-]+|testcontainers?|(?:[\w.-]+[-_])?(?:int(?:egration)?|e2e|acceptance|functional|smoke)[-_]tests?[-_][\w.-]+|(?!(?:ab|a-b|split|speed)[-_]tests?$)[\w.-]+[-_]test(?:s|ing|containers?|kit|[-_](?:utils?|helpers?|kit|apps?|servers?|tool(?:s|ing)?))?)$/i;
/** Folders that packages for the developers themselves lie in. */
const toolPackage =
  /(?:^|\/)(?:bin|scripts|tools?|(?:[\w.-]+-)?(?:cli|(?:scripts?|build|dev)-(?:tools?|utils?|helpers?)))$|(?:^|\/)bench(?:mark)?s?(?:\/|$)|^(?:dev|tools?|scripts)\//i;
const configPath =
  /(?:^|\/)[\w.-]+\.config\.[cm]?[jt]s$|(?:^|\/)\.\w+rc\.[cm]?js$|(?:^|\/)(?:knexfile|ormconfig)\.[cm]?[jt]s$/i;
const examplePath =
  /(?:^|\/)(?:examples?|demos?|samples?|playgrounds?|spikes?|demo[-_][\w.-]+|[\w.-]+[-_](?:demos?|examples?)|local-?env)\/|(?:^|\/)demo(?:[-_](?:server|app))?\.[cm]?[jt]s$|^sandbox\//i;
/** What is beside a product, too, but is visited, or begun with, by others. */
const besidePath = /^(?:docs|website|templates?)\//i;
/** What somebody laid aside when it was written anew. */
const retiredPath =
  /^(?:_?old|old-[\w.-]+|[\w.-]+-old|_archived?|archived|_?deprecated|_?obsolete|_?unused|_?attic|_?graveyard|_?bak|_backups?)\/|(?:^|\/)[\w-]+\.(?:bak|old|orig|backup)\//i;
const uiPath =
  /(?:^|\/)(?:client|frontend|front-end|web|webapp|ui|components?|hooks|public|assets|static|browser|renderer|mobile|ios|android|electron|desktop|admin-ui|dashboard)\//i;
const uiImport =
  /(?:from\s*|require\(\s*)['"](?:react|react-dom|react-native|preact|vue|svelte|solid-js|@angular\/\w[\w/-]*|lit|mobx-react|@emotion\/\w+|styled-components|jquery|pinia|zustand|@tanstack\/react-query|next\/(?:link|image|router|navigation))(?:\/[\w./-]+)?['"]/;

const nodeImport = /['"](?:node:[\w/]+|fs|fs\/promises|https?|net|child_process|worker_threads|cluster)['"]/;

/** A check of a site that somebody starts, and that drives a browser to its end. */
const launchAtTop = /^(?:(?:const|let|var)\s+)?\w+\s*=\s*await\s+(?:chromium|firefox|webkit|puppeteer)\.launch\s*\(/m;

/** A step of a workflow of GitHub: its process ends with it. */
const actionImport = /['"]@actions\/core['"]/;

/** What only extensions of a browser have. */
const extensionApi =
  /\b(?:browser|chrome)\.(?:runtime\.(?:send|on|connect|getURL|id\b)|storage\.(?:local|sync|session)\b)/;

/** Whether a file is part of an example, a demonstration or a place to try things out: what stands there runs in nobody's production. */
export function isSample(path: string): boolean {
  return examplePath.test(path);
}

/** Whether a path leads through `fixtures/`, which may hold whole packages. */
export function isFixturePath(path: string): boolean {
  return fixturePath.test(path);
}

export function isTestPath(path: string): boolean {
  return testPath.test(path);
}

const testName = /[a-z0-9](?:Tests?|Specs?)\.[cm]?[jt]sx?$/;
const runsTests = /^[ \t]*(?:describe|suite|context|it|test)(?:\.\w+)*\s*\(\s*['"`]/m;

/** `ordersTest.js`, `OrdersSpec.ts`: a test where its text says so, too, as a product may have a `LabTest` and a `cipherSpec`. */
export function isNamedAsTest(path: string): boolean {
  return testName.test(path);
}

/** Whether a text runs tests by one of the common runners. */
export function isTestText(text: string): boolean {
  return runsTests.test(text);
}

/** Whether the role of a file is `test`, as its path alone shows. */
export function isOfTests(path: string, pkg: PackageFacts): boolean {
  const inPackage = pathInPackage(path, pkg);
  return (
    testPath.test(path) || fixturePath.test(inPackage) || testHelperPath.test(inPackage) || testPackage.test(pkg.dir)
  );
}

function pathInPackage(path: string, { dir }: PackageFacts): string {
  return dir === '' ? path : path.slice(dir.length + 1);
}

/**
 * The role of a file by where it lies and what its head says. Rules about load are silent outside `product` (and some in `ui`).
 * A path decides first, with the text behind a name that may be a test's; a shebang, a place in package.json `bin`/`scripts`, or a browser launched at its top makes a script; a UI import, `'use client'` or a package that is built into a page makes UI.
 */
export function fileRole(path: string, text: string, pkg: PackageFacts): FileRole {
  const inPackage = pathInPackage(path, pkg);
  if (isOfTests(path, pkg) || (isNamedAsTest(path) && isTestText(text))) return 'test';
  if (configPath.test(path)) return 'config';
  if (migrationPath.test(path) && !migrationRunner.test(path)) return 'migration';
  if (toolPackage.test(pkg.dir) || text.startsWith('#!') || pkg.scripts.has(inPackage) || scriptPath.test(inPackage))
    return 'script';
  if (isSeed(path, text)) return 'migration';
  if (isTool(path)) return 'script';
  if (isOclifCommand(inPackage, pkg) || isHandTool(inPackage, text)) return 'script';
  if (text.includes('.launch') && launchAtTop.test(text)) return 'script';
  if (isSample(path) || besidePath.test(path) || retiredPath.test(inPackage)) return 'example';
  // Rendering on the server is under the load of requests.
  const head = text.length > 6000 ? text.slice(0, 6000) : text;
  if (actionImport.test(head)) return 'script';
  if (head.includes('react-dom/server') && /['"]react-dom\/server/.test(head)) return 'product';
  if (hasDirective(head, 'use client')) return 'ui';
  if (isLoadedOnServer(path, text)) return 'product';
  if (uiImport.test(head) || (pkg.isBuiltIntoPage && !nodeImport.test(head))) return 'ui';
  if (/\.(?:runtime|storage)\./.test(text) && extensionApi.test(text)) return 'ui';
  if (uiPath.test(path) && /\.[jt]sx$|\b(?:document|window|localStorage|HTMLElement)\b/.test(path + head)) return 'ui';
  return 'product';
}

const serverImport =
  /['"](?:@remix-run\/(?:node|server-runtime|cloudflare|deno|express)|@react-router\/node|(?:\.{1,2}\/)*\+types\/[^'"]+|[^'"\n]*(?:\.server(?:\/[^'"\n]*)?|\/server-only\/[^'"\n]*))['"]/;

/** A page that says itself how the server loads what it shows: Remix and React Router by their routes, Next by its pages. */
export function isLoadedOnServer(path: string, text: string): boolean {
  const isRoute = /(?:^|\/)routes\//.test(path) && serverImport.test(text.slice(0, 6000));
  if (isRoute) return /^export (?:const|(?:async )?function) (?:loader|action)\b/m.test(text);
  return /(?:^|\/)pages\//.test(path) && /^export (?:const|(?:async )?function) getServerSideProps\b/m.test(text);
}

/** A command of a program on the command line: its process lives as long as it. */
function isOclifCommand(inPackage: string, { dependencies }: PackageFacts): boolean {
  return /(?:^|\/)commands\//.test(inPackage) && dependencies.has('@oclif/core');
}

/** A program in a folder of tools that reads its arguments. */
function isHandTool(inPackage: string, text: string): boolean {
  return /(?:^|\/)tools?\//.test(inPackage) && /\bprocess\.argv\b|['"](?:minimist|yargs|commander)['"]/.test(text);
}

/** Whether a file fills a database with its first rows; who seeds a torrent serves all day. */
function isSeed(path: string, text: string): boolean {
  return (
    (seedPath.test(path) || seedName.test(path)) && !/torrent/i.test(path) && !/torrent/i.test(text.slice(0, 6000))
  );
}

/** Whether a file puts a product in place or gathers its texts: it runs for one piece of work. */
function isTool(path: string): boolean {
  if (localeToolPath.test(path)) return true;
  return (installPath.test(path) || installerName.test(path)) && !addressPath.test(path);
}

/** Whether the first code of a text, behind comments, is a directive. One comment at a time: a single expression for all backtracks without end. */
export function hasDirective(head: string, directive: string): boolean {
  const space = /(?:\s+|\/\/[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)/y;
  let at = 0;
  for (space.lastIndex = 0; space.test(head); space.lastIndex = at) at = space.lastIndex;
  return head.startsWith(`'${directive}'`, at) || head.startsWith(`"${directive}"`, at);
}
