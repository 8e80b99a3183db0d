import type { Project } from './project.ts';
import { isTestFile } from './test-file.ts';

/** `require(`./libs/${name}`)`, `import('./jobs/' + name)`, `require(path.join(__dirname, 'models', file))`, `import.meta.glob('./pages/*.ts')` */
const load =
  /\b(?:require|import)\s*\(\s*(?:\/\*[^*]*\*\/\s*)?(?:`([^`$]*)\$\{|(['"])([^'"\n]*)\2\s*\+|(?!['"`)\s])([^)\n]{1,200}))|\b(?:import\.meta\.glob\w*|require\.context)\s*\(\s*\[?\s*['"]([^'"*\n]*)/g;

/** Whether a file of the project may be loaded by a name that is made as the program runs. */
export function listLoadedByName(project: Project): (file: string) => boolean {
  const below = new Set<string>();
  const within = new Set<string>();
  for (const file of project.files.keys()) {
    if (isTestFile(project, file)) continue;
    for (const path of project.ask(file, 'loads by name', listLoads)) {
      if (path === '') within.add(folderOf(file, path));
      else below.add(folderOf(file, path));
    }
  }
  const folders = [...below];
  return (file) =>
    within.has(file.slice(0, file.lastIndexOf('/') + 1)) || folders.some((folder) => file.startsWith(folder));
}

/** The folders, as far as they are written out, relative to the file; empty for its own, of which nothing is written. */
function listLoads(text: string): string[] {
  if (!/\b(?:require|import)\b/.test(text)) return [];
  return [...text.matchAll(load)].flatMap(([, template, , added, made, globbed]) => {
    const path = template ?? added ?? globbed;
    if (path !== undefined) return path.startsWith('.') ? [path.slice(0, path.lastIndexOf('/') + 1)] : [];
    const parts = [...made!.matchAll(/['"`]([^'"`$\n]*)/g)]
      .map(([, part]) => part!)
      .filter((part) => !/\w\./.test(part));
    return [parts.length === 0 ? '' : `./${parts.join('/')}`];
  });
}

function folderOf(file: string, path: string): string {
  const parts = file.split('/').slice(0, -1);
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.map((part) => `${part}/`).join('');
}
