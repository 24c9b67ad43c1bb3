import { closeSync } from 'node:fs';
import { decodeRecord, type RecordOrigin } from './decode.ts';
import { type Definitions, levelLabels, readDefinitions } from './definitions.ts';
import { Level } from './level.ts';
import type { ProcessEntry, RingFile } from './process-entry.ts';
import type { TraceRecord } from './record.ts';
import { RingReader } from './ring-reader.ts';

/** One ring of a process, opened, with what it takes to decode its records. */
export class RingSource {
  readonly process: ProcessEntry;
  readonly file: RingFile;
  readonly reader: RingReader;
  #origin: RecordOrigin;
  #definitionsFor = -1;

  /** @throws Typed errors for what is insecure, damaged or unreadable. */
  constructor(process: ProcessEntry, file: RingFile) {
    this.process = process;
    this.file = file;
    const fd = file.open('r');
    try {
      this.reader = new RingReader(fd, file.path);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    this.#origin = this.#originWith(new Map());
  }

  /**
   * Copies what has come since the last call, at once, and decodes it as it is taken. Losses stand where they
   * happened, as records of kind `lost`.
   */
  records(): Iterable<TraceRecord> {
    const snapshot = this.reader.read();
    return this.#decode(snapshot);
  }

  *#decode(snapshot: ReturnType<RingReader['read']>): Generator<TraceRecord, void> {
    const { reader } = this;
    while (snapshot.next()) {
      const seq = reader.seq(snapshot.seqLow);
      const lost = reader.account(seq);
      if (this.#definitionsFor < 0) this.#readDefinitions(seq);
      const record = decodeRecord(reader, snapshot, this.#origin);
      if (lost > 0) yield lostRecord(record, lost);
      yield record;
    }
    // What a definition says may have been written since: look again before the next batch.
    this.#definitionsFor = -1;
  }

  #readDefinitions(seq: number): void {
    this.#definitionsFor = seq;
    const fd = this.file.openDefinitions();
    if (fd === undefined) return;
    try {
      this.#origin = this.#originWith(readDefinitions(fd));
    } finally {
      closeSync(fd);
    }
  }

  #originWith(definitions: Definitions): RecordOrigin {
    const { name, pid } = this.process;
    const { buffer, thread } = this.file;
    return { process: name, pid, thread, buffer, definitions, labels: levelLabels(definitions) };
  }
}

/** What stands for records that a reader did not get to see, just before the first one that it did. */
function lostRecord(next: TraceRecord, count: number): TraceRecord {
  const { time, process, pid, thread, buffer, seq } = next;
  return {
    time,
    process,
    pid,
    thread,
    buffer,
    seq: seq - count,
    level: 'warn',
    severity: Level.warn,
    kind: 'lost',
    message: `${count} ${count === 1 ? 'record was' : 'records were'} overwritten before they could be read`,
    count,
  };
}
