import type { FileContext, NodeVersion } from '../../model/file-context.ts';

/** Since when Node.js has what a fix may write. */
const since = {
  AbortController: [15, 0],
  'AbortSignal.timeout': [17, 3],
  structuredClone: [17, 0],
} as const satisfies Record<string, NodeVersion>;

/** Why a fix may not write something: the package says that it runs on a Node.js without it. Undefined also where it says nothing. */
export function whyNotOnNode(feature: keyof typeof since, file: FileContext): string | undefined {
  const { node } = file.package;
  const [major, minor] = since[feature];
  if (!node || node[0] > major || (node[0] === major && node[1] >= minor)) return undefined;
  return `the package says that it runs on Node.js ${shown(node)}, and \`${feature}\` is there since ${shown(since[feature])}: name the lowest that is meant in \`engines.node\``;
}

function shown([major, minor]: NodeVersion): string {
  return minor === 0 ? `${major}` : `${major}.${minor}`;
}
