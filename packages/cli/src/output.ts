import { wantsColor } from './color.ts';
import { OutputError } from './errors.ts';

/** Thrown by writes once nobody reads what is written (`| head`): no error, only the end. */
export class OutputClosed extends Error {}

const NOBODY_READS = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);

/** Standard output or standard error. */
export class Output {
  /** Whether a person reads along. */
  readonly terminal: boolean;
  /** Whether to colour. */
  readonly color: boolean;
  readonly #stream: NodeJS.WriteStream;
  #failure: Error | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.terminal = stream.isTTY === true;
    this.color = wantsColor(stream);
    // Without a listener the first broken pipe would be an uncaught exception.
    stream.on('error', (error) => {
      this.#failure ??= failureOf(error);
    });
  }

  /** Columns of the terminal, 80 where there is none. */
  get columns(): number {
    return this.#stream.columns ?? 80;
  }

  /** Lines of the terminal, 24 where there is none. */
  get rows(): number {
    return this.#stream.rows ?? 24;
  }

  /**
   * Writes text and waits until it is out, so that nothing piles up here when the reader is slow.
   *
   * @throws OutputClosed where nobody reads any more, OutputError where it can't be written.
   */
  async write(text: string): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (text === '') return;
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(text, (error) => {
        if (error === null || error === undefined) {
          resolve();
          return;
        }
        this.#failure ??= failureOf(error);
        reject(this.#failure);
      });
    });
  }

  /** {@link write} with a newline. */
  async line(text: string): Promise<void> {
    await this.write(`${text}\n`);
  }
}

function failureOf(error: Error & { readonly code?: string }): Error {
  return error.code !== undefined && NOBODY_READS.has(error.code)
    ? new OutputClosed()
    : new OutputError(error);
}
