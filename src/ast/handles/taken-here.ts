import type { FileContext } from '../../model/file-context.ts';
import { onlyValueOf } from '../names/initializer.ts';
import { findMemberPath, rootOf, skipWrappers } from '../syntax.ts';
import { ts } from '../ts.ts';
import { absentIn, presentIn } from '../where/spared.ts';

/** What a function asks before it takes something, and whether it takes it where that holds: `given` of `given ?? begin()` says no. */
export interface Asked {
  condition: ts.Expression;
  takes: boolean;
}

/**
 * Whether a function has taken something itself where a condition holds, or somebody else has handed it in: `!given`, also by
 * a name that tells it (`const isOwn = !given`). Undefined of what asks something else.
 */
export function isTakenWhere(
  condition: ts.Expression,
  asked: readonly Asked[],
  file: FileContext,
): boolean | undefined {
  const question = findQuestion(condition, file);
  if (!question) return undefined;
  for (const { condition: first, takes } of asked) {
    const known = findQuestion(first, file);
    if (known?.of === question.of) return known.isThere === question.isThere ? takes : !takes;
  }
  return undefined;
}

/** Whether something is there, or is not. */
interface Question {
  of: string;
  isThere: boolean;
}

const maxNames = 4;

function findQuestion(condition: ts.Expression, file: FileContext, names = 0): Question | undefined {
  const asked = skipWrappers(condition);
  const absent = absentIn(asked);
  if (absent) return opposite(findQuestion(absent, file, names));
  if (ts.isBinaryExpression(asked)) {
    const present = presentIn(asked);
    return present && findQuestion(present, file, names);
  }
  if (ts.isCallExpression(asked)) {
    const [of] = asked.expression.getText(file.source) === 'Boolean' ? asked.arguments : [];
    return of && findQuestion(of, file, names);
  }
  if (ts.isConditionalExpression(asked)) {
    const chosen = findQuestion(asked.condition, file, names);
    if (isTrue(asked.whenTrue) && isFalse(asked.whenFalse)) return chosen;
    return isFalse(asked.whenTrue) && isTrue(asked.whenFalse) ? opposite(chosen) : undefined;
  }
  const value = names < maxNames ? onlyValueOf(asked, file) : undefined;
  return (value && findQuestion(value, file, names + 1)) ?? ofName(asked, file);
}

function ofName(asked: ts.Expression, file: FileContext): Question | undefined {
  const of = findMemberPath(asked)?.join('.');
  const root = rootOf(asked);
  const isKept = !ts.isIdentifier(root) || file.bindingOf(root)?.writes.length === 0;
  return of !== undefined && isKept ? { of, isThere: true } : undefined;
}

function opposite(question: Question | undefined): Question | undefined {
  return question && { ...question, isThere: !question.isThere };
}

function isTrue({ kind }: ts.Expression): boolean {
  return kind === ts.SyntaxKind.TrueKeyword;
}

function isFalse({ kind }: ts.Expression): boolean {
  return kind === ts.SyntaxKind.FalseKeyword;
}
