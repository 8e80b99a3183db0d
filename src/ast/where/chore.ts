const words = (
  'admin audit backup config configuration export exporter report reporting sync syncer synchronizer upload uploader setup installer ' +
  'seed seeder migration migrate maintenance diagnostic restore cleanup purge wizard internal monitor debug'
).split(' ');
/** A word of a path or of a name, alone or within it: `reports/`, `audit-trail.ts`, `exportUsers`, `UserExportController`. */
const chore = new RegExp(
  `(?:${words
    .flatMap((word) => [`(?<![A-Za-z])${word}`, `(?<![A-Z])${word[0]!.toUpperCase()}${word.slice(1)}`])
    .join('|')})s?(?![a-z])`,
);

/**
 * Whether a path or a name is that of a chore: what is set up, brought in or out, kept in step or looked through now and
 * then, by few. Of findings about how long users wait, read without knowing of Plimsoll, 4 were right, 44 doubtful and 10
 * wrong where the file is called so, 213, 365 and 103 elsewhere (docs/accuracy.md); by the last three words, none, 14 and 1.
 */
export function isChore(name: string): boolean {
  return chore.test(name);
}
