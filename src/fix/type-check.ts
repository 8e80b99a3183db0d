import { join } from 'node:path';
import { type Diagnostic, Project, ts } from 'ts-morph';
import type { FixedFile, SupportFile } from '../model/fix-result.ts';
import { findRuntimeSource, runtimePackage } from './runtime-parts.ts';
import { findTsconfig } from './tsconfig.ts';

/**
 * The type errors that fixed files have and did not have before, each as `file:line TS2345 message`. Each file is checked
 * under its nearest tsconfig.json, with what it imports; nothing is written. Costs a type check of what the files reach.
 */
export function findNewTypeErrors(
  root: string,
  files: readonly FixedFile[],
  support: readonly SupportFile[],
): string[] {
  const groups = new Map<string, FixedFile[]>();
  for (const file of files) {
    const config = /\.[cm]?tsx?$/.test(file.file) ? findTsconfig(root, file.file) : undefined;
    if (config !== undefined) groups.set(config, [...(groups.get(config) ?? []), file]);
  }
  return [...groups].flatMap(([config, own]) => checkGroup(root, config, own, support));
}

function checkGroup(
  root: string,
  tsConfigFilePath: string,
  files: readonly FixedFile[],
  support: readonly SupportFile[],
): string[] {
  const project = openProject(tsConfigFilePath);
  const sources = files.map(({ file, before }) =>
    project.createSourceFile(join(root, file), before, { overwrite: true }),
  );
  const before = new Set(sources.flatMap((source) => source.getPreEmitDiagnostics().map((error) => keyOf(error))));
  for (const { file, after } of support) {
    if (/\.[cm]?[jt]sx?$/.test(file)) project.createSourceFile(join(root, file), after, { overwrite: true });
  }
  files.forEach(({ after }, i) => {
    sources[i]!.replaceWithText(after);
  });
  return sources.flatMap((source, i) =>
    source
      .getPreEmitDiagnostics()
      .filter((error) => !before.has(keyOf(error)))
      .map((error) => `${files[i]!.file}:${error.getLineNumber() ?? 1} ${keyOf(error)}`),
  );
}

function openProject(tsConfigFilePath: string): Project {
  const project = new Project({ tsConfigFilePath, skipAddingFilesFromTsConfig: true });
  const options = project.getCompilerOptions();
  // The runtime need not be installed yet: its sources stand in for it, outside the folder that is compiled.
  for (const folder of ['rootDir', 'outDir', 'declarationDir', 'outFile']) delete options[folder];
  project.compilerOptions.reset();
  const { folder } = findRuntimeSource();
  project.compilerOptions.set({
    ...options,
    noEmit: true,
    composite: false,
    incremental: false,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    paths: {
      ...(options.paths ?? {}),
      [runtimePackage]: [join(folder, 'index.ts')],
      [`${runtimePackage}/*`]: [join(folder, '*.ts')],
    },
  });
  return project;
}

function keyOf(error: Diagnostic): string {
  return `TS${error.getCode()} ${ts.flattenDiagnosticMessageText(error.compilerObject.messageText, ' ')}`;
}
