/** The floor: reads every listed file and parses it once with the scan's own compiler, keeping the trees. One thread. */
import { readFileSync } from 'node:fs';
import { ts } from '../../src/ast/ts.ts';

const files = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as string[];
const trees: ts.SourceFile[] = [];
let lines = 0;
for (const file of files) {
  const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  trees.push(tree);
  lines += tree.getLineStarts().length;
}
console.log(JSON.stringify({ files: trees.length, lines, peakKb: process.resourceUsage().maxRSS }));
