import { createWriteStream, renameSync, rmSync, statSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { StorageError, TracebufError } from '@tracebuf/ring';

/** How another place is named, in errors. */
const ELSEWHERE = 'name a file in';

/** A file that is there in full when it is finished, and not at all before. */
export class ExportFile {
  readonly #path: string;
  readonly #temporary: string;
  readonly #input: Writable;
  readonly #output: Writable;
  #failure: unknown;
  #isFinished = false;

  /** @throws TracebufError where there is such a file and it may not be written over. */
  constructor(path: string, force: boolean) {
    if (!force && statSync(path, { throwIfNoEntry: false }) !== undefined) {
      throw new TracebufError(
        'ERR_TRACEBUF_EXPORT_EXISTS',
        `There is a file ${JSON.stringify(path)} already; give another name, or --force to write over it.`,
      );
    }
    this.#path = path;
    this.#temporary = `${path}.${process.pid}.part`;
    this.#output = createWriteStream(this.#temporary, { mode: 0o600 });
    this.#input = path.endsWith('.gz') ? createGzip() : this.#output;
    if (this.#input !== this.#output) this.#input.pipe(this.#output);
    for (const stream of [this.#input, this.#output])
      stream.on('error', (error) => (this.#failure ??= error));
  }

  /** Writes, and waits while the disk is slow. @throws StorageError */
  async write(text: string): Promise<void> {
    this.#check();
    // Each write is waited for: nothing piles up here, and a full disk is heard of at once.
    await new Promise<void>((resolve) => this.#input.write(text, () => resolve()));
    this.#check();
  }

  /** Ends the file and gives it its name. @throws StorageError */
  async finish(): Promise<void> {
    this.#check();
    this.#input.end();
    try {
      await finished(this.#output);
      renameSync(this.#temporary, this.#path);
      this.#isFinished = true;
    } catch (error) {
      throw new StorageError('write the file', this.#path, error, ELSEWHERE);
    }
  }

  /** Removes what is not finished. */
  discard(): void {
    if (this.#isFinished) return;
    this.#input.destroy();
    this.#output.destroy();
    rmSync(this.#temporary, { force: true });
  }

  #check(): void {
    if (this.#failure !== undefined)
      throw new StorageError('write the file', this.#path, this.#failure, ELSEWHERE);
  }
}
