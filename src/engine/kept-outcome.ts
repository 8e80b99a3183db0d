import type { DiscoveredFile } from './discover.ts';
import type { ScannedFile, ScanOutcome } from './scan-request.ts';

/** A scanned file: its place in the list of files, lines of code, bytes, and 1 when it was parsed. */
type KeptFile = readonly [place: number, codeLines: number, bytes: number, parsed: 0 | 1];

/** The outcome of a whole scan without what the list of its files tells: with it, it would be several times as long. */
export interface KeptOutcome extends Omit<ScanOutcome, 'scanned'> {
  scanned: KeptFile[];
}

export function packOutcome(outcome: ScanOutcome, files: readonly DiscoveredFile[]): KeptOutcome {
  const places = new Map(files.map(({ path }, place) => [path, place]));
  const pack = ({ path, codeLines, bytes, parsed }: ScannedFile): KeptFile => [
    places.get(path)!,
    codeLines,
    bytes,
    parsed ? 1 : 0,
  ];
  return { ...outcome, scanned: outcome.scanned.map(pack) };
}

/** @param files those of the scan that the outcome was packed with, their contents the same as then */
export function unpackOutcome(
  kept: KeptOutcome,
  files: readonly DiscoveredFile[],
  hashOf: (file: DiscoveredFile) => string,
): ScanOutcome {
  const unpack = ([place, codeLines, bytes, parsed]: KeptFile): ScannedFile => {
    const file = files[place]!;
    return { path: file.path, packageDir: file.packageDir, codeLines, bytes, parsed: parsed === 1, hash: hashOf(file) };
  };
  return { ...kept, scanned: kept.scanned.map(unpack) };
}
