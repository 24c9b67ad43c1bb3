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
