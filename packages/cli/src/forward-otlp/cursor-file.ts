import { createHash } from 'node:crypto';
import {
  type FileLock,
  isMissing,
  openRoot,
  openSecureSubdirectory,
  readSmallFile,
  replaceSmallFile,
  type SecureDirectory,
  tryLock,
  writerName,
} from '@tracebuf/ring/files';
import * as z from 'zod/mini';

/** How far one signal has been sent to one collector, and what became of it since the cursor was made. */
export interface Cursor {
  readonly version: 1;
  /** Where to, for people. */
  readonly url: string;
  /** Number of the last record of each ring that is dealt with. */
  readonly rings: Readonly<Record<string, number>>;
  /**
   * Numbers of the last records in a request that is on its way. Found by the next forwarder, it may have arrived or not: what is
   * in it is sent again, and counted.
   */
  readonly sending: Readonly<Record<string, number>>;
  /** Directories of processes that are over and dealt with. */
  readonly finished: readonly string[];
  /** Records that the collector has taken. */
  readonly sent: number;
  /** Records that it has refused for good. */
  readonly refused: number;
  /** Records that were overwritten before they could be read. */
  readonly lost: number;
  /** Records that were sent once more, because it was not known whether they had arrived. */
  readonly resent: number;
}

/** Directory of the cursors, beside the directories of the processes. */
const DIRECTORY = 'forward';
const MAX_BYTES = 64 * 1024 * 1024;

const count = z.number().check(z.gte(0));
const positions = z.record(z.string().check(z.maxLength(1000)), count);
const schema = z.object({
  version: z.literal(1),
  url: z.string(),
  rings: positions,
  sending: positions,
  finished: z.array(z.string().check(z.maxLength(200))),
  sent: count,
  refused: count,
  lost: count,
  resent: count,
});

/** The file of a {@link Cursor}, which outlives the forwarder as long as the buffers do: it lies beside them. */
export class CursorFile {
  readonly #directory: SecureDirectory;
  readonly #name: string;
  readonly #url: string;

  /**
   * @param url What is sent where: another URL has a cursor of its own.
   * @throws StorageError, InsecureDirectoryError
   */
  constructor(url: string) {
    const root = openRoot({ create: true });
    try {
      this.#directory = openSecureSubdirectory(root, DIRECTORY, { create: true }) as SecureDirectory;
    } finally {
      root.close();
    }
    this.#url = url;
    this.#name = `otlp.${createHash('sha256').update(url).digest('hex').slice(0, 16)}`;
  }

  /**
   * Keeps other forwarders to the same collector out until this process ends.
   *
   * @returns `undefined` where there is one.
   */
  lock(): FileLock | undefined {
    return tryLock(this.#directory, `${this.#name}.lock`);
  }

  /** What was saved; `undefined` where there is nothing, or nothing that can be used. */
  load(): Cursor | undefined {
    try {
      const parsed: unknown = JSON.parse(readSmallFile(this.#directory, `${this.#name}.json`, MAX_BYTES));
      const { success, data } = schema.safeParse(parsed);
      return success ? data : undefined;
    } catch (error) {
      if (isMissing(error) || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** Saves it in one step. @throws StorageError, InsecureDirectoryError */
  save(cursor: Omit<Cursor, 'version' | 'url'>): void {
    const whole: Cursor = { version: 1, url: this.#url, ...cursor };
    replaceSmallFile(this.#directory, `${this.#name}.json`, `${JSON.stringify(whole)}\n`, writerName());
  }

  close(): void {
    this.#directory.close();
  }
}
