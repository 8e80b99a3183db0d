import { type EndedParts, endParts } from '../../fixers/edit/end-part.ts';
import { analyseFile } from '../ast/analyse.ts';
import type { FileContext, PackageFacts } from '../model/file-context.ts';
import type { FixSafety, Maker, PartEnd, TextEdit } from '../model/fixer.ts';
import { collide, inOrder, joinEdits, lineBreakOf } from './edits.ts';
import { checkSyntax } from './parses.ts';

/** Finds where instances of a class are made, given these texts in place of those on disk. */
export type ListMakers = (file: string, className: string, texts: ReadonlyMap<string, string>) => readonly Maker[];

/** A file whose owners now end a part. */
export interface Followed {
  file: string;
  after: string;
  edits: TextEdit[];
  /** `after`, analysed. */
  tree: FileContext;
  /** The methods that end it, `Gateway.close`. */
  where: string[];
}

/** Where instances of a class are made, and what ends them. */
export interface Following {
  followed: Followed[];
  /** Places that make an instance which nothing ends, `service.ts:7`. */
  left: string[];
  /** Whether the project makes one at all. */
  isMade: boolean;
}

export interface FollowRequest {
  listMakers: ListMakers;
  safety: FixSafety;
  packageOf(file: string): PackageFacts;
  /** Whether a file may be changed. */
  mayChange(file: string): boolean;
}

/** Owners of owners are looked for this far up. */
const maxHeight = 4;

/**
 * Has the owners of a class call what ends its instances. An owner without an end gets a `dispose()` only where an owner
 * of its own is found that calls it.
 *
 * @param texts of files that differ from the disk
 */
export function followEnd(
  file: string,
  end: PartEnd,
  texts: ReadonlyMap<string, string>,
  request: FollowRequest,
): Following {
  let current = texts;
  const followed: Followed[] = [];
  const left = new Set<string>();
  let isMade = false;
  const climb = (of: string, part: PartEnd, height: number): void => {
    for (const { file: maker } of request.listMakers(of, part.owner, current)) {
      // Asked again: what was changed before may stand in the same file.
      const made = request.listMakers(of, part.owner, current).find((one) => one.file === maker);
      if (!made) continue;
      isMade = true;
      const ended = judge(made, part, current, request, height);
      const done = apply(made, ended.edits);
      for (const offset of done ? ended.left : made.at) left.add(placeIn(made, offset));
      if (!done || ended.edits.length === 0) continue;
      current = new Map(current).set(maker, done.after);
      followed.push({ file: maker, ...done, where: ended.where });
      for (const owner of ended.given) climb(maker, { owner, method: 'dispose', isNew: true }, height + 1);
    }
  };
  climb(file, end, 0);
  return { followed, left: [...left], isMade };
}

function placeIn({ file, text }: Maker, offset: number): string {
  return `${file}:${text.slice(0, offset).split('\n').length}`;
}

function judge(
  made: Maker,
  part: PartEnd,
  texts: ReadonlyMap<string, string>,
  request: FollowRequest,
  height: number,
): EndedParts {
  if (height > maxHeight || !request.mayChange(made.file)) return { edits: [], where: [], given: [], left: made.at };
  const mayGive = (owner: string): boolean =>
    request
      .listMakers(made.file, owner, texts)
      .some(
        (one) => judge(one, { owner, method: 'dispose', isNew: true }, texts, request, height + 1).edits.length > 0,
      );
  const context = analyseFile(made.file, made.text, request.packageOf(made.file));
  return endParts(made.at, part, context, request.safety, mayGive);
}

function apply(
  { file, text }: Maker,
  edits: readonly TextEdit[],
): Pick<Followed, 'after' | 'edits' | 'tree'> | undefined {
  const lineBreak = lineBreakOf(text);
  const own = inOrder(edits).map((edit) => ({ ...edit, text: edit.text.replace(/\r?\n/g, lineBreak) }));
  if (own.some((edit, i) => i > 0 && collide(own[i - 1]!, edit))) return undefined;
  const after = joinEdits(text, own);
  const { tree, error } = checkSyntax(file, text, after);
  return error === undefined ? { after, edits: own, tree } : undefined;
}
