import type { FileContext } from '../../model/file-context.ts';
import { classShape, findThisOwner, type OwnerNode } from '../names/class-shape.ts';
import { initializerOf } from '../names/initializer.ts';
import { bareModule, findOrigin, originName } from '../names/provenance.ts';
import {
  findMemberName,
  findMemberPath,
  findMethodCall,
  getOutermostWrapped,
  isAssignment,
  isClassNode,
  isWithin,
  skipWrappers,
} from '../syntax.ts';
import { ts } from '../ts.ts';

/** Where a text is put under a key: into which container, in which field of the entry where it is not the entry itself. */
interface Put {
  container: ts.Expression;
  field?: string;
  /** A plain object, by what it is written with. */
  isRecord?: true;
}

const cacheModule = /^(?:lru-cache|quick-lru|node-cache|memory-cache|tiny-lru|@isaacs\/ttlcache|mnemonist)$/;

/**
 * Whether the JSON that a call makes is put under a key into a container of this process, and parsed again where it is looked
 * up: `this.cache.set(key, JSON.stringify(v))`, `slots.set(key, { json: JSON.stringify(v), until })`, `cache[key] = text`.
 */
export function isCachedUnderKey(call: ts.CallExpression, file: FileContext): boolean {
  const put = findPut(call, file);
  if (!put) return false;
  const path = findMemberPath(put.container)?.join('.');
  const owner = findThisOwner(call, file);
  if (path === undefined || !isInProcess(put.container, file) || isStandIn(path, owner, file)) return false;
  const text = owner ? owner.getText(file.source) : file.text;
  if (!/JSON\.parse\(/.test(text) || !(text.includes(`${path}.get(`) || text.includes(`${path}[`))) return false;
  if (put.field !== undefined) return isFieldParsed(put.field, owner, file);
  return !put.isRecord || isEntryParsed(`${path}[`, file);
}

/** `JSON.parse(texts[key])`, `const text = texts[key]; … JSON.parse(text)`: records hold much else, to be sent or shown. */
function isEntryParsed(read: string, file: FileContext): boolean {
  return listParsed(file).some((text) => (initializerOf(text, file) ?? text).getText(file.source).startsWith(read));
}

/** Whose text goes on: the entry that it is a field of, the name that is given it and used nowhere else. */
function findPut(value: ts.Node, file: FileContext, field?: string): Put | undefined {
  const outer = getOutermostWrapped(value);
  const { parent } = outer;
  if (ts.isCallExpression(parent)) {
    const target = findMethodCall(parent);
    const isPut = target !== undefined && /^(?:set|put)$/.test(target.method) && parent.arguments[1] === outer;
    return isPut ? { container: target.receiver, ...(field !== undefined && { field }) } : undefined;
  }
  if (isAssignment(parent) && parent.right === outer) {
    const left = skipWrappers(parent.left);
    if (!ts.isElementAccessExpression(left) || ts.isLiteralExpression(left.argumentExpression)) return undefined;
    return { container: left.expression, isRecord: true, ...(field !== undefined && { field }) };
  }
  const isMember = ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent);
  if (isMember && field === undefined && ts.isObjectLiteralExpression(parent.parent))
    return findPut(parent.parent, file, parent.name.getText(file.source));
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return undefined;
  const [use, ...others] = file.bindingOf(parent.name)?.references.filter((at) => at !== parent.name) ?? [];
  return use && others.length === 0 ? findPut(use, file, field) : undefined;
}

/** `JSON.parse(slot.json)`, `const { json } = slot; … JSON.parse(json)`. */
function isFieldParsed(field: string, owner: OwnerNode | undefined, file: FileContext): boolean {
  return listParsed(file).some((text) => {
    if (owner && !isWithin(text, owner)) return false;
    if (!ts.isIdentifier(text)) return findMemberName(text) === field;
    const declaration = file.bindingOf(text)?.declaration;
    if (declaration && ts.isBindingElement(declaration))
      return (declaration.propertyName ?? declaration.name).getText(file.source) === field;
    const made = initializerOf(text, file);
    return made !== undefined && findMemberName(made) === field;
  });
}

/** `listCache = JSON.stringify(list)`, where this file parses what the variable of the module or the field holds. */
export function isKeptAsText(call: ts.CallExpression, file: FileContext): boolean {
  const outer = getOutermostWrapped(call);
  const { parent } = outer;
  if (!isAssignment(parent) || parent.right !== outer) return false;
  const left = skipWrappers(parent.left);
  if (!/cache|memo(?!ry)/i.test(findMemberPath(left)?.at(-1) ?? '')) return false;
  const home = ts.isIdentifier(left) ? file.bindingOf(left) : undefined;
  if (home ? home.scope !== file.moduleScope : findMemberPath(left)?.[0] !== 'this') return false;
  const kept = left.getText(file.source);
  return listParsed(file).some((text) => {
    if (text.getText(file.source) === kept) return !ts.isIdentifier(text) || file.bindingOf(text) === home;
    // `const text = listCache; … JSON.parse(text)`
    return initializerOf(text, file)?.getText(file.source) === kept;
  });
}

/** What the file hands to `JSON.parse`. */
function listParsed(file: FileContext): ts.Expression[] {
  return file.nodes('CallExpression').flatMap((call) => {
    const [text] = call.arguments;
    return text && findMemberPath(call.expression)?.join('.') === 'JSON.parse' ? [skipWrappers(text)] : [];
  });
}

/** A store in memory behind the interface of one on a disk: its values are copies by contract, whatever that costs. */
function isStandIn(path: string, owner: OwnerNode | undefined, file: FileContext): boolean {
  const name = owner && isClassNode(owner) ? (owner.name?.text ?? '') : '';
  return (
    /stor(?:e|age)|repository|database|persist/i.test(`${name} ${path}`) &&
    !/cache/i.test(`${name} ${path} ${file.path}`)
  );
}

function isInProcess(cache: ts.Expression, file: FileContext): boolean {
  const origin = findOrigin(cache, file);
  if (
    origin &&
    (cacheModule.test(bareModule(origin.module)) || (origin.module === '' && originName(origin) === 'Map.new'))
  )
    return true;
  const path = findMemberPath(cache);
  const owner = path?.[0] === 'this' ? findThisOwner(cache, file) : undefined;
  const field = owner && path?.[1] ? classShape(owner, file).fields.get(path[1]) : undefined;
  if (field) return field.values.some((value) => isContainer(value, file));
  const home = ts.isIdentifier(cache) ? file.bindingOf(cache) : undefined;
  const made = initializerOf(cache, file);
  return made !== undefined && home?.scope === file.moduleScope && isContainer(made, file);
}

/** `new Map()`, `new LRUCache()`, `{}`, `Object.create(null)`. */
function isContainer(made: ts.Node, file: FileContext): boolean {
  if (ts.isNewExpression(made)) return /^(?:Map|LRU\w*)$/.test(made.expression.getText(file.source));
  return (
    (ts.isObjectLiteralExpression(made) && made.properties.length === 0) ||
    made.getText(file.source) === 'Object.create(null)'
  );
}
