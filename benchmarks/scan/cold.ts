/** A cold scan of a folder in a process of its own, as users run it: all rules on, default settings, no cache. */
import { scan } from '../../src/engine/scan.ts';
import { pairs } from '../../src/registry.generated.ts';

const { files, findings, problems } = await scan({ root: process.argv[2]!, threads: 1 }, pairs);
console.log(
  JSON.stringify({
    files: files.inScope,
    parsed: files.parsed,
    findings: findings.length,
    problems: problems.length,
    peakKb: process.resourceUsage().maxRSS,
  }),
);
