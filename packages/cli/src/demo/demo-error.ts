import { TracebufError } from '@tracebuf/ring';

/** The demo could not be shown to its end. */
export class DemoError extends TracebufError {
  static {
    DemoError.prototype.name = 'DemoError';
  }

  /** @param message What failed, and what to do. */
  constructor(message: string) {
    super('ERR_TRACEBUF_DEMO', message);
  }
}
