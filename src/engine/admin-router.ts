import type { Project } from './project.ts';

const mount = /^mounts(-for-admins)?:(.*)$/s;

/** Whether a file that may load `home` has a word of administrators. */
export function isNamedByAdmins(project: Project, home: string): boolean {
  return project.reachersOf([home]).some((file) => mentionsAdmins(project, file) && !project.isAside(file));
}

/** Whether all who mount a router of a file do it for administrators alone: behind their guard, or below their path. */
export function isAdminRouter(project: Project, home: string): boolean {
  const importers = project.importersOf(home).filter((file) => !project.isAside(file));
  if (!importers.every((file) => mentionsAdmins(project, file))) return false;
  const mounts = importers.flatMap((file) =>
    (project.summaryOf(file)?.facts ?? []).flatMap((fact) => {
      const [, forAdmins, module] = mount.exec(fact) ?? [];
      return module !== undefined && project.resolver.resolve(file, module) === home ? [forAdmins !== undefined] : [];
    }),
  );
  return mounts.length > 0 && mounts.every(Boolean);
}

function mentionsAdmins(project: Project, file: string): boolean {
  return project.ask(file, 'admins', (text) => /admin/i.test(text) || /admin/i.test(file));
}
