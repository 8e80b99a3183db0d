/** For use in a regular expression. */
export function escapeName(name: string): string {
  return name.replace(/[$*+?.^()[\]{}|\\]/g, '\\$&');
}
