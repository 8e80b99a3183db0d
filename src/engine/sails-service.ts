import { escapeName } from './escape-name.ts';
import { listLoads } from './loads.ts';
import type { Project } from './project.ts';
import { isTestFile } from './test-file.ts';

/** Sails makes a global of each file here, by its name; what lies in `api/controllers` it mounts. */
const servicePath = /(?:^|\/)api\/services\/(?:.*\/)?([\w$]+)\.[cm]?[jt]s$/;

/**
 * Whether a method is one of a service of Sails that no file calls: `InvoiceService.create`, or by the name that a file
 * loads the service by. What a file does with the service as a whole may call each of them.
 */
export function isUncalledService(project: Project, file: string, method: string): boolean {
  const [, service] = servicePath.exec(file) ?? [];
  if (service === undefined || !project.dependsOn(file, ['sails'])) return false;
  const holds = (other: string, pattern: string): boolean =>
    project.ask(other, `holds ${pattern}`, (text) => new RegExp(pattern).test(text));
  const isCalledBy = (other: string, name: string): boolean => holds(other, callOf(name, method));
  if (holds(file, `\\.${escapeName(method)}(?![\\w$])|\\bthis\\s*\\[`)) return false;
  const importers = new Set(project.importersOf(file));
  return [...project.files.keys()].every((other) => {
    if (other === file || isTestFile(project, other)) return true;
    const locals = importers.has(other) ? listLocals(project, other, file) : [];
    if (importers.has(other) && locals.length === 0) return false;
    return ![service, service.toLowerCase(), ...locals].some((name) => isCalledBy(other, name));
  });
}

/** The names by which a file loads another one. */
function listLocals(project: Project, importer: string, file: string): string[] {
  const loads = project.ask(importer, 'loads', listLoads);
  return loads.filter(({ module }) => project.resolver.resolve(importer, module) === file).map(({ local }) => local);
}

/** `name.method`, `name[…]`, or the name as a whole, but where it is given to what is loaded. */
function callOf(name: string, method: string): string {
  const member = `\\.${escapeName(method)}(?![\\w$])|\\[`;
  return `(?<![\\w$/-])${escapeName(name)}(?![\\w$])\\s*(?:${member}|(?!\\s|\\.|\\[|=|from\\b))`;
}
