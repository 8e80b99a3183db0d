import type { FileContext } from '../../model/file-context.ts';
import { bareModule, findOrigin } from '../names/provenance.ts';
import {
  findEnclosingFunction,
  findMethodCall,
  findProperty,
  findStringValue,
  getOutermostWrapped,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';
import { listMethodCalls } from '../within.ts';

const units: Readonly<Record<string, number>> = { kb: 1 / 1024, mb: 1, gb: 1024 };

/** From here on, one body alone stops the process for a second or more. */
const tooLarge = 100;

/**
 * The limit, in MB as it is written, of what parses JSON for every path of an application: `app.use(json({ limit: '1gb' }))`.
 * On a path of its own a large body may be what the path is there for.
 */
export function findLargeBody(call: ts.CallExpression, file: FileContext): ts.Expression | undefined {
  const limit = findLimit(call, file);
  const text = findStringValue(limit);
  return megabytesOf(text) >= tooLarge && !isReadBefore(call, file) ? limit : undefined;
}

/** Of `'100mb'`; 0 of what is none. */
function megabytesOf(text: string | undefined): number {
  const [, number, unit] = /^\s*([\d.]+)\s*([kmg]b)\s*$/i.exec(text ?? '') ?? [];
  return number === undefined || unit === undefined ? 0 : Number(number) * units[unit.toLowerCase()]!;
}

/** `app.use(express.json());` further up refuses what is larger than its own limit, and leaves nothing to read. */
function isReadBefore(call: ts.CallExpression, file: FileContext): boolean {
  const mount = getOutermostWrapped(call).parent;
  const app = ts.isCallExpression(mount) ? findMethodCall(mount)?.receiver.getText(file.source) : undefined;
  return listMethodCalls('use', file).some((other) => {
    const [first] = other.arguments;
    const parser = first && skipWrappers(first);
    if (other.pos >= mount.pos || findMethodCall(other)?.receiver.getText(file.source) !== app) return false;
    if (!parser || !ts.isCallExpression(parser) || !isParser(parser, file)) return false;
    if (findEnclosingFunction(other) !== findEnclosingFunction(mount)) return false;
    const options = parser.arguments[0] && skipWrappers(parser.arguments[0]);
    if (!options) return true;
    if (!ts.isObjectLiteralExpression(options) || findProperty(options, 'type')) return false;
    const limit = findProperty(options, 'limit');
    const text = findStringValue(limit);
    return !limit || (text !== undefined && megabytesOf(text) < tooLarge);
  });
}

function findLimit(call: ts.CallExpression, file: FileContext): ts.Expression | undefined {
  const [first, second] = call.arguments;
  if (findMethodCall(call)?.method === 'useBodyParser') {
    const options = findStringValue(first) === 'json' && second ? skipWrappers(second) : undefined;
    return options && ts.isObjectLiteralExpression(options) ? findProperty(options, 'limit') : undefined;
  }
  const options = first && skipWrappers(first);
  if (!options || !ts.isObjectLiteralExpression(options) || !isParser(call, file)) return undefined;
  const outer = getOutermostWrapped(call);
  const mount = ts.isCallExpression(outer.parent) ? findMethodCall(outer.parent) : undefined;
  const isForAll = mount?.method === 'use' && mount.call.arguments[0] === outer;
  return isForAll ? findProperty(options, 'limit') : undefined;
}

/**
 * Whether it is a router that a parser reads for: it comes behind all that its application has, and what an application
 * has read is not read again.
 */
export function isOfRouter(parser: ts.CallExpression, file: FileContext): boolean {
  const mount = getOutermostWrapped(parser).parent;
  const target = ts.isCallExpression(mount) ? findMethodCall(mount) : undefined;
  return target !== undefined && isRouter(target.receiver, file);
}

function isRouter(receiver: ts.Expression, file: FileContext): boolean {
  const origin = findOrigin(receiver, file);
  return origin !== undefined && bareModule(origin.module) === 'express' && origin.path.includes('Router');
}

/** Whether a file has an application read all bodies that are JSON: `app.use(express.json())`. */
export function parsesAllJson(file: FileContext): boolean {
  return listMethodCalls('use', file).some((call) => {
    const parser = call.arguments[0] && skipWrappers(call.arguments[0]);
    if (!parser || !ts.isCallExpression(parser) || !isParser(parser, file)) return false;
    return !isRouter(findMethodCall(call)!.receiver, file);
  });
}

/** `express.json()`, `bodyParser.json()`. */
function isParser(call: ts.CallExpression, file: FileContext): boolean {
  const origin = findOrigin(call.expression, file);
  return /^(?:express|body-parser)$/.test(bareModule(origin?.module ?? '')) && origin!.path.at(-1) === 'json';
}
