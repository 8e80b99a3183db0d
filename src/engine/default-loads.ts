import { scanImports } from './import-scan.ts';
import { listLoads } from './loads.ts';

/** What a text does with the default exports of others, which go by whatever name it gives them. */
export interface DefaultLoads {
  /** Modules whose default, or whole, it may call something of. */
  called: readonly string[];
  /** Modules whose default it may make an instance of. */
  made: readonly string[];
  /** Whether the default of what it loads may be its own. */
  isHandedOn: boolean;
}

const load = /\b(?:require|import)\s*\(\s*(['"])([^'"\n]{1,300})\1/g;
/** What a load is given to, of the text before it. */
const loaded = /([\w$]+)\s*(?::[^=;]{0,80})?[=:]\s*[^=;]{0,80}$/;
/** The text before a load that is looked at: enough for a name, a type and what is around the load. */
const nearby = 200;
/** What comes apart, or is made or handed on where it is loaded, may go by any name. */
const anyName =
  /\bdefault\s+as\b|[.{,]\s*default\b|['"]default['"]|\}\s*=\s*[^=;]{0,80}?\b(?:require|import)\s*\(|\bnew\s*\([^;]{0,80}?\b(?:require|import)\s*\(|\bimport\s*\([^;]{0,200}?\.\s*then\b/;
const handsOn = /\bexports\b|\bexport\s*=|\bexport\s*\{[^}]{0,1000}?\bdefault\b/;

/** Reads a text for {@link DefaultLoads}, without a parse. */
export function listDefaultLoads(text: string): DefaultLoads {
  const called = new Set<string>();
  const made = new Set<string>(text.includes('new') && anyName.test(text) ? scanImports(text) : []);
  const names = new Set<string>();
  const news = listNews(text);
  for (const { module, name, local } of listLoads(text)) {
    names.add(local);
    if (name !== 'default' && name !== '*') continue;
    called.add(module);
    if (news.has(local)) made.add(module);
  }
  for (const { 2: module = '', index } of text.matchAll(load)) {
    called.add(module);
    const [, local] = loaded.exec(text.slice(Math.max(0, index - nearby), index)) ?? [];
    if (local === undefined) continue;
    names.add(local);
    if (news.has(local)) made.add(module);
  }
  return { called: [...called], made: [...made], isHandedOn: handsOn.test(text) || exportsOne(names, text) };
}

/** The first names behind `new`: `services` of `new services.Orders()`. */
function listNews(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(/\bnew\s+([\w$]+)/g), ([, name]) => name!));
}

/** `export default run;`, `export default memoize(run);` */
function exportsOne(names: ReadonlySet<string>, text: string): boolean {
  const [, value = ''] = /\bexport\s+default\s+(?!(?:async\s+)?(?:function|class)\b)([^;]{1,200})/.exec(text) ?? [];
  return (value.match(/[\w$]+/g) ?? []).some((name) => names.has(name));
}
