import {
  activeSpan,
  Level,
  openTraceBuffer,
  RecordKind,
  TraceBuffer,
  TraceBufferAlreadyExistsError,
  type TraceBufferOptions,
} from '@tracebuf/ring';
import { type SpanIds, splitOptions, type TraceBufferDestinationOptions } from './destination-options.ts';
import { LineBytes } from './line-bytes.ts';
import { lineLevel, storableLevel, unusualLineLevel } from './line-level.ts';
import { defineLevels, defineShape, type LoggerKeys, parsePinoConfig, renumbered } from './logger-shape.ts';

/**
 * While a stream's property of this name is `true`, pino sets `lastLevel` and others before each line. That costs more
 * than reading the level from the line (about a fifth of a log call), so it is asked for only until a line is seen to
 * carry its level, and again when one does not.
 */
const METADATA: unique symbol = Symbol.for('pino.metadata');

// As this module's own, V8 makes it part of the code; an imported one is looked up at each use.
const { PINO } = RecordKind;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const INFO = Level.info;
const TRACE_ID = /^[\da-f]{32}$/i;
const SPAN_ID = /^[\da-f]{16}$/i;

/** How many destinations write to a buffer that one of them has made; the last one that ends closes it. */
const users = new WeakMap<TraceBuffer, number>();

/**
 * A destination for pino that lives in the program's own thread: see {@link traceBuffer}.
 *
 * When `write` has returned, the line is in the buffer, whatever then happens to the process; there is nothing to
 * flush, no worker and no exit handler.
 */
export class TraceBufferDestination {
  /** By this `pino(destination)` tells a destination from options. */
  readonly writable = true;
  /** The buffer that the lines go to. */
  readonly buffer: TraceBuffer;

  /** Set by pino. */
  lastLevel: number | undefined = undefined;
  /** Set by pino; not used: what was redacted in the line is still readable here. */
  lastObj: unknown = undefined;
  /** Set by pino; not used. */
  lastMsg: unknown = undefined;
  /** Set by pino; not used. */
  lastTime: unknown = undefined;
  /** Set by pino; not used. */
  lastLogger: unknown = undefined;

  readonly #keys: LoggerKeys;
  readonly #context: () => SpanIds | undefined;
  readonly #labels = new Map<string, number>(Object.entries(Level));
  readonly #bytes = new LineBytes();
  #severities: ReadonlyMap<number, number> | undefined;
  /** Whether a line's record needs more than what its bytes tell. */
  #isUnusual: boolean;
  #asks = true;
  #distrusts = false;
  #ended = false;

  /** @throws As `traceBuffer` does. */
  constructor(options?: TraceBufferDestinationOptions) {
    const { name, size, buffer, keys, context } = splitOptions(options);
    this.buffer = joinBuffer(name, size, buffer);
    this.#keys = keys;
    this.#context = context ?? activeSpan;
    this.#isUnusual = context !== undefined;
    for (const [label, level] of Object.entries(buffer.levels ?? {}))
      this.#labels.set(label.toLowerCase(), level);
    defineShape(this.buffer, keys);
    this.#ask(true);
  }

  /** Stores a line as it is, without its newline. Never throws. */
  write(line: string): void {
    if (this.#asks || this.#isUnusual || typeof line !== 'string' || activeSpan() !== undefined) {
      this.writeAt(line);
      return;
    }
    if (!this.buffer.appendLine(PINO, line, this.#bytes)) this.writeAt(line);
  }

  /**
   * {@link write} a line that was logged earlier.
   *
   * @param time When it was logged, in milliseconds on the scale of `performance.now()`. Default: now.
   */
  writeAt(line: string, time?: number): void {
    const text = typeof line === 'string' ? line : String(line);
    const severity = this.#severityOf(text, lineLevel(text));
    const ids = this.#spanIds(this.#context);
    const stored = text.slice(0, text.length - endingOf(text));
    if (ids === undefined) this.buffer.append(PINO, severity, stored, time);
    else this.buffer.appendInContext(PINO, severity, stored, ids.traceId, ids.spanId, time);
  }

  /** Calls back at once: what was written is stored. */
  flush(callback?: (error?: Error | null) => void): void {
    callback?.();
  }

  /** Does nothing: what was written is stored. */
  flushSync(): void {}

  /** Does nothing: the size is fixed, so there is no file to rotate. */
  reopen(): void {}

  /** Ends the destination; its buffer is closed when the last destination that shares it has ended. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const others = users.get(this.buffer);
    if (others === undefined) return;
    users.set(this.buffer, others - 1);
    if (others === 1) this.buffer.close();
  }

  /** {@link end}, for those who call it so. */
  destroy(): void {
    this.end();
  }

  /** Takes what pino tells about a logger that is made on this destination: names of levels and keys. */
  emit(event: string, message?: unknown): boolean {
    const config = event === 'message' ? parsePinoConfig(message) : undefined;
    if (config === undefined) return false;
    const { labels, messageKey = this.#keys.messageKey, errorKey = this.#keys.errorKey } = config;
    this.nameLevels(labels);
    const named = messageKey === undefined ? {} : { messageKey };
    defineShape(this.buffer, { ...this.#keys, ...named, ...(errorKey === undefined ? {} : { errorKey }) });
    // Another logger may write its levels differently: look again.
    this.#ask(true);
    return true;
  }

  /** Makes the names of a logger's levels known to readers. */
  nameLevels(labels: ReadonlyMap<number, string>): void {
    defineLevels(this.buffer, labels);
    for (const [level, label] of labels) this.#labels.set(label.toLowerCase(), level);
    const severities = renumbered(labels);
    if (severities.size === 0) return;
    this.#severities = new Map([...(this.#severities ?? []), ...severities]);
    this.#isUnusual = true;
  }

  /** The level to store: pino's number where it told one, else the line's. */
  #severityOf(line: string, written: number): number {
    const known = written >= 0 ? written : unusualLineLevel(line, this.#labels);
    const told = this.#asks ? this.lastLevel : undefined;
    const level = told ?? known ?? INFO;
    // Lines are believed once one agrees with pino; one that says something else, or nothing, ends that for good.
    if (known !== told && (told !== undefined || known === undefined)) this.#distrusts = true;
    if (told !== undefined || known === undefined) this.#ask(this.#distrusts);
    return this.#severities?.get(level) ?? storableLevel(level);
  }

  #ask(asks: boolean): void {
    this.#asks = asks;
    (this as unknown as { [METADATA]: boolean })[METADATA] = asks;
    // What pino left here must not speak for another line, nor be kept alive.
    this.lastLevel = undefined;
    this.lastObj = undefined;
    this.lastMsg = undefined;
    this.lastLogger = undefined;
  }

  #spanIds(context: () => SpanIds | undefined): SpanIds | undefined {
    try {
      const ids = context();
      return ids !== undefined && TRACE_ID.test(ids.traceId) && SPAN_ID.test(ids.spanId) ? ids : undefined;
    } catch {
      return undefined;
    }
  }
}

/**
 * Makes a destination for pino that writes to a trace buffer, in this thread.
 *
 * ```ts
 * const logger = pino({ level: 'debug' }, traceBuffer({ name: 'web', size: 1 << 20 }));
 * ```
 *
 * A buffer of that name that this thread has already is shared, and its options stay as they are.
 *
 * @throws InvalidOptionError for an option that can't be used, StorageError where the space can't be had,
 *   InsecureDirectoryError. Once made, it never throws.
 */
export function traceBuffer(options?: TraceBufferDestinationOptions): TraceBufferDestination {
  return new TraceBufferDestination(options);
}

function joinBuffer(name: string, size: number, options: TraceBufferOptions): TraceBuffer {
  let buffer: TraceBuffer;
  try {
    buffer = new TraceBuffer(name, size, options);
    users.set(buffer, 0);
  } catch (error) {
    if (!(error instanceof TraceBufferAlreadyExistsError)) throw error;
    // The program made it, or another logger: who made it closes it.
    buffer = openTraceBuffer(name, size, options);
  }
  const others = users.get(buffer);
  if (others !== undefined) users.set(buffer, others + 1);
  return buffer;
}

/** How many characters end the line: pino writes `\n`, and `\r\n` with its option `crlf`. */
function endingOf(line: string): number {
  const last = line.length - 1;
  if (line.charCodeAt(last) !== NEWLINE) return 0;
  return line.charCodeAt(last - 1) === RETURN ? 2 : 1;
}
