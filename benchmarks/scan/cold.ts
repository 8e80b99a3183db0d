/**
 * A cold scan of a folder in a process of its own, as users run it: all rules on, default settings, no cache, V8 set as
 * the command sets it. With `none` behind the folder the rules look at nothing: the same files are found, read, sifted,
 * parsed and walked.
 */
import { optimiseLate } from '../../src/cli/optimise-late.ts';
import { scan } from '../../src/engine/scan.ts';
import { pairs } from '../../src/registry.generated.ts';

optimiseLate();
const [, , root, mode] = process.argv;
const rules = mode === 'none' ? pairs.map(({ rule }) => ({ rule: { ...rule, visit: {} } })) : pairs;
const { files, findings, problems } = await scan({ root: root!, threads: 1 }, rules);
console.log(
  JSON.stringify({
    files: files.inScope,
    parsed: files.parsed,
    findings: findings.length,
    problems: problems.length,
    peakKb: process.resourceUsage().maxRSS,
  }),
);
