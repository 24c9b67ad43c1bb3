import { CallField, MAX_DEPTH } from './call-layout.ts';

const FIRST_FRAMES = 256;

/** Words of a frame: those that a record starts with, and two of filler. */
export const FRAME_WORDS = 8;
const FUNCTION = CallField.FUNCTION >> 2;
const DEPTH = CallField.DEPTH >> 2;
const CALL = CallField.CALL >> 2;
const PARENT = CallField.PARENT >> 2;

/** No place on the stack. */
export const NO_PLACE = -1;

/** A call that outlives its place on the stack, and what its continuations belong to. */
export interface DetachedCall {
  /** The words of its frame. */
  readonly frame: Int32Array;
  /** On the clock of records. */
  readonly start: number;
}

/**
 * The calls of a thread that are being executed, innermost last. A call has a place on it, from 0, and a frame: the words
 * that its records start with. It allocates only where it grows.
 */
export class CallStack {
  /** {@link FRAME_WORDS} for each place. */
  frames: Int32Array = new Int32Array(FIRST_FRAMES * FRAME_WORDS);
  /** When the calls began, on the clock of records. */
  starts: Float64Array = new Float64Array(FIRST_FRAMES);
  /** Place of the innermost call, {@link NO_PLACE} where there is none. */
  top: number = NO_PLACE;
  #capacity = FIRST_FRAMES;
  /** Number of the last call. In halves, as a larger field would be allocated anew each time. */
  #callLow = 0;
  #callHigh = 0;

  /**
   * Makes a frame for a new call, behind the innermost one, which it does not become yet.
   *
   * @param fn Id of the function's definition.
   * @param bits To be added to its depth.
   * @param outer What it belongs to where the stack is empty.
   * @returns Its place.
   */
  add(fn: number, bits: number, outer: DetachedCall | undefined): number {
    const place = this.#free();
    const at = place * FRAME_WORDS;
    const { frames } = this;
    frames[at + FUNCTION] = fn;
    if (place > 0) {
      this.#callFrom(at, frames, at - FRAME_WORDS, bits);
    } else if (outer !== undefined) {
      this.#callFrom(at, outer.frame, 0, bits);
    } else {
      frames[at + DEPTH] = bits;
      frames[at + PARENT] = 0;
      frames[at + PARENT + 1] = 0;
    }
    const low = (this.#callLow + 1) | 0;
    if (low === 0) this.#callHigh++;
    this.#callLow = low;
    frames[at + CALL] = low;
    frames[at + CALL + 1] = this.#callHigh;
    return place;
  }

  /** As {@link add}, but for a mark: it has no number of its own, but that of the call in which it is. */
  addMark(outer: DetachedCall | undefined): number {
    const low = this.#callLow;
    const high = this.#callHigh;
    const place = this.add(0, 0, outer);
    this.#callLow = low;
    this.#callHigh = high;
    const at = place * FRAME_WORDS;
    this.frames.copyWithin(at + CALL, at + PARENT, at + PARENT + 2);
    this.frames.fill(0, at + PARENT, at + PARENT + 2);
    return place;
  }

  /** Takes the innermost call away, to go on elsewhere. */
  detach(place: number): DetachedCall {
    this.top = place - 1;
    const at = place * FRAME_WORDS;
    return { frame: this.frames.slice(at, at + FRAME_WORDS), start: this.starts[place] as number };
  }

  /** Puts a detached call behind the innermost one, which it does not become yet. @returns Its place. */
  reattach({ frame, start }: DetachedCall): number {
    const place = this.#free();
    this.frames.set(frame, place * FRAME_WORDS);
    this.starts[place] = start;
    return place;
  }

  /** Makes the frame at an index that of a call from another frame. */
  #callFrom(at: number, callers: Int32Array, caller: number, bits: number): void {
    const { frames } = this;
    const depth = ((callers[caller + DEPTH] as number) & MAX_DEPTH) + 1;
    frames[at + DEPTH] = (depth < MAX_DEPTH ? depth : MAX_DEPTH) | bits;
    frames[at + PARENT] = callers[caller + CALL] as number;
    frames[at + PARENT + 1] = callers[caller + CALL + 1] as number;
  }

  #free(): number {
    const place = this.top + 1;
    if (place === this.#capacity) this.#grow();
    return place;
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    const frames = new Int32Array(capacity * FRAME_WORDS);
    frames.set(this.frames);
    const starts = new Float64Array(capacity);
    starts.set(this.starts);
    this.frames = frames;
    this.starts = starts;
    this.#capacity = capacity;
  }
}
