const verb =
  'post|put|patch|delete|remove|create|add|update|edit|change|save|set|submit|approve|reject|move|import|purge|invite|share|toggle|enable|disable|reset|rename|assign|cancel|close|archive|' +
  'issue|refund|recalculate|exclude|anonymi[sz]e|activate|deactivate|restore|revoke|grant|transfer|duplicate|clone|merge|confirm';
/** Nobody waits for what comes of an event or a command that is sent. */
const sent =
  /^(?:ICommandHandler|IEventHandler)$|^@(?:OnEvent|EventPattern|\w*EventHandler|RabbitSubscribe|KafkaListener|SqsMessageHandler)\b/;
/** By a method of HTTP that changes something, or the handler's own name. */
const acting = new RegExp(
  `^@?(?:Post|Put|Patch|Delete|POST|PUT|PATCH|DELETE|Mutation)\\b|^MutationResolvers\\b|^tRPC mutation|Mutation\\w* resolver|^(?:${verb})(?=[A-Z(_])`,
);
/** By a method of HTTP that changes or removes one thing that is there, or as GraphQL calls such. */
const editing = /^@?(?:Put|Patch|Delete|PUT|PATCH|DELETE|Mutation)\b|^GraphQL Mutation\b|^MutationResolvers\b/;
/** A question that is posted for its length, and what machines send all the time: words of a path or a name. */
const asking = new RegExp(
  'get search query list find fetch details filter stats statistic summary preview count load webhook hook callback ingest track collect token heartbeat event completion chat message rpc graphql login auth'
    .split(' ')
    .flatMap((word) => [`(?<![A-Za-z])${word}`, `${word[0]!.toUpperCase()}${word.slice(1)}`])
    .join('|'),
);

/**
 * Whether a request does what somebody asks for now and then, by the label of its handler: to change, to approve, to
 * invite; or what no one waits for. A question asked by POST, and what machines send, is none.
 */
export function isAction(label: string): boolean {
  const [kind] = acting.exec(label) ?? [];
  return sent.test(label) || (kind !== undefined && !asking.test(label.slice(kind.length)));
}

/** Whether it changes or removes one thing that is there: one person does so, now and then, and waits for it. */
export function isEdit(label: string): boolean {
  const [kind] = editing.exec(label) ?? [];
  return kind !== undefined && !asking.test(label.slice(kind.length));
}
