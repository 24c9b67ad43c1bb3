import { TracebufError } from '@tracebuf/ring';

/** The command line can't be understood. */
export class UsageError extends TracebufError {
  static {
    UsageError.prototype.name = 'UsageError';
  }

  /** @param message What is wrong, with the word at fault in quotes, and what would do. */
  constructor(message: string) {
    super('ERR_TRACEBUF_USAGE', message);
  }
}

/** Standard output can't be written, for another reason than that nobody reads it any more. */
export class OutputError extends TracebufError {
  static {
    OutputError.prototype.name = 'OutputError';
  }

  constructor(cause: Error) {
    super('ERR_TRACEBUF_OUTPUT', `Cannot write to standard output: ${cause.message}.`, { cause });
  }
}

/** Somebody forwards to the same collector already: two of them would send everything twice. */
export class ForwardError extends TracebufError {
  static {
    ForwardError.prototype.name = 'ForwardError';
  }

  /** @param url Where to. */
  constructor(url: string) {
    super(
      'ERR_TRACEBUF_FORWARDED',
      `Another "trace-cli forward" sends to ${JSON.stringify(url)} already; end that one first`,
    );
  }
}
