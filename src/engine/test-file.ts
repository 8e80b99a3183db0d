import { isNamedAsTest, isTestPath, isTestText } from '../ast/where/file-role.ts';
import type { Project } from './project.ts';

/** Whether a file is a test: by its path, or by a name that tests have and a text that runs them. */
export function isTestFile(project: Project, file: string): boolean {
  return isTestPath(file) || (isNamedAsTest(file) && project.ask(file, 'runs tests', isTestText));
}
