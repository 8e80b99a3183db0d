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
