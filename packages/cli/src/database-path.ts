/** Whether a word of the command line looks like the path of a database rather than like the name of a process. */
export function looksLikeDatabase(word: string): boolean {
  return /[\\/]|\.(?:sqlite3?|db)$/i.test(word);
}
