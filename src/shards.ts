import { InputError } from './config/input-error.ts';
import { sha256 } from './engine/content-hash.ts';
import type { FileOutcome } from './engine/process-file.ts';
import { planRequest, type ScanRequest } from './engine/scan-request.ts';
import type { ShardPart } from './engine/shard.ts';
import { assertRules, rulesOf, type ScanOptions, scanRequestOf, settingsFor } from './run.ts';
import { cacheIdentity } from './scan-cache.ts';
import { version } from './version.ts';

/** Which scan a shard is part of: the same for all shards that belong together. */
type Asked = Pick<ScanOptions, 'paths' | 'rules' | 'categories' | 'trial' | 'confidence'>;

/** What one of several machines made of its files, before anything is linked, judged or scored. Plain data. */
export interface ShardReport {
  schemaVersion: 1;
  tool: { name: 'plimsoll'; version: string };
  shard: ShardPart;
  /** Hash of the configuration, the plugins and the build of Plimsoll. */
  settings: string;
  asked: Asked;
  outcomes: FileOutcome[];
}

/** Processes one shard of a scan; throws `InputError` as a scan does. */
export async function runShard(options: ScanOptions, part: ShardPart): Promise<ShardReport> {
  const settings = await settingsFor(options);
  assertRules(options.rules ?? [], settings);
  const request = scanRequestOf(options, settings);
  const { scanShard } = await import('./engine/shard.ts');
  const { paths = [], rules, categories, trial, confidence } = options;
  return {
    schemaVersion: 1,
    tool: { name: 'plimsoll', version },
    shard: part,
    settings: hashOfSettings(request),
    asked: {
      paths,
      ...(rules && { rules }),
      ...(categories && { categories }),
      ...(trial && { trial }),
      ...(confidence && { confidence }),
    },
    outcomes: await scanShard(request, rulesOf(settings), part),
  };
}

/**
 * Puts the shards of one scan together: the options that it had, and what they made of its files.
 *
 * @param options those of the merge, which say nothing of what is scanned
 * @param texts by the names that messages give them
 * @throws InputError when one is none, is missing, or belongs to another scan, or when `options` lead to other settings.
 */
export async function joinShards(
  texts: ReadonlyMap<string, string>,
  options: ScanOptions,
): Promise<{ options: ScanOptions; shards: ReadonlyMap<string, FileOutcome> }> {
  const reports = new Map([...texts].map(([name, text]) => [name, parseShard(text, name)]));
  const [first] = reports;
  if (!first) throw new InputError('no shard is named');
  const [firstName, { shard, settings, asked }] = first;
  const owners = new Map<number, string>();
  const shards = new Map<string, FileOutcome>();
  for (const [name, report] of reports) {
    const { index, count } = report.shard;
    if (count !== shard.count) {
      throw new InputError(`${firstName} is one of ${shard.count} shards, but ${name} is one of ${count}`);
    }
    const owner = owners.get(index);
    if (owner !== undefined) throw new InputError(`${owner} and ${name} are both shard ${index} of ${count}`);
    owners.set(index, name);
    if (report.settings !== settings || JSON.stringify(report.asked) !== JSON.stringify(asked)) {
      throw new InputError(`${firstName} and ${name} are of different scans`, {
        help: 'make all shards with the same options, configuration and build of Plimsoll',
      });
    }
    for (const outcome of report.outcomes) shards.set(outcome.path, outcome);
  }
  const missing = Array.from({ length: shard.count }, (_, i) => i + 1).filter((index) => !owners.has(index));
  if (missing.length > 0) {
    throw new InputError(`of ${shard.count} shards these are missing: ${missing.join(', ')}`, {
      help: `make them: plimsoll scan --shard ${missing[0]}/${shard.count}`,
    });
  }
  const all = { ...options, ...asked };
  if (hashOfSettings(scanRequestOf(all, await settingsFor(all))) !== settings) {
    throw new InputError('the shards were made with other settings, or another build of Plimsoll', {
      help: 'merge where the code and its configuration are, with the --config that the shards had',
    });
  }
  return { options: all, shards };
}

function parseShard(text: string, name: string): ShardReport {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Told below, as for any other file that is none.
  }
  const { shard, tool, outcomes } = (value ?? {}) as Partial<ShardReport>;
  if (!shard || !Array.isArray(outcomes)) {
    throw new InputError(`${name} is no shard`, { help: 'write one: plimsoll scan --shard 1/4 > shard-1.json' });
  }
  if (tool?.version !== version) {
    throw new InputError(`${name} was made by Plimsoll ${tool?.version}, this is ${version}`);
  }
  return value as ShardReport;
}

function hashOfSettings(request: ScanRequest): string {
  const { root, include, exclude, respectGitignore, testFiles, entryPoints, plugins = [] } = request;
  const found = [include, exclude, respectGitignore, testFiles, entryPoints];
  return sha256(JSON.stringify([cacheIdentity(root, plugins), planRequest(request), found]));
}
