/** Whether a name says so much that it hardly stands for two things in one package: of three words or more. */
export function isTellingName(name: string): boolean {
  return name.length >= 12 && /^[a-z]+(?:[A-Z][a-z0-9]*){2,}$/.test(name);
}
