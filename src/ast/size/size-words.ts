const manyNouns = new Set(
  'accounts activities addresses alerts articles assets attachments attendees bookings candidates certificates chats chunks clients comments commits commissions connections contacts conversations coupons customers deals devices dids discussions docs documents downloads duties emails employees enrollments entities events favorites files followers friends guests histories hits images installations invitations invites invoices issues jobs keystores leads lines listings logs mails matches members memberships mentions messages notes notifications observations orders organizations pads pages participants partners payments payouts peers persons people photos players podcasts posts prices products profiles projects publishers purchases questions reactions recipients records removals replies repos repositories requests responses results reviews revisions rooms rows runs samples sessions shares signatures snapshots sockets spans stars submissions subscribers subscriptions tasks tickets timelines traces transactions transfers tweets uploads users validators vendors videos views visitors visits votes workspaces balances folders owners wallets children ids uuids webhooks'.split(
    ' ',
  ),
);
const fewPrefix =
  /^(?:exclude|include|allowed|hidden|visible|mentioned|pinned|required|optional|default|enabled|disabled|warned|deprecated)/i;
const fewNouns =
  /(?:types|kinds|mentions|mentionIds|addons|fields|columns|props|properties|attributes|options|settings|plugins|extensions|modules|packages|routes|routers|middlewares?|handlers|listeners|hooks|locales|languages|roles|permissions|features|flags|envs?|environments|providers|adapters|strategies|controllers|components|classes|methods|steps|stages|phases|rules|schemas?|models|tables|relations|includes|formats|themes|parts|segments|args|arguments|params|parameters|headers|levels|statuses|states|modes|scopes|operators|operations|tabs|panels|colors|sizes|shards|partitions|slots|workers|servers|nodes|hosts|brokers|regions|zones|backends|drivers|transports|loggers|targets|formatters|validations|validators?s|constraints|conditions|clauses|filters|sorts|primaryKeys|indexes|indices|keysToOmit|whitelist|blacklist|allowlist|denylist|config|configs|configurations|integrations|connectors|templates|metrics|dimensions|aggregations|buckets|tags|labels|months|weeks|days|hours|quarters|intervals|countries|currencies|categories|domains|libraries|collections|blocks|entrypoints|presets|choices|tools|commands|actions|triggers|limits|plans|tiers|tests)$/i;

/** What a name alone suggests of how many there are: never enough for `large`, which needs to be seen. */
export type Sound = 'few' | 'many' | 'nothing';

/** `entity` → `entities`, `user` → `users`: what a list of them would be called. */
export function pluralOf(name: string): string {
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : /(?:s|x|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}

/** By the last word of `users`, `userRows`, `userIds`. */
export function soundOfName(name: string): Sound {
  if (/^[A-Z][A-Z0-9_]+$/.test(name) || fewPrefix.test(name) || fewNouns.test(name)) return 'few';
  const owner = /^(\w+?)(?:Ids|IDs|_ids|Uuids)$/.exec(name)?.[1];
  if (owner) return soundOfName(pluralOf(owner));
  const last = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[\s_$#]+/)
    .filter(Boolean)
    .at(-1)
    ?.toLowerCase();
  return last !== undefined && manyNouns.has(last) ? 'many' : 'nothing';
}

/** Whether people are called by an office that few hold, however many are registered. */
export function areAppointed(name: string): boolean {
  return /(?:^|[a-z_])(?:super)?(?:admins|administrators|moderators|maintainers)$/i.test(name);
}
