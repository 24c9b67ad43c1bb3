import { AsyncLocalStorage } from 'node:async_hooks';
import type { Buffer } from 'node:buffer';
import { Level, type PayloadWriter, RecordKind, type TraceBuffer } from '@tracebuf/ring';
import type { TracedFunction } from './call-function.ts';
import { CALL_BITS_SHIFT, CallField, ValueTag } from './call-layout.ts';
import { CallStack, type DetachedCall, FRAME_WORDS, NO_PLACE } from './call-stack.ts';
import { definitionBookOf } from './definition-book.ts';
import { apply } from './intrinsics.ts';
import { operand, PayloadWords } from './payload-words.ts';
import type { ResolvedTracerOptions } from './tracer-options.ts';
import { ValueEncoder } from './value-encoder.ts';

/**
 * A level like `debug`, also for exceptions: a program that uses them must not look broken, nor have its real errors buried.
 */
const SEVERITY = Level.debug;
/** Marks are set by people. */
const MARK_SEVERITY = Level.info;

/** Values up to here are copied word by word: a call into the engine would cost more. */
const QUICK_WORDS = 64;
/** Words in front of the values of a call, and of those of its end. */
const CALL_HEAD = CallField.VALUES >> 2;
const END_HEAD = CallField.RESULT >> 2;
const DURATION = CallField.DURATION >> 2;
const NANOSECONDS = 1e6;

/** Token of a call that is not recorded. */
export const NOT_RECORDED: number = NO_PLACE;

/** What continuations belong to that are not to be recorded. */
const SILENCED: DetachedCall = { frame: new Int32Array(FRAME_WORDS), start: 0 };

/**
 * Records calls of one thread: what wrappers call at entry and exit. It keeps a stack of its own of the calls that are being
 * executed, so that each record says its depth, its call and its caller. Nothing here throws; calls whose arguments are
 * primitive values are recorded without an allocation.
 *
 * A token is the place of a call on that stack. Leaving a call puts the stack back to where it was, whatever has been left
 * on it in between.
 */
export class CallRecorder implements PayloadWriter {
  /** For functions that are to be traced. */
  readonly values: ValueEncoder;
  readonly #buffer: TraceBuffer;
  readonly #out = new PayloadWords();
  readonly #keepsArguments: boolean;
  readonly #keepsResults: boolean;
  readonly #keepsContext: boolean;
  /** What a continuation belongs to; made when first needed, as having one costs all promises of the program. */
  #contexts: AsyncLocalStorage<DetachedCall> | undefined;

  readonly #stack = new CallStack();
  readonly #duration = new Float64Array(1);
  readonly #durationWords = new Int32Array(this.#duration.buffer);
  /**
   * How many reasons there are not to record. That a record is being written is one: a program may trace what is used for
   * it.
   */
  #silence = 0;
  /** Place of the call whose record is written. */
  #place = 0;
  /** Words of that record in front of its values. */
  #head = CALL_HEAD;

  constructor(buffer: TraceBuffer, options: ResolvedTracerOptions) {
    this.#buffer = buffer;
    this.values = new ValueEncoder(this.#out, definitionBookOf(buffer), options.limits, options.redact);
    this.#keepsArguments = options.values !== 'none';
    this.#keepsResults = options.values === 'all';
    this.#keepsContext = options.asyncContext;
  }

  /** Whether a call would be recorded now. */
  get isListening(): boolean {
    return this.#silence === 0 && this.#buffer.wants(SEVERITY);
  }

  /** Starts, or adds to, a time in which nothing is recorded; {@link unsilence} ends it. */
  silence(): void {
    this.#silence++;
  }

  /** See {@link silence}. */
  unsilence(): void {
    this.#silence--;
  }

  /**
   * Records a call.
   *
   * @param count How many arguments were passed; the first ones follow.
   * @returns The token that its end is to be recorded with.
   */
  enter(
    fn: TracedFunction,
    count: number,
    a?: unknown,
    b?: unknown,
    c?: unknown,
    d?: unknown,
    e?: unknown,
    f?: unknown,
    g?: unknown,
    h?: unknown,
  ): number {
    if (this.#silence !== 0) return NOT_RECORDED;
    const outer = this.#outer();
    if (outer === SILENCED) return NOT_RECORDED;
    this.#silence++;
    try {
      const place = this.#stack.add(fn.id, fn.bits << CALL_BITS_SHIFT, outer);
      this.#begin(place, CALL_HEAD);
      if (this.#keepsArguments) {
        const { declared, redacted } = fn;
        const passed = count < declared ? count : declared;
        const kept = passed < fn.kept ? passed : fn.kept;
        if (kept > 0) this.#argument(a, redacted & 1);
        if (kept > 1) this.#argument(b, redacted & 2);
        if (kept > 2) this.#argument(c, redacted & 4);
        if (kept > 3) this.#argument(d, redacted & 8);
        if (kept > 4) this.#argument(e, redacted & 16);
        if (kept > 5) this.#argument(f, redacted & 32);
        if (kept > 6) this.#argument(g, redacted & 64);
        if (kept > 7) this.#argument(h, redacted & 128);
        if (passed > kept) this.#out.tag(ValueTag.MORE | operand(passed - kept));
      }
      if (!this.#buffer.appendPayload(RecordKind.CALL, SEVERITY, this)) return NOT_RECORDED;
      this.#stack.top = place;
      return place;
    } finally {
      this.#silence--;
    }
  }

  /** Records that a call has returned, and gives back what. */
  return<Value>(token: number, value: Value): Value {
    if (token >= 0) this.#leave(token, RecordKind.RETURN, value);
    return value;
  }

  /** Records that a call has thrown, and gives back what. */
  throw<Thrown>(token: number, thrown: Thrown): Thrown {
    if (token >= 0) this.#leave(token, RecordKind.EXCEPTION, thrown);
    return thrown;
  }

  /** Takes a call from the stack that goes on elsewhere; {@link settle} records its end. */
  detach(token: number): DetachedCall | undefined {
    return token < 0 ? undefined : this.#stack.detach(token);
  }

  /** Applies a function as a part of a detached call: what it calls, now and later, belongs to that. */
  within(call: DetachedCall, fn: unknown, self: unknown, values: ArrayLike<unknown>): unknown {
    const stack = this.#stack;
    const before = stack.top;
    stack.top = stack.reattach(call);
    try {
      if (!this.#keepsContext) return apply(fn, self, values);
      return this.#context().run(call, apply, fn, self, values);
    } finally {
      stack.top = before;
    }
  }

  /** Records the end of a detached call. */
  settle(call: DetachedCall, kind: 'returned' | 'threw', value: unknown): void {
    const place = this.#stack.reattach(call);
    this.#leave(place, kind === 'returned' ? RecordKind.RETURN : RecordKind.EXCEPTION, value);
  }

  /** Applies a function of which nothing is to be recorded, nor of what it calls, now and in its continuations. */
  silently(fn: unknown, self: unknown, values: ArrayLike<unknown>): unknown {
    this.#silence++;
    try {
      if (!this.#keepsContext) return apply(fn, self, values);
      return this.#context().run(SILENCED, apply, fn, self, values);
    } finally {
      this.#silence--;
    }
  }

  /** Records a mark in the call that is being executed. */
  mark(name: string, hasData: boolean, data: unknown): void {
    if (this.#silence !== 0) return;
    const outer = this.#outer();
    if (outer === SILENCED) return;
    this.#silence++;
    try {
      this.#begin(this.#stack.addMark(outer), CALL_HEAD);
      this.values.value(name);
      if (hasData) this.values.value(data);
      this.#buffer.appendPayload(RecordKind.MARK, MARK_SEVERITY, this);
    } finally {
      this.#silence--;
    }
  }

  /** Of the record that {@link TraceBuffer.appendPayload} is asked to store. */
  get payloadSize(): number {
    return (this.#head + this.#out.at) << 2;
  }

  get payloadFlags(): number {
    return this.#out.flags;
  }

  writePayload(bytes: Buffer, at: number, words?: Int32Array, clock?: Float64Array): void {
    const time = (clock as Float64Array)[0] as number;
    const place = this.#place;
    const { frames, starts } = this.#stack;
    const isEnd = this.#head === END_HEAD;
    if (isEnd) this.#duration[0] = (time - (starts[place] as number)) * NANOSECONDS;
    else starts[place] = time;
    const count = this.#out.at;
    if (words === undefined || count > QUICK_WORDS) {
      this.#writeLong(bytes, at);
      return;
    }
    const frame = place * FRAME_WORDS;
    let to = at >> 2;
    for (let i = 0; i < CALL_HEAD; i++) words[to++] = frames[frame + i] as number;
    if (isEnd) {
      words[to++] = this.#durationWords[0] as number;
      words[to++] = this.#durationWords[1] as number;
    }
    const values = this.#out.words;
    for (let i = 0; i < count; i++) words[to++] = values[i] as number;
  }

  /** The same, byte by byte. */
  #writeLong(bytes: Buffer, at: number): void {
    const head = new Int32Array(this.#head);
    head.set(this.#stack.frames.subarray(this.#place * FRAME_WORDS, this.#place * FRAME_WORDS + CALL_HEAD));
    if (this.#head === END_HEAD) head.set(this.#durationWords, DURATION);
    bytes.set(new Uint8Array(head.buffer), at);
    this.#out.bytes.copy(bytes, at + head.byteLength, 0, this.#out.at << 2);
  }

  #leave(token: number, kind: number, value: unknown): void {
    this.#stack.top = token - 1;
    if (this.#silence !== 0) return;
    this.#silence++;
    try {
      this.#begin(token, END_HEAD);
      if (kind === RecordKind.RETURN ? this.#keepsResults : this.#keepsArguments) this.values.value(value);
      this.#buffer.appendPayload(kind, SEVERITY, this);
    } finally {
      this.#silence--;
    }
  }

  #argument(value: unknown, redacted: number): void {
    if (redacted !== 0) this.#out.tag(ValueTag.REDACTED);
    else this.values.value(value);
  }

  /** Starts a record of the call at a place. */
  #begin(place: number, head: number): void {
    this.#place = place;
    this.#head = head;
    this.#out.begin();
  }

  /** What a call belongs to that is made where nothing traced is being executed. */
  #outer(): DetachedCall | undefined {
    return this.#stack.top === NO_PLACE ? this.#contexts?.getStore() : undefined;
  }

  #context(): AsyncLocalStorage<DetachedCall> {
    this.#contexts ??= new AsyncLocalStorage<DetachedCall>();
    return this.#contexts;
  }
}
