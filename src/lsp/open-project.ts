import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { applyBaseline } from '../engine/baseline.ts';
import { type FileScan, FileScanner } from '../engine/file-scanner.ts';
import type { KnownFindings } from '../model/scan-result.ts';
import { pairs } from '../registry.generated.ts';
import { baselineFile, readBaseline, type ScanOptions, scanRequestOf, settingsFor } from '../run.ts';

/** A project that has files open in the editor. */
export class OpenProject {
  readonly settings: Settings;
  readonly scanner: FileScanner;
  readonly #known: readonly KnownFindings[];
  /** Texts of open files, saved or not. */
  readonly #texts: Map<string, string>;

  private constructor(settings: Settings, options: ScanOptions, known: readonly KnownFindings[]) {
    this.settings = settings;
    this.#known = known;
    this.#texts = new Map();
    const request = { ...scanRequestOf(options, settings), texts: this.#texts };
    this.scanner = new FileScanner(request, [...pairs, ...settings.pluginPairs]);
  }

  /** @throws InputError when the configuration or the baseline is wrong. */
  static async open(settings: Settings, options: ScanOptions): Promise<OpenProject> {
    const baseline = baselineFile(options, settings);
    const known = baseline === undefined ? [] : await readBaseline(baseline, settings.root);
    return new OpenProject(settings, options, known);
  }

  /** POSIX, relative to the root. */
  nameOf(path: string): string {
    return relative(this.settings.root, path).replaceAll('\\', '/');
  }

  /** Notes what is in the editor, ahead of judging a file that may depend on it. */
  take(file: string, text: string): void {
    this.#texts.set(file, text);
  }

  /** What is wrong with a file that has this text; nothing, where a scan leaves it out. */
  judge(file: string, text: string): FileScan {
    this.#texts.set(file, text);
    const scan = this.scanner.scan(file, text) ?? { findings: [], suppressionProblems: [], problems: [] };
    applyBaseline(
      scan.findings,
      this.#known.filter((entry) => entry.file === file),
    );
    return scan;
  }

  /** The text of a file as the editor has it, else as the disk has it; undefined when it cannot be read. */
  textOf(file: string): string | undefined {
    try {
      return this.#texts.get(file) ?? readFileSync(join(this.settings.root, file), 'utf8');
    } catch {
      return undefined;
    }
  }

  /** The file is on disk again what it is. */
  close(file: string): void {
    if (this.#texts.delete(file)) this.scanner.refresh();
  }
}

/** The projects of the open files: a file belongs to the nearest configuration above it, else to its folder of the workspace. */
export class OpenProjects {
  folders: readonly string[] = [];
  readonly #byFolder = new Map<string, Promise<OpenProject>>();
  readonly #byRoot = new Map<string, Promise<OpenProject>>();

  /** @throws InputError when the configuration or the baseline is wrong: the same until `forget`. */
  of(path: string): Promise<OpenProject> {
    const folder = dirname(path);
    let project = this.#byFolder.get(folder);
    if (!project) {
      project = this.#find(path);
      this.#byFolder.set(folder, project);
    }
    return project;
  }

  async #find(path: string): Promise<OpenProject> {
    const home = this.folders.filter((folder) => isInside(folder, path)).sort((a, b) => b.length - a.length)[0];
    const options: ScanOptions = { cwd: home ?? dirname(path), paths: [path] };
    const settings = await settingsFor(options);
    let project = this.#byRoot.get(settings.root);
    if (!project) {
      project = OpenProject.open(settings, options);
      this.#byRoot.set(settings.root, project);
    }
    return project;
  }

  /** Projects that could be opened. */
  async list(): Promise<OpenProject[]> {
    const settled = await Promise.allSettled(this.#byRoot.values());
    return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  }

  /** Reads every configuration anew when it is next asked for. */
  forget(): void {
    this.#byFolder.clear();
    this.#byRoot.clear();
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !way.startsWith('..') && !isAbsolute(way);
}
