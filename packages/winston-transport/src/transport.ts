import { activeSpan, RecordKind } from '@tracebuf/ring';
import { LEVEL } from 'triple-beam';
import TransportStream from 'winston-transport';
import './decoder.ts';
import { ExceptionExit } from './exception-exit.ts';
import { formatCopy } from './format-copy.ts';
import { type Info, lineOf } from './info-line.ts';
import { type LogQuery, type LogResult, queryLogs } from './log-query.ts';
import { LogReader } from './log-reader.ts';
import { LogStream, type LogStreamOptions } from './log-stream.ts';
import { isHeldUp, type Logger, QueueTap } from './queue-tap.ts';
import { SeverityScale } from './severity.ts';
import { SharedBuffer } from './shared-buffer.ts';
import { type SplitOptions, splitOptions, type TraceBufferTransportOptions } from './transport-options.ts';

/** What a stream hands to `_writev`. */
interface WriteRequest {
  readonly chunk: unknown;
  readonly callback?: unknown;
}

const TRACE_ID = /^[\da-fA-F]{32}$/;
const SPAN_ID = /^[\da-fA-F]{16}$/;

/**
 * A winston transport that appends to a trace buffer: when a log call has returned, its record is outside the
 * process, whatever ends it, and `trace-cli` can read it.
 *
 * ```ts
 * winston.createLogger({ transports: [new TraceBufferTransport({ name: 'web', size: 1024 * 1024 })] });
 * ```
 *
 * It emits `logged` with the info, synchronously. After construction it never throws, blocks or rejects; what could
 * not be stored as it was counts in {@link replaced}.
 */
export class TraceBufferTransport extends TransportStream {
  /** Name of the trace buffer; keys the results of `logger.query()`. */
  readonly name: string;

  /** Levels of the logger that the transport is in. */
  declare levels?: Readonly<Record<string, number>> | undefined;
  /** The logger that the transport is in; winston sets it. */
  declare parent?: Logger | null | undefined;

  readonly #options: SplitOptions;
  readonly #scale: SeverityScale;
  readonly #exit: ExceptionExit;
  /** The loggers that the transport is in. */
  readonly #sources = new Set<Logger>();
  readonly #taps = new Map<Logger, QueueTap>();
  #shared: SharedBuffer;
  #closed = false;
  #replaced = 0;

  /**
   * @param options See the README for a table.
   * @throws InvalidOptionError for an option that can't be used, StorageError where the space can't be had,
   *   InsecureDirectoryError.
   */
  constructor(options?: TraceBufferTransportOptions) {
    const split = splitOptions(options);
    const shared = SharedBuffer.open(split.name, split.size, split.buffer);
    super(split.transport);
    this.#options = split;
    this.#shared = shared;
    this.name = split.name;
    this.#scale = new SeverityScale(split.buffer.levels);
    this.#exit = new ExceptionExit(this, () => !this.parent || isHeldUp(this.parent));
    // winston-transport's own listeners know one logger, once; a transport may be in several, leave, and come back.
    this.removeAllListeners('pipe').removeAllListeners('unpipe');
    this.on('pipe', (logger: unknown) => this.#join(logger as Logger));
    this.on('unpipe', (logger: unknown) => this.#part(logger as Logger));
  }

  /** Bytes of the trace buffer's main ring. */
  get size(): number {
    return this.#shared.buffer.size;
  }

  /** How many values were replaced by a mark because JSON can't hold them, and infos that a format failed on. */
  get replaced(): number {
    return this.#replaced;
  }

  /**
   * Appends an info; calls back, always and before it returns. Level and format are not looked at: streams write,
   * see `write`.
   *
   * @returns `true`.
   */
  override log(info: unknown, callback?: () => void): boolean {
    if (!this.silent) {
      this.#store(info as Info);
      if (this.#exit.expected && isUncaught(info)) this.#exit.written();
    }
    try {
      // Only for who listens, and not later: what waits for a later tick is held until then.
      if (!this.silent && this.listenerCount('logged') > 0) this.emit('logged', info);
    } finally {
      callback?.();
    }
    return true;
  }

  /**
   * Appends many infos, and calls back once.
   *
   * @param infos Infos, or the write requests of a stream that hold them.
   */
  override logv(infos: readonly unknown[], callback?: () => void): boolean {
    try {
      for (const item of infos) this.log(isWriteRequest(item) ? item.chunk : item);
    } finally {
      callback?.();
    }
    return true;
  }

  /**
   * Gives the logs that the buffer holds, of this process and all that belong to it: its threads, its `cluster`.
   *
   * Options and results are those of winston's file transport; see {@link LogQuery}.
   */
  query(options: LogQuery | null | undefined, callback: QueryCallback): void;
  query(callback: QueryCallback): void;
  query(options: LogQuery | null | undefined | QueryCallback, callback?: QueryCallback): void {
    const [query, done] = typeof options === 'function' ? [undefined, options] : [options, callback];
    let error: Error | null = null;
    let results: LogResult[] = [];
    let reader: LogReader | undefined;
    try {
      reader = new LogReader(this.name);
      results = queryLogs(reader.logs(), query);
    } catch (cause) {
      error = cause instanceof Error ? cause : new Error(String(cause));
    } finally {
      reader?.close();
    }
    if (done === undefined) return;
    setImmediate(() => (error === null ? done(null, results) : done(error)));
  }

  /** Gives the logs of {@link query} one by one, as `log` events, and goes on with those to come. */
  stream(options?: LogStreamOptions): LogStream {
    return new LogStream(this.name, options);
  }

  /** Leaves the trace buffer: what it holds stays readable. winston calls it when the transport leaves its logger. */
  override close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#shared.leave();
  }

  /** Set by winston's handlers of exceptions and rejections, which then wait for `finish`. */
  get _ending(): boolean {
    return this.#exit.expected;
  }

  set _ending(ending: boolean) {
    if (ending) this.#exit.expect();
  }

  override _write(info: unknown, _encoding: string, callback: (error?: Error | null) => void): void {
    this.#calledBackAtOnce();
    const formatted = this.#wasTaken(info) ? undefined : this.#prepared(info as Info);
    if (formatted === undefined) callback();
    else this.log(formatted, callback);
  }

  override _writev(chunks: readonly WriteRequest[], callback: (error?: Error | null) => void): void {
    const infos: Info[] = [];
    for (const { chunk } of chunks) {
      const formatted = this.#wasTaken(chunk) ? undefined : this.#prepared(chunk as Info);
      if (formatted !== undefined) infos.push(formatted);
    }
    this.logv(infos, callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.close();
    callback();
  }

  /**
   * Lets the stream finish a write of the logger within the write, as winston's Logger does for itself: one
   * `process.nextTick` for each record would hold all records of a synchronous loop. Not where the stream has to say
   * `drain`, which must come after `write` has returned.
   */
  #calledBackAtOnce(): void {
    const { _writableState: state } = this as unknown as {
      _writableState: { sync: boolean; needDrain: boolean };
    };
    if (this.parent && !state.needDrain) state.sync = false;
  }

  /** Whether a tap of a logger's queue has had this info before. */
  #wasTaken(info: unknown): boolean {
    for (const tap of this.#taps.values()) if (tap.wasTaken(info)) return true;
    return false;
  }

  /** The info as it is to be written, if it is to be. */
  #prepared(info: Info): Info | undefined {
    return this.#accepts(info) ? this.#formatted(info) : undefined;
  }

  /** Whether an info is to be written: winston's rules, but for uncaught errors, which no level keeps out. */
  #accepts(info: Info): boolean {
    // winston delivers `false` for what a format has dropped.
    if (this.silent || typeof info !== 'object' || info === null) return false;
    if (info.exception === true) return this.handleExceptions === true;
    if (info.rejection === true && this.handleRejections === true) return true;
    const level = this.level || this.parent?.level;
    if (!level) return true;
    const name = (info[LEVEL] ?? info.level) as string;
    const { levels } = this;
    if (levels === undefined) return this.#scale.severityOf(name) >= this.#scale.severityOf(level);
    const threshold = levels[level];
    const rank = levels[name];
    return threshold !== undefined && rank !== undefined && threshold >= rank;
  }

  /** The info as this transport's own format makes it; `undefined` where that drops it. */
  #formatted(info: Info): Info | undefined {
    const { format } = this;
    if (format === undefined) return info;
    try {
      const formatted = format.transform(formatCopy(info) as never, format.options);
      return typeof formatted === 'object' && formatted !== null ? (formatted as Info) : undefined;
    } catch (error) {
      this.#replaced++;
      return unformatted(info, error);
    }
  }

  #store(info: Info): void {
    try {
      const { buffer } = this.#shared;
      const severity = this.#scale.severityOf(info[LEVEL] ?? info.level);
      if (!buffer.wants(severity)) return;
      const { text, replaced } = lineOf(info);
      if (replaced > 0) this.#replaced += replaced;
      const own = info.trace_id ?? info.traceId;
      const span = own === undefined ? activeSpan() : undefined;
      const traceId = own ?? span?.traceId;
      const spanId = span === undefined ? (info.span_id ?? info.spanId) : span.spanId;
      if (isId(traceId, TRACE_ID) && isId(spanId, SPAN_ID)) {
        buffer.appendInContext(RecordKind.WINSTON, severity, text, traceId, spanId);
      } else {
        buffer.append(RecordKind.WINSTON, severity, text);
      }
    } catch {
      // A getter or a proxy that throws where nobody expects one.
      this.#replaced++;
    }
  }

  #join(logger: Logger): void {
    this.parent ??= logger;
    if (typeof logger.levels === 'object' && logger.levels !== null) this.levels = logger.levels;
    try {
      this.#reopen();
      if (this.levels !== undefined) this.#shared.nameLevels(this.#scale.learn(this.levels));
    } catch {
      // No space for a new buffer: the program goes on without.
      this.#replaced++;
    }
    this.#sources.add(logger);
    if (!isLogger(logger) || this.#taps.has(logger)) return;
    const take = (info: Info) => {
      const formatted = this.#prepared(info);
      if (formatted !== undefined) this.log(formatted);
    };
    this.#taps.set(logger, new QueueTap(logger, take));
  }

  #part(logger: Logger): void {
    this.#taps.get(logger)?.remove();
    this.#taps.delete(logger);
    this.#sources.delete(logger);
    if (logger === this.parent) this.parent = this.#sources.values().next().value ?? null;
    if (this.#sources.size === 0) this.close();
  }

  #reopen(): void {
    if (!this.#closed) return;
    const { name, size, buffer } = this.#options;
    this.#shared = SharedBuffer.open(name, size, buffer);
    this.#closed = false;
  }
}

/** Called with the results of a query, or with what went wrong. */
export type QueryCallback = (error: Error | null, results?: LogResult[]) => void;

function isUncaught(info: unknown): boolean {
  const { exception, rejection } = (info ?? {}) as Info;
  return exception === true || rejection === true;
}

/** A plain stream may be piped here too; it has no formats, and nothing to tap. */
function isLogger(source: Logger): boolean {
  return typeof source.format?.transform === 'function' && typeof source.write === 'function';
}

function isWriteRequest(item: unknown): item is WriteRequest {
  return typeof item === 'object' && item !== null && 'chunk' in item && 'callback' in item;
}

function isId(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}

/** What is written where a format throws. Not the info: the format may have been about to take a secret out of it. */
function unformatted(info: Info, error: unknown): Info {
  const level = info[LEVEL] ?? info.level;
  const reason = error instanceof Error ? error.message : 'it threw something that is no error';
  return { [LEVEL]: level, level, message: `[the transport's format failed: ${reason}]` };
}
