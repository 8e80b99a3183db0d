import { InputError } from '../config/input-error.ts';
import { homepage } from '../report/context.ts';
import { exitCodes } from '../score/gates.ts';
import { version } from '../version.ts';
import { findNearest } from './nearest.ts';

/** What went wrong, in the one shape that people and programs are told it. */
export interface Failure {
  code: number;
  message: string;
  at?: string;
  didYouMean?: string;
  list?: string;
  help?: string;
}

/** Turns whatever was thrown into a failure: the user's input, an abort, or a bug of ours. */
export function failureOf(error: unknown): Failure {
  if (error instanceof InputError) {
    const didYouMean = error.wrong && findNearest(error.wrong.name, error.wrong.candidates);
    return {
      code: exitCodes.usage,
      message: error.message,
      ...(error.at === undefined ? {} : { at: error.at }),
      ...(didYouMean === undefined ? {} : { didYouMean }),
      ...(error.list === undefined ? {} : { list: error.list }),
      ...(error.help === undefined ? {} : { help: error.help }),
    };
  }
  // The engine's and the fixer's own error for what cannot be done; known by its name, so that neither is loaded to ask.
  if (error instanceof Error && error.name === 'UsageError') {
    const { hint } = error as { hint?: string };
    return { code: exitCodes.usage, message: error.message, ...(hint === undefined ? {} : { help: hint }) };
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return {
      code: exitCodes.interrupted,
      message: error.message.startsWith('interrupted') ? error.message : 'interrupted',
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: exitCodes.bug,
    message: `internal error: ${message}`,
    help: `this is a bug of Plimsoll ${version}: report it at ${homepage}/issues with the output of --debug`,
  };
}

/** The lines for people; every part of its own on one line. */
export function failureText(failure: Failure, paint: (text: string) => string): string {
  const lines = [`${paint('error:')} ${failure.message}`];
  if (failure.at !== undefined) lines.push(`  at ${failure.at}`);
  if (failure.didYouMean !== undefined) lines.push(`  did you mean "${failure.didYouMean}"?`);
  if (failure.list !== undefined) lines.push(`  list: ${failure.list}`);
  if (failure.help !== undefined) lines.push(`  help: ${failure.help}`);
  return `${lines.join('\n')}\n`;
}

/** The document that stands on stdout in place of a machine format's own; undefined for formats that have no room for it. */
export function failureDocument(failure: Failure, reporter: string): string | undefined {
  const tool = { name: 'plimsoll', version };
  const { code, ...details } = failure;
  const error = { schemaVersion: 1, tool, error: details, exit: { code, reason: failure.message } };
  switch (reporter) {
    case 'json':
      return `${JSON.stringify(error, undefined, 2)}\n`;
    case 'ndjson':
      return `${JSON.stringify({ type: 'error', ...error })}\n`;
    case 'agent':
      return `error exit ${code} ${failure.message}\n`;
    case 'sarif':
      return `${JSON.stringify(failedSarif(failure), undefined, 2)}\n`;
    default:
      return undefined;
  }
}

function failedSarif(failure: Failure) {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Plimsoll', version, semanticVersion: version, informationUri: homepage } },
        invocations: [
          {
            executionSuccessful: false,
            exitCode: failure.code,
            toolConfigurationNotifications: [
              { level: 'error', message: { text: failure.message }, descriptor: { id: 'not-judged' } },
            ],
          },
        ],
        results: [],
      },
    ],
  };
}
