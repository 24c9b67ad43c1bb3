import type { ProcessEntry, TraceRecord } from '@tracebuf/ring';
import { RecordFeed as RingFeed } from '@tracebuf/ring/files';

/** What is to be known of a process, live, dead or in a database. */
export interface FedProcess extends Pick<ProcessEntry, 'key' | 'name' | 'pid' | 'state'> {
  readonly info: {
    /** Empty where it is not known. */
    readonly nodeVersion: string;
    /** Of a process in a database: name of its machine, empty where it is not known; absent: this one. */
    readonly hostname?: string;
  };
}

/** What a feed gives: a record, or only where a ring stands, or that a process has nothing more to come. */
export interface FeedItem {
  readonly process: FedProcess;
  /** The ring that it is from; absent at the end of a process. */
  readonly ring?: string;
  /** Number to which this brings the reader of the ring. */
  readonly seq: number;
  /** How many records before this one were overwritten before they could be read. */
  readonly missed: number;
  /** Absent where records were cleared or given up, and at the end of a process. */
  readonly record?: TraceRecord;
  /** Whether it was given before, to an earlier forwarder. */
  readonly known: boolean;
}

/** Where reading starts. */
export interface FeedStart {
  /** Number of the last record of each ring that was dealt with, by {@link FeedItem.ring}. */
  readonly rings: ReadonlyMap<string, number>;
  /** Directories of processes that are over and dealt with. */
  readonly finished: ReadonlySet<string>;
  /**
   * Whether what was overwritten before the first look counts as missed. Not where nobody has read before: it was not there
   * to be sent.
   */
  readonly countsFromStart: boolean;
  /** Names of buffers; default: all. */
  readonly buffers?: readonly string[] | undefined;
  /** Told of files that can't be read, or not all of them. */
  readonly report?: (path: string, error: Error) => void;
}

/** Where items come from: {@link RecordFeed}, or a database. */
export interface Feed {
  readonly finished: ReadonlySet<string>;
  update(processes: readonly ProcessEntry[]): void;
  read(): Generator<FeedItem, void>;
  close(): void;
}

/** The records of processes in one sequence with the ends of their rings and of themselves. */
export class RecordFeed implements Feed {
  readonly #feed: RingFeed;

  constructor({ rings, finished, countsFromStart, buffers, report }: FeedStart) {
    this.#feed = new RingFeed({
      start: rings,
      finished,
      countsFromStart,
      // What was sent before is seen again: a span that is still open began there.
      repeats: true,
      ...(buffers === undefined ? {} : { buffers }),
      ...(report === undefined ? {} : { report: ({ path }, error) => report(path, error as Error) }),
    });
  }

  /** Takes notice of processes that came, ended or were removed, and of rings that came. To be called about every second. */
  update(processes: readonly ProcessEntry[]): void {
    this.#feed.update(processes);
  }

  /** Processes that are over and dealt with, of those that are still there. */
  get finished(): ReadonlySet<string> {
    return this.#feed.finished;
  }

  /** What has come since the last call. All of it has to be taken before the next call; that may take its time. */
  *read(): Generator<FeedItem, void> {
    for (const { ring, seq, missed, record, known } of this.#feed.items()) {
      const step = { process: ring.process, ring: ring.key, seq, missed, known };
      yield record === undefined ? step : { ...step, record };
    }
    for (const { process, ring, missed } of this.#feed.ends()) {
      if (ring === undefined) yield { process, seq: 0, missed: 0, known: false };
      else if (missed > 0)
        yield { process, ring: ring.key, seq: ring.position + missed, missed, known: false };
    }
  }

  /** Closes all rings. */
  close(): void {
    this.#feed.close();
  }
}
