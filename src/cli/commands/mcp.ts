import { isAbsolute, relative, resolve } from 'node:path';
import { InputError } from '../../config/input-error.ts';
import type { Severity } from '../../model/rule.ts';
import { agent } from '../../report/agent.ts';
import { run } from '../../run.ts';
import { runFix } from '../../run-fix.ts';
import { version } from '../../version.ts';
import { evidenceAt } from '../evidence.ts';
import { failureOf } from '../failure.ts';
import { findRule } from '../known-rules.ts';
import { assertKnown } from '../options.ts';
import { assertPlace } from '../place.ts';
import type { Session } from '../session.ts';

interface Answer {
  [key: string]: unknown;
  content: { type: 'text'; text: string }[];
  isError?: boolean;
}

const paths = {
  type: 'array',
  items: { type: 'string' },
  description: 'Files, folders or globs inside the project. Default: all of it.',
};
const ruleId = { type: 'string', description: 'Id of a rule, such as no-leaked-interval.' };

/** What an agent may call. Only `fix` with `write` changes files. */
const tools = [
  {
    name: 'scan',
    description:
      'Finds code that will sink a Node.js service under load. One line a finding: place, severity, rule, message, advice, kind of fix, stable id; the score last.',
    inputSchema: {
      type: 'object',
      properties: {
        paths,
        rules: { type: 'array', items: ruleId, description: 'Only these rules.' },
        severity: { enum: ['high', 'medium', 'low'], description: 'The mildest severity listed. Default: low.' },
      },
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  {
    name: 'explain',
    description:
      'What a rule finds, why it matters, what to do, its fix and its limits, with bad and good code, as JSON.',
    inputSchema: { type: 'object', properties: { rule: ruleId }, required: ['rule'], additionalProperties: false },
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  {
    name: 'why',
    description:
      'What is reported on a line, with its code and the chain of places it follows from, such as the handler that reaches it; or why nothing is.',
    inputSchema: {
      type: 'object',
      properties: { file: { type: 'string' }, line: { type: 'integer', minimum: 1 } },
      required: ['file', 'line'],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  {
    name: 'fix',
    description:
      'The repair as a unified patch. Changes nothing unless write is true; then the git tree must have no uncommitted changes.',
    inputSchema: {
      type: 'object',
      properties: {
        paths,
        rules: { type: 'array', items: ruleId, description: 'Only these rules.' },
        safety: {
          enum: ['safe', 'review'],
          description: 'review: also fixes after which results or order may differ. Default: safe.',
        },
        write: { type: 'boolean', description: 'Change the files. Default: false.' },
      },
      additionalProperties: false,
    },
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  },
] as const;

interface Input {
  paths?: string[];
  rules?: string[];
  rule?: string;
  file?: string;
  line?: number;
  severity?: Severity;
  safety?: 'safe' | 'review';
  write?: boolean;
}

/** A server of the Model Context Protocol on stdin and stdout, until the client goes away. */
export async function mcpCommand(session: Session): Promise<number> {
  const sdk = await loadSdk();
  const server = new sdk.Server({ name: 'plimsoll', version }, { capabilities: { tools: {} } });
  server.setRequestHandler(sdk.ListToolsRequestSchema, () => ({ tools: [...tools] }));
  server.setRequestHandler(sdk.CallToolRequestSchema, async ({ params }) => {
    try {
      return await call(params.name, (params.arguments ?? {}) as Input, session);
    } catch (error) {
      const { message, didYouMean, list, help } = failureOf(error);
      const more = [
        didYouMean === undefined ? undefined : `did you mean ${didYouMean}?`,
        list === undefined ? undefined : `known: ${list}`,
        help,
      ].filter(Boolean);
      return { ...textOf([message, ...more].join('; ')), isError: true };
    }
  });
  const ended = new Promise<void>((done) => {
    server.onclose = done;
    process.stdin.once('end', done);
    session.signal.addEventListener('abort', () => done(), { once: true });
  });
  await server.connect(new sdk.StdioServerTransport());
  await ended;
  await server.close();
  return 0;
}

async function loadSdk() {
  try {
    const [{ Server }, { StdioServerTransport }, { CallToolRequestSchema, ListToolsRequestSchema }] = await Promise.all(
      [
        import('@modelcontextprotocol/sdk/server/index.js'),
        import('@modelcontextprotocol/sdk/server/stdio.js'),
        import('@modelcontextprotocol/sdk/types.js'),
      ],
    );
    return { Server, StdioServerTransport, CallToolRequestSchema, ListToolsRequestSchema };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new InputError('plimsoll mcp needs @modelcontextprotocol/sdk, which is not installed', {
      help: 'npm install --save-dev @modelcontextprotocol/sdk',
      cause,
    });
  }
}

function textOf(text: string): Answer {
  return { content: [{ type: 'text', text }] };
}

async function call(name: string, input: Input, { cwd, signal }: Session): Promise<Answer> {
  assertKnown(
    'tool',
    name,
    tools.map((tool) => tool.name),
    'tools/list',
  );
  assertInput(tools.find((tool) => tool.name === name)!.inputSchema, input);
  if (name === 'explain') return textOf(JSON.stringify(await findRule(input.rule ?? '', { cwd }), undefined, 2));
  if (name === 'why') return textOf(await why(input, cwd, signal));
  for (const path of input.paths ?? []) assertInside(cwd, path);
  const options = {
    cwd,
    signal,
    ...(input.paths ? { paths: input.paths } : {}),
    ...(input.rules ? { rules: input.rules } : {}),
  };
  if (name === 'scan') {
    const { result } = await run(options);
    const listed = { high: ['high'], medium: ['high', 'medium'], low: ['high', 'medium', 'low'] }[
      input.severity ?? 'low'
    ];
    return textOf(agent({ ...result, findings: result.findings.filter(({ severity }) => listed?.includes(severity)) }));
  }
  const write = input.write === true;
  const { before, after, fixes } = await runFix({ ...options, safety: input.safety ?? 'safe', write });
  const applied = fixes.files.reduce((sum, file) => sum + file.applied.length, 0);
  const left = [...fixes.skipped, ...fixes.takenBack].map(
    ({ finding, why }) => `left ${finding.file}:${finding.range.start.line} ${finding.ruleId}: ${why}`,
  );
  const head = `${write ? 'applied' : 'would apply'} ${applied} fixes in ${fixes.files.length} files; score ${before.result.score.value} to ${after.result.score.value}`;
  return textOf([head, ...left, ...fixes.next.map((next) => `next ${next}`), '', fixes.patch].join('\n'));
}

async function why({ file = '', line = 0 }: Input, cwd: string, signal: AbortSignal): Promise<string> {
  assertInside(cwd, file);
  assertPlace({ file, line }, cwd);
  const done = await run({ cwd, signal, confidence: 'possible' });
  const { root, ruleFacts } = done.settings;
  return evidenceAt(done, relative(root, resolve(cwd, file)).replaceAll('\\', '/'), line, {
    colour: false,
    hyperlinks: false,
    unicode: true,
    width: 100,
    readSource: done.readSource,
    rules: ruleFacts,
  });
}

interface InputShape {
  properties: Record<string, { type?: string; enum?: readonly string[] }>;
  required?: readonly string[];
}

/** Refuses what the tool does not take: an answer to another question would not show that it is one. */
function assertInput({ properties, required = [] }: InputShape, input: Input): void {
  const missing = required.find((key) => !Object.hasOwn(input, key));
  if (missing !== undefined) throw new InputError(`"${missing}" is missing`);
  for (const [key, value] of Object.entries(input)) {
    assertKnown('argument', key, Object.keys(properties), Object.keys(properties).join(', '));
    const { type, enum: choices } = properties[key]!;
    if (choices) assertKnown(key, String(value), choices, choices.join(', '));
    else if (typeOf(value) !== type) throw new InputError(`"${key}" must be of type ${type}, not ${typeOf(value)}`);
  }
}

/** As a JSON schema names it. */
function typeOf(value: unknown): string {
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string') ? 'array' : 'array of other things';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** An agent is given one project, not the machine. */
function assertInside(cwd: string, path: string): void {
  const way = relative(cwd, resolve(cwd, path));
  if (way === '..' || way.startsWith('../') || isAbsolute(way)) throw new InputError(`${path} is outside the project`);
}
