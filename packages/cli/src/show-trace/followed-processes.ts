import {
  listProcesses,
  mergeByTime,
  type ProcessEntry,
  type ReadProblem,
  TraceReader,
  type TraceRecord,
} from '@tracebuf/ring';
import { mayWrite } from '../process-state.ts';
import { isAll, readerOptions, type Target } from '../target.ts';

/** A process that is followed. */
interface Followed {
  readonly process: ProcessEntry;
  readonly reader: TraceReader;
}

/** Whether a selector can only ever mean the process it means now: a pid, alone or behind a name. */
export function isPinned(proc: string, { processes }: Target): boolean {
  return /(?:^|\.)\d+$/.test(proc.trim()) && processes.length === 1;
}

/** The processes that a selector names, those that start while they are followed too. */
export class FollowedProcesses {
  readonly #target: Target;
  readonly #list: () => readonly ProcessEntry[];
  readonly #fits: (process: ProcessEntry) => boolean;
  readonly #followed = new Map<string, Followed>();
  /** Those that are over: they have nothing new, and are not opened again. */
  readonly #finished = new Set<string>();
  #ended: ProcessEntry[] = [];
  /** Of readers that are closed. */
  readonly #problems: ReadProblem[] = [];

  /**
   * @param proc `<proc>` of the command line.
   * @param target What it means now. Later on it means processes of these names, so that an abbreviation keeps its
   *   meaning when other names come up.
   * @param list Finds the processes there are, and keeps no directory open: it is called often. Default: all of this user.
   */
  constructor(
    proc: string,
    target: Target,
    list: () => readonly ProcessEntry[] = () => listProcesses().processes,
  ) {
    const names = new Set(target.processes.map(({ name }) => name));
    if (isAll(proc)) this.#fits = () => true;
    else if (isPinned(proc, target)) this.#fits = () => false;
    else this.#fits = ({ name }) => names.has(name);
    this.#target = target;
    this.#list = list;
    for (const process of target.processes) this.#add(process);
  }

  /** How many are still followed. */
  get size(): number {
    return this.#followed.size;
  }

  /** Files that could not be read, or not all of them, until now. */
  get problems(): ReadProblem[] {
    return [...this.#problems, ...[...this.#followed.values()].flatMap(({ reader }) => reader.problems)];
  }

  /** New records of all, merged by time. */
  records(): Iterable<TraceRecord> {
    return mergeByTime([...this.#followed.values()].map(({ reader }) => reader.records()));
  }

  /**
   * Finds processes that have started or ended. Those that ended have to be read once more before
   * {@link closeEnded}, so that what they wrote last is not missed.
   */
  update(): void {
    const now = new Map(this.#list().map((process) => [process.key, process]));
    for (const process of now.values()) {
      if (this.#fits(process)) this.#add(process);
    }
    for (const { process } of this.#followed.values()) {
      // One that is no longer listed was removed.
      const current = now.get(process.key);
      if (current === undefined) this.#ended.push(process);
      else if (!mayWrite(current)) this.#ended.push(current);
    }
  }

  /** Stops following what {@link update} found ended, and answers it. */
  closeEnded(): ProcessEntry[] {
    const ended = this.#ended;
    this.#ended = [];
    for (const { key } of ended) {
      const followed = this.#followed.get(key);
      this.#problems.push(...(followed?.reader.problems ?? []));
      followed?.reader.close();
      this.#followed.delete(key);
      this.#finished.add(key);
    }
    return ended;
  }

  /** Closes all files. */
  close(): void {
    for (const { reader } of this.#followed.values()) reader.close();
    this.#followed.clear();
  }

  #add(process: ProcessEntry): void {
    const { key } = process;
    if (this.#followed.has(key) || this.#finished.has(key)) return;
    this.#followed.set(key, { process, reader: new TraceReader([process], readerOptions(this.#target)) });
  }
}
