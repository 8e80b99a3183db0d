import type { Command, Option } from 'commander';
import { InputError } from '../config/input-error.ts';
import { findNearest } from './nearest.ts';
import { note } from './output.ts';

/** Makes an option say which variable its value is of, where that is wrong and no flag gave it. */
export function namingVariable(command: Command, option: Option): Option {
  const { envVar, long, parseArg } = option;
  if (envVar === undefined || !long || !parseArg) return option;
  let isOfVariable = false;
  command.on(`optionEnv:${option.name()}`, () => {
    isOfVariable = true;
  });
  option.parseArg = (value: string, earlier: unknown) => {
    try {
      return parseArg(value, earlier as never);
    } catch (error) {
      if (!isOfVariable || !(error instanceof InputError)) throw error;
      const { wrong, list, help } = error;
      throw new InputError(error.message.replace(long, envVar), {
        at: `the variable ${envVar}`,
        wrong,
        list,
        help,
      });
    }
  };
  return option;
}

/** Tells of variables that look like ours and have no effect. */
export async function warnOfVariables(program: Command): Promise<void> {
  const known = new Set(program.commands.flatMap(({ options }) => options.flatMap(({ envVar }) => envVar ?? [])));
  for (const name of Object.keys(process.env)) {
    // Those of our action on GitHub are read by its own steps.
    if (!/^PLIMSOLL_/.test(name) || /^PLIMSOLL_ACTION_/.test(name) || known.has(name)) continue;
    const near = findNearest(name, [...known]);
    await note(`warning: the variable ${name} has no effect${near === undefined ? '' : `: did you mean ${near}?`}\n`);
  }
}
