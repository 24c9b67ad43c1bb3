import { closeSync, fstatSync } from 'node:fs';
import type { RecordOrigin } from './decode.ts';
import { type Definitions, levelLabels, readDefinitions } from './definitions.ts';
import type { ProcessEntry, RingFile } from './process-entry.ts';
import { RingReader } from './ring-reader.ts';
import { type ReportProblem, RingRecords } from './ring-records.ts';

/** One ring of a process, opened, with what it takes to decode its records. */
export class RingSource {
  readonly process: ProcessEntry;
  readonly file: RingFile;
  readonly reader: RingReader;
  readonly #report: ReportProblem;
  #origin: RecordOrigin;
  /** Bytes of definitions that were read; the file only grows. */
  #definitionBytes = -1;

  /** @throws Typed errors for what is insecure, damaged or unreadable. */
  constructor(process: ProcessEntry, file: RingFile, report: ReportProblem) {
    this.process = process;
    this.file = file;
    this.#report = report;
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
   * happened, as records of kind `lost`, and likewise what was cleared unread; damage is reported besides.
   */
  records(): RingRecords {
    const { reader } = this;
    return new RingRecords(reader, reader.read(), this.file.path, () => this.#currentOrigin(), this.#report);
  }

  /** With the definitions that are there now. */
  #currentOrigin(): RecordOrigin {
    this.#readDefinitions();
    return this.#origin;
  }

  #readDefinitions(): void {
    try {
      const fd = this.file.openDefinitions();
      if (fd === undefined) return;
      try {
        const { size } = fstatSync(fd);
        // The same definitions stay the same object, so that decoders can keep what they made of them.
        if (size === this.#definitionBytes) return;
        this.#origin = this.#originWith(readDefinitions(fd));
        this.#definitionBytes = size;
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      // Records can be read without.
      this.#report(error);
    }
  }

  #originWith(definitions: Definitions): RecordOrigin {
    const { name, pid } = this.process;
    const { buffer, thread } = this.file;
    return { process: name, pid, thread, buffer, definitions, labels: levelLabels(definitions) };
  }
}
