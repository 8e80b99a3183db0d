/**
 * How many different keys there can be: `bounded` by the program (types, constants, configuration, what is registered
 * at load), or as many as `data` brings (requests, users, messages, time); `unknown` where the file does not tell.
 */
export type KeyDomain = 'bounded' | 'data' | 'unknown';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** What data brings in any number. */
const dataWords = words(
  'id ids uuid guid key keys url uri href ip ips email mail phone user users username login query sql text token jwt hash digest checksum slug session client customer account order message msg request req ticket nonce cursor prompt search term keyword timestamp date time day fingerprint signature body payload input socket connection conn visitor member recipient sender author owner subscriber peer chat conversation thread post comment document doc invoice payment cart product sku situation placement etag pathname address addr content ws stamp jid track guild tenant org organization organisation workspace project team uid oid lock player participant viewer',
);
/** What the code or its configuration fixes, also in front of `Id`, `Key` or `Name`. */
const boundedWords = words(
  'type types kind locale lang language method status code level mode env environment provider driver dialect schema model entity table collection column field prop property attribute attr plugin module pkg package component ctor class cls controller handler command action feature flag namespace version format ext extension mime region country currency timezone tz zone theme template strategy adapter backend engine role permission scope symbol shard partition bucket slot worker category severity priority step stage phase rule setting option options config param parameter metric unit instrument integration connector operation service factory interface abstract injectable decorator reducer store database db index idx hook operator font icon color colour breakpoint variant layout queue topic channel event resource processor kernel proto target instance loader scheme protocol encoding charset algorithm algo cipher alias section block filter pipe port width height size scale ratio oversampling sampling resolution dpi zoom density radius thickness precision length offset i j k n x y len depth pos position row col line node lexicon nsid asset bundle chunk script file directory folder dir app application cluster server host constructor transport group library libraries configuration smtp imap mailer relay gateway preset preference sort sorting',
);
/** Few by themselves, but as many as data brings where each has an id of its own. */
const numberedWords = words(
  'queue channel topic event resource file folder directory entity row block chunk object record item asset',
);
/** What passes: a new one comes with each use, by those who use a service or by the hour. */
const passingWords = words(
  'session request requests req call room rooms message messages msg mail email phone ip ips job order post comment alert reply answer response query sql text prompt search term keyword body payload nonce ticket cursor time timestamp date day stamp fingerprint signature jwt jid socket transaction tx block invoice payment cart thread conversation chat user users customer guest username login visitor viewer member recipient sender author player participant invocation execution run trace span slice fragment fragmentation upload download interaction notification submission attachment correlation packet sequence seq at now moment minute hour',
);
/** Says nothing by itself. */
const vagueWords = words(
  'name path title label file filename filepath source src tag dir folder value val item element el ref identifier domain hostname origin',
);

/** Splits `userId`, `user_id` and `USER_ID` into lower-case words. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[\s_$#-]+/)
    .filter(Boolean)
    .map((word) => word.toLowerCase());
}

/** What a name says of how many values what it names can have. */
export function domainOfName(name: string): KeyDomain {
  const parts = wordsOf(name);
  const last = parts.at(-1);
  if (last === undefined) return 'unknown';
  const before = parts.at(-2);
  if (
    /^(?:id|ids|key|name|names|path|class|url|uuid|uid|hash|token|value|identifier|domain|hostname|address|addr)$/.test(
      last,
    ) &&
    before !== undefined
  ) {
    // Keys that have a number are handed out by whoever runs the service.
    if (/^ids?$/.test(last) && before === 'key') return 'bounded';
    if (/^(?:id|ids|uid|uuid)$/.test(last) && numberedWords.has(before)) return 'data';
    if (boundedWords.has(before)) return 'bounded';
    if (last === 'path' || last === 'class') return 'unknown';
    if (last === 'name') return dataWords.has(before) ? 'data' : 'unknown';
  }
  if (last === 'order' && /^(?:sort|sorting|display|column|row|field)$/.test(before ?? '')) return 'bounded';
  if (boundedWords.has(last)) return 'bounded';
  if (vagueWords.has(last)) return 'unknown';
  return dataWords.has(last) ? 'data' : 'unknown';
}

const emptyWord =
  /^(?:by|k|ids?|uuid|guid|uid|oid|keys?|hash(?:es)?|digest|tokens?|name|value|str|string|identifier|map|caches?|store|info|data|json|obj|object)$/;

/** Whether a name says that it stands for something that passes: `sessionId`, `req_url`, `user`. */
export function isPassingName(name: string): boolean {
  const words = wordsOf(name);
  // `maxRequests` is a setting.
  if (/^(?:max|min|limit)$/.test(words[0] ?? '')) return false;
  const parts = words.filter((word) => !emptyWord.test(word));
  const last = parts.at(-1)?.replace(/(?<=[^s])s$/, '');
  return last !== undefined && passingWords.has(last);
}

/** Whether a name only says that it is a key: `id`, `cacheKey`, `hash`. */
export function saysNothing(name: string): boolean {
  return wordsOf(name).every((word) => emptyWord.test(word));
}
