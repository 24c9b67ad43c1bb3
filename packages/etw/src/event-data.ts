import { ByteBlock } from './byte-block.ts';
import { EtwError } from './errors.ts';
import { MAX_DATA } from './limits.ts';

const INITIAL_CAPACITY = 1024;

// As this module's own, V8 makes it part of the code; an imported one is looked up at each use.
const MOST = MAX_DATA;

/** Event data: the values of the fields, one behind the other. */
export class EventData extends ByteBlock {
  constructor() {
    super(INITIAL_CAPACITY);
  }

  /**
   * Takes room for a value of a known size.
   *
   * @returns Where it goes.
   * @throws EtwError `data_too_long`
   */
  claim(count: number): number {
    const at = this.size;
    if (at + count > MOST) throw this.tooLong(count);
    if (at + count > this.bytes.length) this.ensure(count);
    this.size = at + count;
    return at;
  }

  /** The error of a value of so many bytes, or more. */
  tooLong(count: number): EtwError {
    return new EtwError(
      'data_too_long',
      `A value of at least ${count} bytes is too long for the ${MAX_DATA - this.size} bytes that are left of ${MAX_DATA}; shorten values or leave fields out.`,
    );
  }
}
