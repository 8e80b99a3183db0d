import { escapeName } from './escape-name.ts';

/** What the text of every file that states a fact holds: only such files are summarised to find it. */
export interface FactText {
  /** As a rule's `mentions`. */
  mentions: readonly [string, ...string[]];
  /** Asked of the texts that hold the words. */
  shape?: RegExp;
  /** What tests, scripts and examples do does not count. */
  isOfProduct?: true;
  /** Only the files below this folder are looked at. */
  folder?: string;
}

/** How the text of a file looks that states `fact`; see `listFacts`. */
export function textOfFact(fact: string): FactText {
  const [kind = '', payload = ''] = fact.split(/:(.*)/s);
  switch (kind) {
    case 'signal':
      return { mentions: [payload, 'enableShutdownHooks'] };
    case 'clear-timer':
    case 'clear-timer-of-other':
      return {
        mentions: [
          `${payload}&clearInterval`,
          `${payload}&clearTimeout`,
          `${payload}&clearImmediate`,
          `${payload}&clear&close`,
        ],
      };
    case 'ended-at-exit':
      return { mentions: [[...payload.split('.'), 'process.exit'].join('&')], isOfProduct: true };
    case 'exits-at':
      return { mentions: [`${payload}&process.exit`], isOfProduct: true };
    case 'ended-in-life':
      return { mentions: [`.${payload}`], isOfProduct: true };
    case 'removed-at-end':
      return { mentions: [`${payload}&.on(`, `${payload}&.once(`, `${payload}&istener(`], isOfProduct: true };
    case 'last-call':
      return { mentions: [`${payload}&process.exit`] };
    case 'drops-listeners':
      return { mentions: [`${payload}&this.removeAllListeners(`], isOfProduct: true };
    case 'at-each-connect':
      return { mentions: [['.on(', ...payload.split('.')].join('&')], isOfProduct: true };
    case 'on-fresh':
    case 'calls-again':
    case 'clear-timer-by':
      return { mentions: [payload.split('.').join('&')] };
    case 'limited':
      return { mentions: ['HttpModule.register&timeout', 'HttpModuleOptions&timeout', 'axiosRef&timeout'] };
    case 'ends-requests':
      return {
        mentions: [
          'maxDuration',
          'APIGatewayProxy',
          'imeout&.use(',
          'imeout&useGlobalInterceptors',
          'imeout&APP_INTERCEPTOR',
        ],
        isOfProduct: true,
      };
    case 'parses-json':
      return { mentions: ['json(&.use('], isOfProduct: true };
    case 'serving-thread':
      return { mentions: ['parentPort'], isOfProduct: true };
    case 'hears-clients':
      return { mentions: ['.on(', '.once(', '.addListener('], isOfProduct: true };
    case 'handed-to-listener':
      return { mentions: [payload], shape: new RegExp(`[(,]\\s*${escapeName(payload)}\\s*[,)]`), isOfProduct: true };
    case 'one-connection':
      return {
        mentions: [`${payload}&commit&rollback`],
        shape: new RegExp(`\\b(?:interface|type|class)\\s+${escapeName(payload)}(?![\\w$])`),
        isOfProduct: true,
      };
    case 'redis-client': {
      const name = payload.split('.').at(-1)!;
      const shape = /['"](?:ioredis|redis|@redis\/client)(?:\/[^'"\n]*)?['"]/;
      return { mentions: [name === 'default' ? 'redis' : `redis&${name}`], shape };
    }
    case 'listed-type':
      return {
        mentions: [payload],
        shape: new RegExp(
          `(?:\\[\\s*['"]?|List\\(\\s*(?:new\\s+)?(?:GraphQLNonNull\\(\\s*)?|['"])${escapeName(payload)}(?:Edge|Type)?(?![\\w$])`,
        ),
        isOfProduct: true,
      };
    case 'held': {
      const [, folder = '', word = ''] = /^(.*):(.*)$/s.exec(payload) ?? [];
      return { mentions: [word], ...(folder !== '' && { folder }) };
    }
    case 'survives-errors':
      return { mentions: ['uncaughtException', 'captureUncaught'] };
    case 'event-member':
      return { mentions: [`${payload}&Event<`], shape: new RegExp(`(?<![\\w$.])${escapeName(payload)}\\s*[?!:=(]`) };
    case 'handful':
      return { mentions: [`${payload}&.max(`, `${payload}&.length(`, `${payload}&maxItems`] };
    case 'trims':
      return {
        mentions: [
          `${payload}&delete`,
          `${payload}&clear`,
          `${payload}&splice`,
          `${payload}&shift`,
          `${payload}&pop`,
          `${payload}&length`,
        ],
        shape: new RegExp(`\\.\\s*#?${escapeName(payload)}(?![\\w$])|['"\`]${escapeName(payload)}['"\`]\\s*\\]`),
      };
    case 'database':
      return {
        mentions:
          payload === 'embedded'
            ? ['sqlite', 'sqljs', 'libsql']
            : ['postgres', 'mysql', 'mariadb', 'mssql', 'oracle', 'cockroach', "'pg'", '"pg"'],
      };
    case 'made-once':
      return {
        mentions: [payload],
        shape: new RegExp(`${madeAs(payload)}|${calledAs(payload)}|${makerOf(payload)}|<${escapeName(payload)}[\\s/>]`),
      };
    case 'for-settings':
      return { mentions: [payload], shape: new RegExp(calledAs(payload)), isOfProduct: true };
    case 'keeps-row':
    case 'keeps-result':
    case 'varies-client':
      return { mentions: [payload], shape: new RegExp(calledAs(payload)), isOfProduct: true };
    case 'limits-call': {
      const [name = ''] = payload.split('.');
      return { mentions: [name], shape: new RegExp(calledAs(name)), isOfProduct: true };
    }
    case 'same-signal': {
      const name = payload.split('.').at(-1)!;
      return { mentions: [`${name}&ignal`], shape: new RegExp(calledAs(name)), isOfProduct: true };
    }
    case 'made-for-call':
      return { mentions: [payload], shape: new RegExp(madeAs(payload)), isOfProduct: true };
    case 'kept-once':
    case 'part-of-closable':
    case 'few':
    case 'many':
      return { mentions: [payload], shape: new RegExp(madeAs(payload)) };
    case 'ends-idle-objects':
      return { mentions: ['socketTimeout&@aws-sdk/client-s3'], isOfProduct: true };
    case 'gives-object':
      return {
        mentions: [`${payload.split('.').at(-1)}&GetObjectCommand`, `${payload.split('.').at(-1)}&getObjectStream`],
      };
    case 'gives-stream': {
      const name = payload.split('.').at(-1);
      const others = [
        'responseType',
        'GetObjectCommand',
        'getObject',
        'fromWeb',
        'got.stream',
        'fetch',
        'spawn',
        'execFile',
        'execa',
      ];
      return { mentions: [`${name}&Stream`, ...others.map((word) => `${name}&${word}`)] };
    }
    case 'requesting-getter': {
      const [owner = '', name = ''] = payload.split('.');
      return { mentions: [`${owner}&${name}`], shape: new RegExp(`\\bget\\s+${escapeName(name)}\\s*\\(`) };
    }
    case 'client-class':
      return { mentions: [payload], shape: classNamed(payload) };
    case 'runs-until-ended':
      return {
        mentions: [
          `${payload}&setInterval`,
          `${payload}&Worker`,
          `${payload}&addEventListener`,
          `${payload}&process.on`,
        ],
        shape: classNamed(payload),
      };
    case 'unlimited-axios':
      return { mentions: [`${payload}&provide&axios`], isOfProduct: true };
    default:
      if (/^(?:lent|own)-/.test(kind)) return { mentions: [payload], shape: new RegExp(madeAs(payload)) };
      if (kind.startsWith('gives-remover-')) return { mentions: [payload], shape: classNamed(payload) };
      return { mentions: [payload || fact] };
  }
}

function classNamed(name: string): RegExp {
  return new RegExp(`\\bclass\\s+${escapeName(name)}(?![\\w$])`);
}

/** `new X`, also by the name that an import gives it. */
function madeAs(name: string): string {
  return `\\bnew\\b[\\s(]*${escapeName(name)}(?![\\w$])|${importedAs(name)}`;
}

/** `X.create(`. */
function makerOf(name: string): string {
  return `(?<![\\w$.])${escapeName(name)}[\\s!)]*\\??\\.\\s*(?:create|make|build|init|open|start|connect)`;
}

function calledAs(name: string): string {
  return `(?<![\\w$])${escapeName(name)}[\\s!)]*(?:\\?\\.)?[(<]|${importedAs(name)}`;
}

function importedAs(name: string): string {
  return `(?<![\\w$])${escapeName(name)}\\s*(?:as|:)\\s`;
}
