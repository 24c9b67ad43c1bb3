import { AsyncLocalStorage } from 'node:async_hooks';
import type { Buffer } from 'node:buffer';
import { Level, type PayloadWriter, RecordKind, type TraceBuffer } from '@tracebuf/ring';
import type { TracedFunction } from './call-function.ts';
import { CALL_BITS_SHIFT, CallField, MAX_DEPTH, ValueTag } from './call-layout.ts';
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
const FIRST_FRAMES = 256;

/** Words of a frame: those that a record starts with, and two of filler. */
const FRAME_WORDS = 8;
const FUNCTION = CallField.FUNCTION >> 2;
const DEPTH = CallField.DEPTH >> 2;
const CALL = CallField.CALL >> 2;
const PARENT = CallField.PARENT >> 2;
/** Words in front of the values of a call, and of those of its end. */
const CALL_HEAD = CallField.VALUES >> 2;
const END_HEAD = CallField.RESULT >> 2;
const DURATION = CallField.DURATION >> 2;
const NANOSECONDS = 1e6;

/** Token of a call that is not recorded. */
export const NOT_RECORDED = -1;

/** A call that outlives its place on the stack, and what its continuations belong to. */
export interface DetachedCall {
  /** The words of its frame. */
  readonly frame: Int32Array;
  /** On the clock of records. */
  readonly start: number;
}

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

  #capacity = FIRST_FRAMES;
  /** The stack: {@link FRAME_WORDS} for each call, which are the first ones of its records. */
  #frames = new Int32Array(FIRST_FRAMES * FRAME_WORDS);
  /** When the calls on the stack began. */
  #starts = new Float64Array(FIRST_FRAMES);
  /** Place of the innermost call, {@link NOT_RECORDED} where there is none. */
  #top = NOT_RECORDED;
  /** Number of the last call. In halves, as a larger field would be allocated anew each time. */
  #callLow = 0;
  #callHigh = 0;
  readonly #duration = new Float64Array(1);
  readonly #durationWords = new Int32Array(this.#duration.buffer);
  /** How many reasons there are not to record. */
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
    const place = this.#push(fn.id, fn.bits << CALL_BITS_SHIFT);
    if (place < 0) return NOT_RECORDED;
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
    this.#top = place;
    return place;
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
    if (token < 0) return undefined;
    this.#top = token - 1;
    const at = token * FRAME_WORDS;
    return { frame: this.#frames.slice(at, at + FRAME_WORDS), start: this.#starts[token] as number };
  }

  /** Applies a function as a part of a detached call: what it calls, now and later, belongs to that. */
  within(call: DetachedCall, fn: unknown, self: unknown, values: ArrayLike<unknown>): unknown {
    const before = this.#top;
    this.#top = this.#reattach(call);
    try {
      if (!this.#keepsContext) return apply(fn, self, values);
      return this.#context().run(call, apply, fn, self, values);
    } finally {
      this.#top = before;
    }
  }

  /** Records the end of a detached call. */
  settle(call: DetachedCall, kind: 'returned' | 'threw', value: unknown): void {
    const before = this.#top;
    const place = this.#reattach(call);
    this.#leave(place, kind === 'returned' ? RecordKind.RETURN : RecordKind.EXCEPTION, value);
    this.#top = before;
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
    const place = this.#push(0, 0);
    if (place < 0) return;
    // Where it is, not a call of its own.
    const at = place * FRAME_WORDS;
    this.#frames.copyWithin(at + CALL, at + PARENT, at + PARENT + 2);
    this.#frames.fill(0, at + PARENT, at + PARENT + 2);
    this.#callLow = (this.#callLow - 1) | 0;
    if (this.#callLow === -1) this.#callHigh--;
    this.#begin(place, CALL_HEAD);
    this.values.value(name);
    if (hasData) this.values.value(data);
    this.#buffer.appendPayload(RecordKind.MARK, MARK_SEVERITY, this);
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
    const isEnd = this.#head === END_HEAD;
    if (isEnd) this.#duration[0] = (time - (this.#starts[place] as number)) * NANOSECONDS;
    else this.#starts[place] = time;
    const count = this.#out.at;
    if (words === undefined || count > QUICK_WORDS) {
      this.#writeLong(bytes, at);
      return;
    }
    const frames = this.#frames;
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
    head.set(this.#frames.subarray(this.#place * FRAME_WORDS, this.#place * FRAME_WORDS + CALL_HEAD));
    if (this.#head === END_HEAD) head.set(this.#durationWords, DURATION);
    bytes.set(new Uint8Array(head.buffer), at);
    this.#out.bytes.copy(bytes, at + head.byteLength, 0, this.#out.at << 2);
  }

  #leave(token: number, kind: number, value: unknown): void {
    this.#top = token - 1;
    if (this.#silence !== 0) return;
    this.#begin(token, END_HEAD);
    if (kind === RecordKind.RETURN ? this.#keepsResults : this.#keepsArguments) this.values.value(value);
    this.#buffer.appendPayload(kind, SEVERITY, this);
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

  /** A place for a new call, not yet the innermost one; {@link NOT_RECORDED} where it belongs to what is silenced. */
  #push(fn: number, bits: number): number {
    const place = this.#top + 1;
    if (place === this.#capacity) this.#grow();
    const frames = this.#frames;
    const at = place * FRAME_WORDS;
    frames[at + FUNCTION] = fn;
    if (place > 0) {
      this.#callFrom(at, frames, at - FRAME_WORDS, bits);
      return place;
    }
    const outer = this.#contexts?.getStore();
    if (outer === undefined) {
      frames[at + DEPTH] = bits;
      frames[at + PARENT] = 0;
      frames[at + PARENT + 1] = 0;
      this.#number(at);
      return place;
    }
    if (outer === SILENCED) return NOT_RECORDED;
    this.#callFrom(at, outer.frame, 0, bits);
    return place;
  }

  /** Makes the frame at an index that of a call from another frame. */
  #callFrom(at: number, callers: Int32Array, caller: number, bits: number): void {
    const frames = this.#frames;
    const depth = ((callers[caller + DEPTH] as number) & MAX_DEPTH) + 1;
    frames[at + DEPTH] = (depth < MAX_DEPTH ? depth : MAX_DEPTH) | bits;
    frames[at + PARENT] = callers[caller + CALL] as number;
    frames[at + PARENT + 1] = callers[caller + CALL + 1] as number;
    this.#number(at);
  }

  /** Gives the frame at an index the next number. */
  #number(at: number): void {
    const low = (this.#callLow + 1) | 0;
    if (low === 0) this.#callHigh++;
    this.#callLow = low;
    this.#frames[at + CALL] = low;
    this.#frames[at + CALL + 1] = this.#callHigh;
  }

  /** Puts a detached call behind the innermost one. */
  #reattach({ frame, start }: DetachedCall): number {
    const place = this.#top + 1;
    if (place === this.#capacity) this.#grow();
    this.#frames.set(frame, place * FRAME_WORDS);
    this.#starts[place] = start;
    return place;
  }

  #context(): AsyncLocalStorage<DetachedCall> {
    this.#contexts ??= new AsyncLocalStorage<DetachedCall>();
    return this.#contexts;
  }

  #grow(): void {
    this.#capacity *= 2;
    const frames = new Int32Array(this.#capacity * FRAME_WORDS);
    frames.set(this.#frames);
    this.#frames = frames;
    const starts = new Float64Array(this.#capacity);
    starts.set(this.#starts);
    this.#starts = starts;
  }
}
