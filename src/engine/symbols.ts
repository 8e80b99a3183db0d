import { anyMember, constructorMember } from '../ast/names/symbol-ref.ts';
import type { ClassSummary, FileSummary, NamedValue, SymbolRef } from '../model/link.ts';
import { exportsType, extendsName, mayInherit } from './name-lists.ts';
import type { Project } from './project.ts';
import { TellingNames } from './telling-names.ts';
import { hasWord } from './words.ts';

/** A function of the project: its file, and its place in the file's summary. */
export interface FunctionRef {
  file: string;
  fn: number;
}

/** What a call may run; `on`: the class that it is made on, where the method is one of its bases'. */
interface Meant extends FunctionRef {
  on?: ClassRef;
}

/** One text for each function. */
export function keyOf({ file, fn }: FunctionRef): string {
  return `${file}\0${fn}`;
}

/** A class of the project: its file, and its place in the file's summary. */
export interface ClassRef {
  file: string;
  class: number;
}

const maxDepth = 24;
const handsOnAll = /\bexport\s*\*|\b(?:module\.)?exports\b|\b__export/;

/** Where something that is exported is declared, and its name there. */
interface Origin {
  file: string;
  local: string;
}

/** Follows names across files: imports, re-exports, classes, instances, interfaces. Only through `within`, where given. */
export class SymbolTable {
  /** What is told by names alone. */
  readonly names: TellingNames;
  readonly #project: Project;
  readonly #origins = new Map<string, Origin | undefined>();
  readonly #soughtHeirs = new Set<string>();
  /** Classes by the written name of what they extend or implement. */
  readonly #heirs = new Map<string, { file: string; class: number; ref: SymbolRef }[]>();

  constructor(project: Project) {
    this.#project = project;
    this.names = new TellingNames(project, (file, ref) => this.functionsOf(file, ref, undefined));
    for (const file of project.summarised()) this.#addHeirs(file, project.summaryOf(file)!);
    project.onSummary = (file, summary) => this.#addHeirs(file, summary);
  }

  /** The functions that calling `ref` in `file` may run. */
  functionsOf(file: string, ref: SymbolRef, within: ReadonlySet<string> | undefined, depth = 0): Meant[] {
    if (depth > maxDepth) return [];
    switch (ref.kind) {
      case 'function':
        return [{ file, fn: ref.fn }];
      case 'method': {
        const cls = { file, class: ref.class };
        if (!ref.isSuper) return this.#methods(cls, ref.member, within, depth + 1);
        const base = this.#baseOf(cls);
        const inherited = base && this.#inheritedMethod(base, ref.member, depth + 1);
        return inherited ? [inherited] : [];
      }
      case 'parameter':
        return [];
      case 'named':
        return ref.holder === undefined ? [] : this.names.ownedBy(ref.holder, ref.member, file);
      case 'local': {
        const value = own(this.#project.summaryOf(file)?.values, ref.name);
        if (value) return this.#walk(file, value, ref.members, within, depth + 1);
        return this.#methodsOfHeirs(file, ref.name, ref.members[0], within, depth + 1);
      }
      case 'imported': {
        const target = this.#project.resolver.resolve(file, ref.module);
        if (target === undefined || (within && !within.has(target))) return [];
        return this.#exported(target, ref.name, ref.members, within, depth + 1);
      }
    }
  }

  /** The file and module-level name that an export stands for; also of types, which summaries do not list. */
  originOf(file: string, name: string): Origin | undefined {
    const key = `${file}\0${name}`;
    if (!this.#origins.has(key)) this.#origins.set(key, this.#findOrigin(file, name, 0));
    return this.#origins.get(key);
  }

  #findOrigin(file: string, name: string, depth: number): Origin | undefined {
    const summary = depth > maxDepth ? undefined : this.#project.summaryOf(file);
    if (!summary) return undefined;
    const exported = own(summary.exports, name);
    if (exported) {
      if ('local' in exported) return { file, local: exported.local };
      const target = this.#project.resolver.resolve(file, exported.module);
      return target === undefined ? undefined : this.#findOrigin(target, exported.name, depth + 1);
    }
    if (exportsType(this.#project, file, name)) return { file, local: name };
    if (name === 'default') return undefined;
    for (const module of summary.starExports) {
      const target = this.#project.resolver.resolve(file, module);
      if (target === undefined || !this.#mayExport(target, name)) continue;
      const origin = this.#findOrigin(target, name, depth + 1);
      if (origin) return origin;
    }
    return undefined;
  }

  /** Files whose importers may call a method of the class without naming the class: of its bases and its heirs. */
  relativesOf(file: string, cls: ClassSummary): string[] {
    const relatives = new Set<string>();
    for (const ref of [...cls.implements, ...(cls.extends ? [cls.extends] : [])]) {
      const origin = this.#originOfRef(file, ref);
      if (origin) relatives.add(origin.file);
    }
    for (const heir of this.#heirs.get(cls.name) ?? []) {
      if (this.#originOfRef(heir.file, heir.ref)?.file === file) relatives.add(heir.file);
    }
    return [...relatives];
  }

  /** One look at the text of a file that nothing asked for yet: it names what it exports, or hands on all of another. */
  #mayExport(file: string, name: string): boolean {
    if (this.#project.isSummarised(file)) return true;
    return this.#project.ask(file, `may export ${name}`, (text) => text.includes(name) || handsOnAll.test(text));
  }

  #exported(
    file: string,
    name: string,
    members: readonly string[],
    within: ReadonlySet<string> | undefined,
    depth: number,
  ): Meant[] {
    const summary = depth > maxDepth ? undefined : this.#project.summaryOf(file);
    if (!summary) return [];
    if (name === '*') {
      const [first, ...rest] = members;
      if (first === anyMember)
        return Object.keys(summary.exports).flatMap((one) => {
          const held = one === 'default' ? members : rest;
          return this.#exported(file, one, held, within, depth + 1);
        });
      const named = first === undefined ? [] : this.#exported(file, first, rest, within, depth + 1);
      // `require('m')` is what `module.exports` was set to.
      return named.length > 0 ? named : this.#exported(file, 'default', members, within, depth + 1);
    }
    const exported = own(summary.exports, name);
    if (!exported) {
      for (const module of name === 'default' ? [] : summary.starExports) {
        const target = this.#project.resolver.resolve(file, module);
        if (target === undefined || (within && !within.has(target)) || !this.#mayExport(target, name)) continue;
        const found = this.#exported(target, name, members, within, depth + 1);
        if (found.length > 0) return found;
      }
      if (name === 'default' && members.length > 0) {
        const [first, ...rest] = members;
        return own(summary.exports, first!) ? this.#exported(file, first!, rest, within, depth + 1) : [];
      }
      return this.#methodsOfHeirs(file, name, members[0], within, depth + 1);
    }
    if ('module' in exported) {
      const ref: SymbolRef = { kind: 'imported', module: exported.module, name: exported.name, members };
      return this.functionsOf(file, ref, within, depth + 1);
    }
    const value = own(summary.values, exported.local);
    return value ? this.#walk(file, value, members, within, depth + 1) : [];
  }

  #walk(
    file: string,
    value: NamedValue,
    members: readonly string[],
    within: ReadonlySet<string> | undefined,
    depth: number,
  ): Meant[] {
    if (depth > maxDepth) return [];
    const [first, ...rest] = members;
    switch (value.kind) {
      case 'function': {
        const fn = { file, fn: value.fn };
        if (first === '()') return this.#walkReturned(fn, rest, within, depth + 1);
        const property = first === undefined ? undefined : own(value.properties, first);
        if (property) return this.#walk(file, property, rest, within, depth + 1);
        if (first === undefined || /^(?:call|apply|bind)$/.test(first)) return [fn];
        // `new Resolvers(services)`, of a function that gives an object.
        return this.#walkReturned(fn, members, within, depth + 1);
      }
      case 'class':
        return this.#walkClass({ file, class: value.class }, members, within, depth + 1);
      case 'instance': {
        if (first === undefined) return [];
        return this.functionsOf(file, withMembers(value.of, members), within, depth + 1);
      }
      case 'object': {
        if (first === undefined) return [];
        const inParts = (): Meant[][] =>
          (value.spread ?? []).map((part) => this.#walk(file, part, members, within, depth + 1));
        if (first === anyMember) {
          const held = Object.values(value.properties).flatMap((one) => this.#walk(file, one, rest, within, depth + 1));
          return [...held, ...inParts().flat()];
        }
        const property = own(value.properties, first);
        if (property) return this.#walk(file, property, rest, within, depth + 1);
        return inParts().find((found) => found.length > 0) ?? [];
      }
      case 'alias':
        return this.functionsOf(file, withMembers(value.to, members), within, depth + 1);
      case 'other':
        return [];
    }
  }

  /** A method of the class, what one gives, or what a field holds. */
  #walkClass(
    cls: ClassRef,
    [first, ...rest]: readonly string[],
    within: ReadonlySet<string> | undefined,
    depth: number,
  ): Meant[] {
    if (first === undefined) return [];
    if (rest.length === 0) return this.#methods(cls, first, within, depth + 1);
    const found = this.#inherited(cls, ({ fields }) => own(fields, first), depth);
    if (found) return this.#walk(found.cls.file, found.value, rest, within, depth + 1);
    const [call, ...members] = rest;
    if (call !== '()') return [];
    const method = this.#inheritedMethod(cls, first, depth);
    return method ? this.#walkReturned(method, members, within, depth + 1) : [];
  }

  #walkReturned(
    { file, fn }: FunctionRef,
    members: readonly string[],
    within: ReadonlySet<string> | undefined,
    depth: number,
  ): Meant[] {
    const returns = this.#project.summaryOf(file)?.functions[fn]?.returns;
    return returns ? this.#walk(file, returns, members, within, depth + 1) : [];
  }

  /** The method of the class or of what it extends; of its heirs where it has none itself. */
  #methods(cls: ClassRef, member: string, within: ReadonlySet<string> | undefined, depth: number): Meant[] {
    const inherited = this.#inheritedMethod(cls, member, depth);
    if (inherited) return [isSameClass(inherited.of, cls) ? inherited : { ...inherited, on: cls }];
    const name = this.#classOf(cls)?.name ?? '';
    return member === constructorMember ? [] : this.#methodsOfHeirs(cls.file, name, member, within, depth + 1);
  }

  #inheritedMethod(cls: ClassRef, member: string, depth: number): (FunctionRef & { of: ClassRef }) | undefined {
    const found = this.#inherited(cls, ({ methods }) => own(methods, member), depth);
    return found && { file: found.cls.file, fn: found.value, of: found.cls };
  }

  /** What the class, or else the next of those it extends, has. */
  #inherited<Value>(
    cls: ClassRef,
    find: (summary: ClassSummary) => Value | undefined,
    depth: number,
  ): { cls: ClassRef; value: Value } | undefined {
    const summary = depth > maxDepth ? undefined : this.#classOf(cls);
    if (!summary) return undefined;
    const value = find(summary);
    if (value !== undefined) return { cls, value };
    const base = this.#baseOf(cls);
    return base && this.#inherited(base, find, depth + 1);
  }

  /** The class of the function's file that has it as its method of that name. */
  classWith({ file, fn }: FunctionRef, member: string): ClassRef | undefined {
    const place = this.#project.summaryOf(file)?.classes.findIndex(({ methods }) => own(methods, member) === fn) ?? -1;
    return place < 0 ? undefined : { file, class: place };
  }

  /** Whether `this.step()`, in a class that has such a method or only declares it, may run the one of an heir. */
  mayBeOverriddenBy(file: string, call: SymbolRef, target: FunctionRef): boolean {
    if (call.kind !== 'method' || call.isSuper || call.member === constructorMember) return false;
    const heir = this.classWith(target, call.member);
    return heir !== undefined && this.isOfLine(heir, { file, class: call.class });
  }

  /** Whether a class is another, or descends from it. */
  isOfLine(cls: ClassRef, ancestor: ClassRef): boolean {
    let above: ClassRef | undefined = cls;
    for (let depth = 0; above && depth <= maxDepth; depth++) {
      if (isSameClass(above, ancestor)) return true;
      above = this.#baseOf(above);
    }
    return false;
  }

  /** Whether something may be an instance of both. */
  areOfOneLine(a: ClassRef, b: ClassRef): boolean {
    return this.isOfLine(a, b) || this.isOfLine(b, a);
  }

  #baseOf(cls: ClassRef): ClassRef | undefined {
    const base = this.#classOf(cls)?.extends;
    return base && this.#classOfRef(cls.file, base);
  }

  #methodsOfHeirs(
    file: string,
    name: string,
    member: string | undefined,
    within: ReadonlySet<string> | undefined,
    depth: number,
  ): Meant[] {
    if (member === undefined || depth > maxDepth) return [];
    const found: Meant[] = [];
    const declared = this.originOf(file, name);
    if (declared) this.#summariseHeirs(declared.file, declared.local, member);
    const heirs = this.#heirs.get(name);
    if (!heirs) return found;
    const origin = declared ?? { file, local: name };
    for (const heir of heirs) {
      if (within && !within.has(heir.file)) continue;
      if (this.#originOfRef(heir.file, heir.ref)?.file !== origin.file) continue;
      const fn = own(this.#classOf(heir)?.methods, member);
      if (fn !== undefined) found.push({ file: heir.file, fn });
    }
    return found.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.fn - b.fn));
  }

  /** The files that import a class or an interface, and mention what extends or implements it and has a member. */
  #summariseHeirs(file: string, name: string, member: string): void {
    const key = `${file}\0${name}\0${member}`;
    if (this.#soughtHeirs.has(key)) return;
    this.#soughtHeirs.add(key);
    for (const importer of this.#project.reachersOf([file])) {
      if (this.#project.isSummarised(importer) || this.#project.isAside(importer)) continue;
      if (!mayInherit(this.#project, importer, name)) continue;
      const isNamed = this.#project.ask(importer, `has ${member}`, (text) => hasWord(text, member));
      if (isNamed) this.#project.summaryOf(importer);
    }
  }

  /** Classes that extend one inherit its methods: whoever imports them may call those. */
  summariseExtending(file: string, name: string): void {
    const key = `${file}\0extending ${name}`;
    if (this.#soughtHeirs.has(key)) return;
    this.#soughtHeirs.add(key);
    for (const importer of this.#project.reachersOf([file])) {
      if (this.#project.leadsNowhere(importer)) continue;
      if (extendsName(this.#project, importer, name)) this.#project.summaryOf(importer);
    }
  }

  #classOf(cls: ClassRef): ClassSummary | undefined {
    return this.#project.summaryOf(cls.file)?.classes[cls.class];
  }

  #classOfRef(file: string, ref: SymbolRef): ClassRef | undefined {
    const origin = this.#originOfRef(file, ref);
    const value = origin && own(this.#project.summaryOf(origin.file)?.values, origin.local);
    return value?.kind === 'class' ? { file: origin!.file, class: value.class } : undefined;
  }

  #originOfRef(file: string, ref: SymbolRef): Origin | undefined {
    if (ref.kind === 'local') return { file, local: ref.name };
    if (ref.kind !== 'imported') return undefined;
    const target = this.#project.resolver.resolve(file, ref.module);
    if (target === undefined) return undefined;
    const name = ref.name === '*' ? ref.members[0] : ref.name;
    return name === undefined ? undefined : this.originOf(target, name);
  }

  #addHeirs(file: string, summary: FileSummary): void {
    summary.classes.forEach((cls, i) => {
      for (const ref of [...cls.implements, ...(cls.extends ? [cls.extends] : [])]) {
        const name =
          ref.kind === 'imported' && ref.name === '*' ? ref.members[0] : 'name' in ref ? ref.name : undefined;
        if (name === undefined) continue;
        const heirs = this.#heirs.get(name);
        if (heirs) heirs.push({ file, class: i, ref });
        else this.#heirs.set(name, [{ file, class: i, ref }]);
      }
    });
  }
}

function isSameClass(a: ClassRef, b: ClassRef): boolean {
  return a.class === b.class && a.file === b.file;
}

function withMembers(ref: SymbolRef, members: readonly string[]): SymbolRef {
  if (ref.kind !== 'imported' && ref.kind !== 'local') return ref;
  return { ...ref, members: [...ref.members, ...members] };
}

/** Summaries are plain objects: names such as `constructor` must not find what every object has. */
export function own<Value>(record: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return record && Object.hasOwn(record, name) ? record[name] : undefined;
}
