import { UnknownProcessError } from '@tracebuf/ring';

/** What a process answers to. */
interface NamedProcess {
  readonly name: string;
  readonly pid: number;
}

/**
 * Whether a word means a process: `all`, its name in any case, its pid, or both. Not abbreviated: among processes that are
 * still to come, or only in a database, it can't be told what an abbreviation is unique of.
 */
export function meansProcess(word: string, name: string, pid: number): boolean {
  const wanted = word.toLowerCase();
  const own = name.toLowerCase();
  return wanted === 'all' || wanted === own || wanted === String(pid) || wanted === `${own}.${pid}`;
}

/**
 * Says that a word means none of some processes, as those of a database.
 *
 * @throws UnknownProcessError
 */
export function demandProcess(word: string, processes: readonly NamedProcess[]): void {
  if (word.toLowerCase() === 'all' || processes.some(({ name, pid }) => meansProcess(word, name, pid)))
    return;
  throw new UnknownProcessError(word, [], [...new Set(processes.map(({ name }) => name))]);
}
