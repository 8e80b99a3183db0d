import { type ConfigFault, findFault } from '../config/check.ts';
import { InputError } from '../config/input-error.ts';
import { confidenceChoices, entryPointsShape, type Shape } from '../config/schema.ts';
import type { EntryPointSettings } from '../engine/scan-request.ts';
import type { Confidence } from '../model/rule.ts';

/** What `settings.plimsoll` of an ESLint configuration may say. Globs are relative to `root`. */
export interface PlimsollSettings {
  /** Folder of the project, relative to where ESLint runs. Default: where ESLint runs. */
  root?: string;
  /** Least confidence that is reported. Default: `likely`. */
  confidence?: Confidence;
  /** Files whose exported functions are run by something that a scan does not know. */
  entryPoints?: EntryPointSettings;
}

const shape: Shape = {
  kind: 'object',
  noun: 'key',
  keys: {
    root: { kind: 'string' },
    confidence: { kind: 'choice', of: confidenceChoices, noun: 'confidence' },
    entryPoints: entryPointsShape,
  },
};

/** Reads `settings.plimsoll`; throws `InputError` when something in it is wrong. */
export function readSettings(value: unknown): PlimsollSettings {
  if (value === undefined) return {};
  const fault = findFault(value, shape);
  if (fault) throw withoutStack(new InputError(`settings.plimsoll of the ESLint configuration: ${wordsOf(fault)}`));
  return value as PlimsollSettings;
}

function wordsOf({ message, wrong }: ConfigFault): string {
  return wrong ? `${message}; known: ${wrong.candidates.join(', ')}` : message;
}

/** ESLint prints the stack of what a rule throws, and a wrong setting has nothing to do with where it was found. */
function withoutStack(error: InputError): InputError {
  error.stack = error.message;
  return error;
}
