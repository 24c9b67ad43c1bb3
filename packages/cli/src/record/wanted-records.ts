import { type TraceRecord, UnknownTraceBufferError } from '@tracebuf/ring';
import { demandProcess, meansProcess } from '../process-word.ts';

/** Names that are kept for a message: a dump may have any number of them. */
const MAX_NAMES = 20;

/** Which records of a dump are wanted, and whether there were any of each name that was given. */
export class WantedRecords {
  /** Whether no name was given. */
  readonly isAll: boolean;
  readonly #selectors: readonly string[];
  readonly #buffer: string | undefined;
  readonly #unmet: Set<string>;
  readonly #processes = new Map<string, { readonly name: string; readonly pid: number }>();
  readonly #buffers = new Set<string>();

  /** @param selectors `<proc>` of the command line; empty: all. @param buffer Name of a trace buffer; absent: all. */
  constructor(selectors: readonly string[], buffer: string | undefined) {
    this.#selectors = selectors;
    this.#buffer = buffer?.toLowerCase() === 'all' ? undefined : buffer;
    this.#unmet = new Set(selectors);
    this.isAll = selectors.length === 0 && this.#buffer === undefined;
  }

  has({ process, pid, buffer }: TraceRecord): boolean {
    if (this.isAll) return true;
    for (const word of this.#unmet) if (meansProcess(word, process, pid)) this.#unmet.delete(word);
    if (this.#processes.size < MAX_NAMES) this.#processes.set(process, { name: process, pid });
    const isMeant =
      this.#selectors.length === 0 || this.#selectors.some((word) => meansProcess(word, process, pid));
    if (isMeant && (this.#buffers.size < MAX_NAMES || buffer === this.#buffer)) this.#buffers.add(buffer);
    return isMeant && (this.#buffer === undefined || buffer === this.#buffer);
  }

  /** @throws UnknownProcessError, UnknownTraceBufferError where there was nothing of a name. */
  demandAll(): void {
    const [word] = this.#unmet;
    if (word !== undefined) demandProcess(word, [...this.#processes.values()]);
    if (this.#buffer !== undefined && !this.#buffers.has(this.#buffer))
      throw new UnknownTraceBufferError(this.#buffer, [...this.#buffers].sort());
  }
}
