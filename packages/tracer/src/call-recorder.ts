import { AsyncLocalStorage } from 'node:async_hooks';
import type { Buffer } from 'node:buffer';
import { Level, type PayloadWriter, RecordFlag, RecordKind, type TraceBuffer } from '@tracebuf/ring';
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

/** Payloads up to here are copied word by word: a call into the engine would cost more. */
const QUICK_WORDS = 64;
const FIRST_FRAMES = 256;
const TWO_TO_32 = 0x1_0000_0000;

const VALUES_WORD = CallField.VALUES >> 2;
const DURATION_WORD = CallField.DURATION >> 2;
const RESULT_WORD = CallField.RESULT >> 2;

/** Token of a call that is not recorded. */
export const NOT_RECORDED = -1;

/** A call that outlives its place on the stack, and what its continuations belong to. */
export interface DetachedCall {
  readonly function: number;
  /** Depth and bits, as in the record. */
  readonly depth: number;
  readonly call: number;
  readonly parent: number;
  /** On the clock of records. */
  readonly start: number;
}

/** What continuations belong to that are not to be recorded. */
const SILENCED: DetachedCall = { function: 0, depth: 0, call: 0, parent: 0, start: 0 };

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
  #functions = new Int32Array(FIRST_FRAMES);
  /** Depth and bits. */
  #depths = new Int32Array(FIRST_FRAMES);
  #calls = new Float64Array(FIRST_FRAMES);
  #parents = new Float64Array(FIRST_FRAMES);
  #starts = new Float64Array(FIRST_FRAMES);
  /** Place of the innermost call, {@link NOT_RECORDED} where there is none. */
  #top = NOT_RECORDED;
  /** Number of the last call. An array of one, as a field would be allocated anew beyond 2^31. */
  readonly #lastCall = new Float64Array(1);
  readonly #duration = new Float64Array(1);
  readonly #durationWords = new Int32Array(this.#duration.buffer);
  /** How many reasons there are not to record. */
  #silence = 0;
  /** Place of the call whose record is written. */
  #place = 0;
  #isExit = false;

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
    this.#writeHead(place);
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
    this.#isExit = false;
    if (!this.#append(RecordKind.CALL)) return NOT_RECORDED;
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
    return {
      function: this.#functions[token] as number,
      depth: this.#depths[token] as number,
      call: this.#calls[token] as number,
      parent: this.#parents[token] as number,
      start: this.#starts[token] as number,
    };
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
    this.#calls[place] = this.#parents[place] as number;
    this.#parents[place] = 0;
    this.#lastCall[0] = (this.#lastCall[0] as number) - 1;
    this.#writeHead(place);
    this.values.value(name);
    if (hasData) this.values.value(data);
    this.#isExit = false;
    this.#append(RecordKind.MARK, MARK_SEVERITY);
  }

  /** Of the record that {@link TraceBuffer.appendPayload} is asked to store. */
  get payloadSize(): number {
    return this.#out.at << 2;
  }

  get payloadFlags(): number {
    const out = this.#out;
    return (out.isCut ? RecordFlag.CUT : 0) | (out.isReplaced ? RecordFlag.REPLACED : 0);
  }

  writePayload(bytes: Buffer, at: number, words?: Int32Array, clock?: Float64Array): void {
    const out = this.#out;
    const time = (clock as Float64Array)[0] as number;
    if (this.#isExit) {
      this.#duration[0] = (time - (this.#starts[this.#place] as number)) * 1e6;
      out.words[DURATION_WORD] = this.#durationWords[0] as number;
      out.words[DURATION_WORD + 1] = this.#durationWords[1] as number;
    } else {
      this.#starts[this.#place] = time;
    }
    const count = out.at;
    if (words === undefined || count > QUICK_WORDS) {
      out.bytes.copy(bytes, at, 0, count << 2);
      return;
    }
    const source = out.words;
    const start = at >> 2;
    for (let i = 0; i < count; i++) words[start + i] = source[i] as number;
  }

  #leave(token: number, kind: number, value: unknown): void {
    this.#top = token - 1;
    if (this.#silence !== 0) return;
    const out = this.#out;
    this.#writeHead(token);
    out.at = RESULT_WORD;
    if (kind === RecordKind.RETURN ? this.#keepsResults : this.#keepsArguments) this.values.value(value);
    this.#isExit = true;
    this.#append(kind);
  }

  #append(kind: number, severity: number = SEVERITY): boolean {
    return this.#buffer.appendPayload(kind, severity, this);
  }

  #argument(value: unknown, redacted: number): void {
    if (redacted !== 0) this.#out.tag(ValueTag.REDACTED);
    else this.values.value(value);
  }

  /** What calls and their ends have in common. */
  #writeHead(place: number): void {
    const out = this.#out;
    const { words } = out;
    const call = this.#calls[place] as number;
    const parent = this.#parents[place] as number;
    this.#place = place;
    words[CallField.FUNCTION >> 2] = this.#functions[place] as number;
    words[CallField.DEPTH >> 2] = this.#depths[place] as number;
    words[CallField.CALL >> 2] = call | 0;
    words[(CallField.CALL >> 2) + 1] = (call / TWO_TO_32) | 0;
    words[CallField.PARENT >> 2] = parent | 0;
    words[(CallField.PARENT >> 2) + 1] = (parent / TWO_TO_32) | 0;
    out.at = VALUES_WORD;
    out.isCut = false;
    out.isReplaced = false;
  }

  /** A place for a new call, not yet the innermost one; {@link NOT_RECORDED} where it belongs to what is silenced. */
  #push(fn: number, bits: number): number {
    const place = this.#top + 1;
    if (place === this.#capacity) this.#grow();
    let parent = 0;
    let depth = 0;
    if (place > 0) {
      parent = this.#calls[place - 1] as number;
      depth = ((this.#depths[place - 1] as number) & MAX_DEPTH) + 1;
    } else if (this.#contexts !== undefined) {
      const outer = this.#contexts.getStore();
      if (outer === SILENCED) return NOT_RECORDED;
      if (outer !== undefined) {
        parent = outer.call;
        depth = (outer.depth & MAX_DEPTH) + 1;
      }
    }
    const call = (this.#lastCall[0] as number) + 1;
    this.#lastCall[0] = call;
    this.#functions[place] = fn;
    this.#depths[place] = (depth < MAX_DEPTH ? depth : MAX_DEPTH) | bits;
    this.#calls[place] = call;
    this.#parents[place] = parent;
    return place;
  }

  /** Puts a detached call behind the innermost one. */
  #reattach(call: DetachedCall): number {
    const place = this.#top + 1;
    if (place === this.#capacity) this.#grow();
    this.#functions[place] = call.function;
    this.#depths[place] = call.depth;
    this.#calls[place] = call.call;
    this.#parents[place] = call.parent;
    this.#starts[place] = call.start;
    return place;
  }

  #context(): AsyncLocalStorage<DetachedCall> {
    this.#contexts ??= new AsyncLocalStorage<DetachedCall>();
    return this.#contexts;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#functions = grown(this.#functions, new Int32Array(this.#capacity));
    this.#depths = grown(this.#depths, new Int32Array(this.#capacity));
    this.#calls = grown(this.#calls, new Float64Array(this.#capacity));
    this.#parents = grown(this.#parents, new Float64Array(this.#capacity));
    this.#starts = grown(this.#starts, new Float64Array(this.#capacity));
  }
}

function grown<Numbers extends Int32Array | Float64Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}
