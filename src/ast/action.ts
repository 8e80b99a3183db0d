const verb =
  'post|put|patch|delete|remove|create|add|update|edit|change|save|set|submit|approve|reject|move|import|purge|invite|share|toggle|enable|disable|reset|rename|assign|cancel|close|archive';
/** By a method of HTTP that changes something, a kind of handler that is sent commands, or the handler's own name. */
const acting = new RegExp(
  `^@?(?:Post|Put|Patch|Delete|POST|PUT|PATCH|DELETE|Mutation)\\b|^(?:ICommandHandler|IEventHandler)$|^tRPC mutation|Mutation\\w* resolver|^(?:${verb})(?=[A-Z(_])`,
);
/** A question that is posted for its length, and what machines send all the time. */
const asking =
  /(?:search|query|list|find|fetch|filter|stats|statistic|summary|preview|count|load|webhook|hook|callback|ingest|track|collect|token|heartbeat|event|completion|chat|message|rpc|graphql|login|auth)/i;

/**
 * Whether a request does what somebody asks for now and then, by the label of its handler: to change, to approve, to
 * invite. A question asked by POST, and what machines send, is none.
 */
export function isAction(label: string): boolean {
  const [kind = ''] = acting.exec(label) ?? [];
  return kind !== '' && (/Handler$/.test(kind) || !asking.test(label.slice(kind.length)));
}
