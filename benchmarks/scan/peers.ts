/** The tools that a scan is measured against: installed into a folder of their own, so that the repository carries none. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const packages = {
  eslint: '9.39.5',
  'typescript-eslint': '8.73.0',
  'eslint-plugin-sonarjs': '4.2.2',
  '@biomejs/biome': '2.6.8',
  oxlint: '1.94.0',
  '@ast-grep/cli': '0.51.1',
  typescript: '5.9.3',
};

/** What a cold scan may take of a peer's wall time; undefined is measured for the record alone. */
export interface Peer {
  name: string;
  /** For a repository of so many thousand lines. */
  wanted(kLines: number): number | undefined;
  /** Minutes on a large repository: measured on small ones only. */
  isSlow: boolean;
  /** Run in the checkout. Exit code 1 means findings. */
  command: readonly string[];
}

/** Thirty shapes of the kind that rules look for. */
const patterns = [
  ...['setInterval($$$)', 'setTimeout($$$)', 'process.on($$$)', '$A.on($$$)', '$A.once($$$)', '$A.shift()'],
  ...['$A.splice(0, 1)', '$A.indexOf($B)', '$A.includes($B)', '$A.find($$$)', '$A.filter($$$)', '$A.concat($$$)'],
  ...['$A.push($$$)', '$A.set($$$)', '$A.get($B)', '$A.delete($B)', 'new Map()', 'new Set()', 'new Pool($$$)'],
  ...['JSON.parse(JSON.stringify($A))', 'JSON.stringify($A)', 'Promise.all($A)', 'fetch($$$)', 'axios.get($$$)'],
  ...[
    'fs.readFileSync($$$)',
    '$A.query($$$)',
    'await $A.connect()',
    'new RegExp($A)',
    '$A.sort($$$)',
    'crypto.$A($$$)',
  ],
];

/** Installs the peers, writes their configurations, and says how each is run. Needs the npm registry. */
export function preparePeers(folder: string): { peers: Peer[]; versions: Record<string, string> } {
  mkdirSync(join(folder, 'patterns'), { recursive: true });
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write('package.json', JSON.stringify({ private: true, type: 'module', dependencies: packages }));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel', 'error'], { cwd: folder, stdio: 'inherit' });
  const files = "files: ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}']";
  const linting = `{ ignores: ['**/node_modules/**'] }, { linterOptions: { noInlineConfig: true } }`;
  write(
    'typescript-eslint.config.js',
    `import ts from 'typescript-eslint';\nexport default ts.config(${linting}, { ${files}, extends: [ts.configs.recommended] });\n`,
  );
  write(
    'sonarjs.config.js',
    `import ts from 'typescript-eslint';\nimport sonarjs from 'eslint-plugin-sonarjs';\n` +
      `export default ts.config(${linting}, { ${files}, extends: [ts.configs.base, sonarjs.configs.recommended] });\n`,
  );
  write('biome.json', JSON.stringify({ root: true, files: { includes: ['**', '!**/node_modules'] } }));
  write('oxlint.json', '{}');
  write('sgconfig.yml', 'ruleDirs: [patterns]\n');
  for (const language of ['TypeScript', 'Tsx', 'JavaScript']) {
    const rules = patterns.map((pattern, i) =>
      [`id: ${language}-${i}`, `language: ${language}`, `rule: { pattern: ${JSON.stringify(pattern)} }`].join('\n'),
    );
    write(`patterns/${language}.yml`, rules.join('\n---\n'));
  }
  const at = (...path: string[]) => join(folder, ...path);
  const bin = (name: string) => at('node_modules/.bin', name);
  const eslint = (config: string) => [bin('eslint'), '--config', at(config), '--format', 'json', '.'];
  const peers: Peer[] = [
    {
      name: 'eslint + typescript-eslint recommended',
      wanted: () => 0.12,
      isSlow: true,
      command: eslint('typescript-eslint.config.js'),
    },
    {
      name: 'eslint + eslint-plugin-sonarjs recommended',
      wanted: () => 0.06,
      isSlow: true,
      command: eslint('sonarjs.config.js'),
    },
    {
      name: 'biome lint',
      wanted: (kLines) => (kLines > 900 ? 0.7 : kLines > 250 ? 1 : undefined),
      isSlow: false,
      command: [bin('biome'), 'lint', `--config-path=${at('biome.json')}`, '--max-diagnostics=1', '.'],
    },
    {
      name: 'ast-grep scan, 30 patterns',
      wanted: (kLines) => (kLines > 900 ? 1 : undefined),
      isSlow: false,
      command: [bin('ast-grep'), 'scan', '--config', at('sgconfig.yml'), '--json=stream', '.'],
    },
    {
      name: 'oxlint',
      wanted: () => undefined,
      isSlow: false,
      command: [bin('oxlint'), '--config', at('oxlint.json'), '--disable-nested-config', '--silent', '.'],
    },
  ];
  return { peers, versions: Object.fromEntries(Object.keys(packages).map((name) => [name, versionIn(folder, name)])) };
}

function versionIn(folder: string, name: string): string {
  const manifest = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
