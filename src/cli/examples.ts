/** What `plimsoll --help` ends with. */
export const examples = `
Examples:
  plimsoll                                   scan the current project
  plimsoll src --reporter sarif=out.sarif    scan a folder, write SARIF beside the terminal report
  plimsoll --fix --verify "npm test"         repair, keep what the tests accept
  plimsoll -i                                go through the repairs one by one
  plimsoll --fail-on medium --min-score 80   stricter gates for CI
  plimsoll explain no-leaked-interval        what a rule finds, why, and how to repair it
  plimsoll why src/cache.ts:12               the evidence of a finding, or why there is none

Exit codes:
  0 all analysed, every gate passes      2 wrong usage, nothing was judged    70 a bug of Plimsoll
  1 a gate failed                        3 a file could not be analysed       130 interrupted`;

/** What the help of each command ends with. */
export const commandExamples: Readonly<Record<string, readonly string[]>> = {
  scan: [
    'plimsoll scan src --reporter html=report.html    a page to look at, beside the terminal report',
    'plimsoll --fix=review --diff                     all repairs as a patch, on stdout',
    'plimsoll --patch plimsoll.patch                  the report, and the safe repairs for git apply',
    'plimsoll --changed origin/main --max-new 0       only what this branch brings',
    'plimsoll --changed --lines --reporter rdjson     of that, what stands on its lines',
    'plimsoll --category database --fail-on never     some rules, for information',
  ],
  help: ['plimsoll help score'],
  explain: ['plimsoll explain no-query-in-loop', 'plimsoll explain no-query-in-loop --json'],
  why: ['plimsoll why src/cache.ts:12', 'plimsoll why src/cache.ts:12:5'],
  rules: ['plimsoll rules --category memory', 'plimsoll rules --json'],
  score: ['plimsoll score --explain', 'plimsoll score src --min-score 80 --json'],
  baseline: [
    'plimsoll baseline update                 write down what is known today',
    'plimsoll baseline                        what the file holds, and what is stale',
    'plimsoll baseline prune                  take out what is fixed',
    'plimsoll baseline update --accept-new    take new findings in too',
  ],
  suppress: ['plimsoll suppress no-leaked-interval --reason "one a process" --until 2027-03-01 src/jobs'],
  init: ['plimsoll init', 'plimsoll init --ci github --ci gitlab'],
  doctor: ['plimsoll doctor'],
  mcp: ['plimsoll mcp    in .mcp.json: { "command": "npx", "args": ["plimsoll", "mcp"] }'],
  lsp: ['plimsoll lsp    as the command of a language server, for JavaScript and TypeScript'],
  merge: ['plimsoll merge shards/*.json --min-score 80 --reporter sarif=plimsoll.sarif'],
  report: ['plimsoll report result.json --reporter html=report.html --reporter badge=score.svg'],
  'print-config': ['plimsoll print-config src/app.ts', 'plimsoll print-config src/app.ts --json'],
  inputs: ['plimsoll inputs --json'],
  dashboard: ['plimsoll dashboard -- node app.js', 'plimsoll dashboard --port 0'],
  completion: ['source <(plimsoll completion bash)', 'plimsoll completion fish | source'],
};
