import type { FileContext } from '../../model/file-context.ts';
import type { LinkCondition } from '../../model/link.ts';
import { allOf, anyOf } from '../all-of.ts';
import { listFunctions } from '../names/functions.ts';
import { nameOfFunction } from '../syntax.ts';

/** `storage` of `../storage`, `lib/storage.ts` and `storage/index.js`. */
export function stemOf(path: string): string {
  return path
    .replace(/(?<=\w)\.[cm]?[jt]sx?$/, '')
    .replace(/\/index$/, '')
    .replace(/^.*\//, '');
}

/** A download of MongoDB's GridFS is none: it keeps a cursor of the server at most, and its connection goes back after each batch. */
const openingText =
  /\bcreateReadStream\s*\(|responseType['"]?\s*:\s*['"]stream['"]|\bGetObjectCommand\b|\.getObject\s*\(|\bfromWeb\s*\(|\breadableStreamBody\b|\bgot\.stream\s*\(|\breturn\s+(?:await\s+)?fetch\s*\(/;
/** `return this.storage.getStream(path)`: the file or the service is behind what it is asked of. */
const forwardingText =
  /\breturn\s+(?:await\s+)?(?:\w+\.)+(?:get|open|download)(?:Read|File|Object|Download)?Stream\s*\(/;

const spawningText = /\b(?:spawn|execFile|execa)\s*\(/;
/** What ends the child it starts, by and by. */
export const endedText = /kill|\btimeout\b|\bsignal\b/i;

/** `socketTimeout: 5000` of the handler of a client of S3. */
const idleEnd = /\bsocketTimeout['"]?\s*:(?!\s*(?:0|undefined)\b)/;
const clientOfStore = /@aws-sdk\/client-s3['"]/;
const fromStore = /\bGetObjectCommand\b/;
const fromElsewhere =
  /\bcreateReadStream\s*\(|responseType['"]?\s*:\s*['"]stream['"]|\breadableStreamBody\b|\bgot\.stream\s*\(|\bfetch\s*\(|\bspawn\s*\(/;
const forwardsObject = /\breturn\s+(?:await\s+)?(?:\w+\.)+getObjectStream\s*\(/;

/** A function that gives its caller a stream; `isObject`: of nothing but an object of S3. */
export interface StreamGiver {
  name: string;
  isObject: boolean;
}

/**
 * The functions of a file that open a file, start a child or ask another service for a stream, and give it to their caller: by their
 * names, and by `file.name`.
 */
export function listStreamGivers(file: FileContext): readonly StreamGiver[] {
  const isOfStream = openingText.test(file.text) || forwardingText.test(file.text);
  if (!isOfStream && !spawningText.test(file.text)) return [];
  return listFunctions(file).flatMap((fn) => {
    const name = nameOfFunction(fn);
    const text = fn.body?.getText(file.source) ?? '';
    const begins = openingText.test(text) || (spawningText.test(text) && !endedText.test(text));
    const opens = (begins && /\breturn\b/.test(text)) || forwardingText.test(text);
    const isGiver = opens && !/\.pipe\s*\(|\bpipeline\s*\(/.test(text);
    if (!isGiver || !/^\w+$/.test(name)) return [];
    const isObject = (fromStore.test(text) || forwardsObject.test(text)) && !fromElsewhere.test(text);
    return [{ name: name.length > 3 ? name : `${stemOf(file.path)}.${name}`, isObject }];
  });
}

/**
 * Whether this file makes a client of S3 that ends a connection on which nothing comes or goes: `@smithy/node-http-handler` then
 * destroys the request, and the object that nobody reads on with it (tried with 2.5; 4.14 does so by its code).
 */
export function endsIdleObjects({ text }: FileContext): boolean {
  return clientOfStore.test(text) && idleEnd.test(text);
}

const idleObjectsEnd: LinkCondition = { kind: 'project-states', fact: 'ends-idle-objects' };

/** "No client of S3 in the project ends what nobody reads on". */
export const unlessIdleObjectsEnd: LinkCondition = { kind: 'not', of: idleObjectsEnd };

/** "One of the functions gives a stream which stays until it is ended". */
export function givesLastingStream(names: readonly string[]): LinkCondition {
  const states = (fact: string): LinkCondition => ({ kind: 'project-states', fact });
  return anyOf(
    ...names.map((name) => states(`gives-stream:${name}`)),
    ...names.map((name) => allOf(states(`gives-object:${name}`), unlessIdleObjectsEnd)),
  );
}
