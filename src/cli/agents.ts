/** Variables that coding agents set for the commands that they run. */
export const agentVariables = ['AI_AGENT', 'CLAUDECODE', 'CODEX_SANDBOX', 'CURSOR_AGENT', 'GEMINI_CLI', 'OPENCODE'];

/** Whether a program reads what a person would see at a terminal. */
export function isForAgent(env: NodeJS.ProcessEnv): boolean {
  return process.stdout.isTTY !== true && agentVariables.some((name) => env[name] !== undefined && env[name] !== '');
}
