/**
 * Whether a word means a process: `all`, its name in any case, its pid, or both. Not abbreviated: among processes that are
 * still to come, or only in a database, it can't be told what an abbreviation is unique of.
 */
export function meansProcess(word: string, name: string, pid: number): boolean {
  const wanted = word.toLowerCase();
  const own = name.toLowerCase();
  return wanted === 'all' || wanted === own || wanted === String(pid) || wanted === `${own}.${pid}`;
}
