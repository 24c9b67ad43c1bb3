import { closeSync, unlinkSync, writeSync } from 'node:fs';
import { createDumpFile, StorageError, TracebufError } from '@tracebuf/ring';

/** A dump while it is written: complete when {@link finish} was called, gone otherwise. */
export class DumpWriter {
  readonly path: string;
  readonly #fd: number;
  #open = true;

  /**
   * @param name A bare file name.
   * @throws InvalidOptionError, StorageError, InsecureDirectoryError; TracebufError where there is such a file.
   */
  constructor(name: string) {
    try {
      const { fd, path } = createDumpFile(name);
      this.#fd = fd;
      this.path = path;
    } catch (error) {
      if (!(error instanceof StorageError) || error.systemCode !== 'EEXIST') throw error;
      throw new TracebufError(
        'ERR_TRACEBUF_DUMP_EXISTS',
        `There is a dump ${JSON.stringify(error.path)} already; give another name with --file, or remove it.`,
        { cause: error },
      );
    }
  }

  /** @throws StorageError where the disk is full or broken. */
  write(text: string): void {
    const bytes = Buffer.from(text);
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
    } catch (error) {
      throw new StorageError('write the dump', this.path, error, 'set TRACEBUF_DUMP_DIR to');
    }
  }

  /** Ends the file. */
  finish(): void {
    if (this.#open) closeSync(this.#fd);
    this.#open = false;
  }

  /** Removes what is not finished: half a dump would be taken for a whole one. A finished one stays. */
  discard(): void {
    if (!this.#open) return;
    this.finish();
    unlinkSync(this.path);
  }
}

/** Such as `web.4711.mybuf.20260102T030405123.txt`. */
export function dumpName(parts: readonly string[], extension: string, now: Date = new Date()): string {
  const safe = parts.map((part) => part.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 64));
  return `${[...safe, now.toISOString().replace(/[-:.Z]/g, '')].join('.')}.${extension}`;
}
