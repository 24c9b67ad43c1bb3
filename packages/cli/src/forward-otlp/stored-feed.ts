import type { StoredProcess } from '@tracebuf/sqlite';
import type { StoredRecords } from '../stored-records.ts';
import type { FedProcess, FeedItem, FeedStart } from './record-feed.ts';

/** A ring of a database. */
interface Origin {
  readonly process: FedProcess;
  readonly ring: string;
  /** Records that are missing before its next one. */
  missed: number;
}

/**
 * The records of a database, as {@link RecordFeed} gives those of processes; all of them come with the first call. The keys are those
 * of the rings that were recorded: what was sent of them before, from a database or not, is known again.
 */
export class StoredFeed {
  readonly finished: Set<string>;
  readonly #stored: StoredRecords;
  readonly #start: Pick<FeedStart, 'rings' | 'finished'>;
  #isOver = false;

  constructor(stored: StoredRecords, start: Pick<FeedStart, 'rings' | 'finished'>) {
    this.#stored = stored;
    this.#start = start;
    // Of processes whose directories may still be there: they are not to be forgotten for a database.
    this.finished = new Set(start.finished);
  }

  /** Nothing comes or goes in a database that is read once. */
  update(): void {}

  /** All that is there; then, nothing. */
  *read(): Generator<FeedItem, void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const { records, processes } = this.#stored;
    const fed = processes.map(fedProcess);
    const origins = originsOf(processes, fed);
    for (const { record, ring = 0 } of records) {
      const origin = origins.get(ring);
      // A damaged database may have lost it.
      if (origin === undefined || this.#start.finished.has(origin.process.key)) continue;
      const { process, ring: key } = origin;
      const known = record.seq <= (this.#start.rings.get(key) ?? 0);
      if (record.kind === 'lost') {
        if (!known) origin.missed += record.count ?? 0;
        continue;
      }
      yield { process, ring: key, seq: record.seq, missed: origin.missed, record, known };
      origin.missed = 0;
    }
    for (const process of fed) {
      const isOver = process.state === 'ended' || process.state === 'died';
      if (!isOver || this.#start.finished.has(process.key)) continue;
      this.finished.add(process.key);
      yield { process, seq: 0, missed: 0, known: false };
    }
  }

  /** Closes the database. */
  close(): void {
    this.#stored.close();
  }
}

function originsOf(processes: readonly StoredProcess[], fed: readonly FedProcess[]): Map<number, Origin> {
  const origins = new Map<number, Origin>();
  for (const [index, { rings }] of processes.entries()) {
    const process = fed[index];
    if (process === undefined) continue;
    for (const { id, key } of rings) origins.set(id, { process, ring: key, missed: 0 });
  }
  return origins;
}

function fedProcess({ key, name, pid, state, nodeVersion, hostname }: StoredProcess): FedProcess {
  return { key, name, pid, state, info: { nodeVersion, hostname } };
}
