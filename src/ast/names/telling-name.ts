/** Whether a name says so much that it hardly stands for two things in one package: of three words or more. */
export function isTellingName(name: string): boolean {
  return name.length >= 12 && /^[a-z]+(?:[A-Z][a-z0-9]*){2,}$/.test(name);
}

const holderName =
  /^[a-z]\w*(?:Service|Services|Repository|Repo|Manager|Client|Provider|Store|Storage|Gateway|Dao|DAO|UseCase|Usecase|Interactor|Handler|Helper|Adapter|Facade|Controller|Connector|Loader|Api|API|DataSource)$/;

/** Whether a name says which part of a program it holds, as what is handed in or kept on a context is called: `userService`, `ordersRepository`. */
export function isHolderName(name: string): boolean {
  return holderName.test(name);
}

const frameworkName =
  /^_?(?:req|res|request|response|reply|ctx|context|c|h|next|done|event|e|ev|evt|err|error|msg|message|interaction|socket|ws|args|params|query|body|headers|logger|log|console|self|that)$/;

/** Whether a name is one of those under which frameworks hand in what is theirs. */
export function isFrameworkName(name: string): boolean {
  return frameworkName.test(name);
}

/** Whether all lists, texts, maps or promises have a member of a name. */
export function isBuiltInMember(member: string): boolean {
  return [Array, String, Map, Promise, Function].some(({ prototype }) => member in prototype);
}
