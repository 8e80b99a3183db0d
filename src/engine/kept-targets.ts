import type { DiscoveredFile } from './discover.ts';

/** The tsconfig files that were read, and looked for, relative to the root, with the state of each. */
export type ConfigStates = Readonly<Record<string, string>>;

/** Which files each file of a scan imports. */
export interface ImportTargets {
  targets: ReadonlyMap<string, readonly string[]>;
  configs: ConfigStates;
}

/** {@link ImportTargets} by the places of the files in a list that is known without it. */
export interface KeptTargets {
  configs: ConfigStates;
  /** The content that each file had, by the head of its hash. */
  contents: readonly string[];
  targets: readonly (readonly number[])[];
}

export function packTargets(
  { targets, configs }: ImportTargets,
  files: readonly DiscoveredFile[],
  contents: readonly string[],
): KeptTargets {
  const places = new Map(files.map(({ path }, place) => [path, place]));
  const placesOf = (paths: readonly string[] = []) => paths.map((path) => places.get(path)!);
  return { configs, contents, targets: files.map(({ path }) => placesOf(targets.get(path))) };
}

/** Those of the files whose content is the same as when their targets were found. */
export function unpackTargets(
  kept: KeptTargets,
  files: readonly DiscoveredFile[],
  contents: readonly string[],
): ImportTargets {
  const targets = new Map<string, readonly string[]>();
  for (const [place, { path }] of files.entries()) {
    if (contents[place] !== kept.contents[place]) continue;
    targets.set(
      path,
      kept.targets[place]!.map((target) => files[target]!.path),
    );
  }
  return { targets, configs: kept.configs };
}
