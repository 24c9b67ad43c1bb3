import {
  LEVEL_DEFINITION,
  levelName,
  openTraceBuffer,
  TraceBuffer,
  TraceBufferAlreadyExistsError,
  type TraceBufferOptions,
} from '@tracebuf/ring';

/** A trace buffer that several transports of this thread may write to; the last one that leaves closes it. */
export class SharedBuffer {
  static readonly #all = new WeakMap<TraceBuffer, SharedBuffer>();

  readonly buffer: TraceBuffer;
  readonly #owned: boolean;
  readonly #named = new Map<number, string>();
  #users = 0;

  private constructor(buffer: TraceBuffer, owned: boolean) {
    this.buffer = buffer;
    this.#owned = owned;
  }

  /**
   * The thread's buffer of that name, or a new one.
   *
   * @throws As `new TraceBuffer` does, for arguments that can't be used and where the space can't be had.
   */
  static open(name: string, size: number, options: TraceBufferOptions): SharedBuffer {
    let buffer: TraceBuffer;
    let owned = true;
    try {
      buffer = new TraceBuffer(name, size, options);
    } catch (error) {
      if (!(error instanceof TraceBufferAlreadyExistsError)) throw error;
      // The program made it, or another logger: who made it closes it.
      buffer = openTraceBuffer(name, size, options);
      owned = false;
    }
    let shared = SharedBuffer.#all.get(buffer);
    if (shared === undefined) {
      shared = new SharedBuffer(buffer, owned);
      SharedBuffer.#all.set(buffer, shared);
    }
    shared.#users++;
    return shared;
  }

  /** One user less. */
  leave(): void {
    if (--this.#users === 0 && this.#owned) this.buffer.close();
  }

  /** Names the levels that have no standard name, for readers. A severity that several names share stays without. */
  nameLevels(severities: ReadonlyMap<string, number>): void {
    const names = new Map<number, string | undefined>();
    for (const [name, severity] of severities) {
      names.set(severity, names.has(severity) ? undefined : name);
    }
    for (const [severity, name] of names) {
      if (name === undefined || name === levelName(severity) || name === this.#named.get(severity)) continue;
      this.#named.set(severity, name);
      try {
        this.buffer.define({ type: LEVEL_DEFINITION, id: severity, value: name });
      } catch {
        // The disk is full: readers take the name from the record.
      }
    }
  }
}
