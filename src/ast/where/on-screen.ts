import type { FileContext } from '../../model/file-context.ts';
import { findTimerRun } from '../life/after-end.ts';
import { findMemberPath, isWithin } from '../syntax.ts';
import type { ts } from '../ts.ts';

const drawing = /^(?:process\.stdout\.(?:cursorTo|clearLine|moveCursor|clearScreenDown)|console\.clear)$/;
/** An escape of the terminal: back to the start of the line, or up and away. */
const motion = /\\(?:x1b|u001b|033|e)\[|\\r['"`]|['"`]\\r/i;

/** Whether a timer redraws the terminal: the screen of a command, which goes on until the command is ended. */
export function drawsOnTerminal(timer: ts.CallExpression, file: FileContext): boolean {
  if (!/process\.stdout|console\.clear/.test(file.text)) return false;
  const { callback, called } = findTimerRun(timer, file);
  const runs = callback ? [callback, ...called] : called;
  return file.nodes('CallExpression').some((call) => {
    if (!runs.some((run) => isWithin(call, run))) return false;
    const path = findMemberPath(call.expression)?.join('.') ?? '';
    return drawing.test(path) || (path === 'process.stdout.write' && motion.test(call.getText(file.source)));
  });
}
