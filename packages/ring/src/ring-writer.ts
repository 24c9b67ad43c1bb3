import { Buffer } from 'node:buffer';
import { performance } from 'node:perf_hooks';
import type { ControlWords } from './control.ts';
import { readControl } from './control.ts';
import {
  ALIGNMENT,
  HEADER_SIZE,
  Header,
  headerCheck,
  MAX_PAYLOAD,
  RECORD_HEADER_SIZE,
  RecordField,
  RecordFlag,
  RecordKind,
  RingFlag,
  RingState,
  recordSize,
  TRAILER_SIZE,
} from './layout.ts';
import { MAX_LEVEL } from './level.ts';
import { payloadChecksum } from './payload-checksum.ts';
import { RING_BOOKS } from './positional-storage.ts';
import { RecordStarts } from './record-starts.ts';
import type { RingStorage } from './storage.ts';
import { MAX_BYTES_PER_UNIT, type NativeBuffer } from './utf8.ts';

/** On x64 stores become visible in program order; elsewhere publishing needs a release store. */
const STORES_ARE_ORDERED = process.arch === 'x64' || process.arch === 'ia32';

/** Above this share of the ring a text is measured before it is written, so that it evicts no more than it must. */
const UNMEASURED_SHARE = 1 / 8;

/**
 * How many steps a ring is evicted in, from one known start of a record to the next: a few records in one go cost less than
 * each by itself, and in positional mode each go is two system calls.
 */
const EVICTION_STEPS = { mapped: 32, positional: 16 };

/** In positional mode the control words are read again after this many milliseconds. */
const POSITIONAL_CONTROL_INTERVAL = 5;

const TWO_TO_32 = 0x1_0000_0000;

// Constants of the append path, as this module's own: V8 makes them part of the code, but looks imported ones up, and
// checks them, at each use.
const DATA_START = HEADER_SIZE;
const PAYLOAD_AT = RECORD_HEADER_SIZE;
const PADDING_BOUND = ALIGNMENT;
const BYTES_PER_UNIT = MAX_BYTES_PER_UNIT;
const TIME_AT = RecordField.TIME;
const TYPE_AT = RecordField.TYPE;
const PADDING_KIND = RecordKind.PADDING;
const sizeOf = recordSize;
const checkOf = headerCheck;

const HEAD_WORD = Header.HEAD >> 2;
const OLDEST_WORD = Header.OLDEST >> 2;
const APPENDED_DOUBLE = Header.APPENDED >> 3;
/** Index of the word that tells of a change, in {@link RingWriter.words}. */
export const CONTROL_GENERATION_WORD: number = Header.CONTROL_GENERATION >> 2;

/** Time of the record that this thread appends, or has appended last. */
const threadClock = new Float64Array(1);

/**
 * The one writer of one ring (R1). An append takes no lock, allocates nothing and, on mapped memory, calls no system.
 *
 * Every append is {@link claim}, the payload, {@link commit}. Claim moves *oldest* past what will be overwritten;
 * commit writes the record's header and then *head*, which is the instant the record exists for readers.
 */
export class RingWriter {
  /** The file's bytes. Encoders write a payload here, at the offset that {@link claim} returned. */
  bytes: Buffer;
  /**
   * Time of the record to be committed next: milliseconds since this thread's `performance.timeOrigin`, as
   * `performance.now()` gives them. An array of one, because a number passed to a function may cost an allocation.
   */
  readonly clock: Float64Array = threadClock;
  /** Longest payload that is not cut, in bytes. */
  readonly maxPayload: number;
  /** Records below this level are not wanted at present; above every level while the ring is off. */
  threshold = 0;
  /** Mask of keywords wanted at present, low and high half, for record kinds that have them. */
  readonly control: ControlWords;

  readonly #storage: RingStorage;
  readonly #positional: boolean;
  readonly #trailer: number;
  readonly #discards: boolean;
  readonly #end: number;
  readonly #unmeasured: number;
  readonly #starts: RecordStarts;
  #words: Int32Array;
  #doubles: Float64Array;
  #at = HEADER_SIZE;
  #free: number;
  #headLow = 0;
  #headHigh = 0;
  #oldestAt = HEADER_SIZE;
  /** Offset of the record that was dropped last. */
  #droppedAt = HEADER_SIZE;
  #oldestLow = 0;
  #oldestHigh = 0;
  #padding = 0;
  #generation = 0;
  #controlReadAt = 0;
  #closed = false;
  /** Longest text, in UTF-16 units, for {@link appendAtOnce}; -1 where it can't be used. */
  #atOnce: number;

  /** @param storage Memory of a ring that {@link createRing} has laid out. */
  constructor(storage: RingStorage) {
    this.#storage = storage;
    this.#positional = storage.write !== undefined;
    this.#trailer = this.#positional ? TRAILER_SIZE : 0;
    this.bytes = Buffer.from(storage.memory);
    this.#words = new Int32Array(storage.memory);
    this.#doubles = new Float64Array(storage.memory);
    const capacity = this.#words[Header.CAPACITY >> 2] ?? 0;
    const flags = this.#words[Header.FLAGS >> 2] ?? 0;
    this.#discards = (flags & RingFlag.DISCARD) !== 0;
    this.#end = HEADER_SIZE + capacity;
    this.#free = capacity;
    this.maxPayload = Math.min(
      MAX_PAYLOAD,
      ((capacity >> 1) & -ALIGNMENT) - RECORD_HEADER_SIZE - this.#trailer,
    );
    // A ring that refuses must know what a text takes: the worst case would be refused too early.
    this.#unmeasured = this.#discards ? -1 : ((capacity * UNMEASURED_SHARE) / MAX_BYTES_PER_UNIT) | 0;
    this.#starts = new RecordStarts(this.#end, EVICTION_STEPS[this.#positional ? 'positional' : 'mapped']);
    this.#atOnce = this.#positional ? -1 : this.#unmeasured;
    this.control = readControl(this.#words);
    this.#start();
    this.obey();
  }

  /** Takes up the positions of the file: zero for a new ring, else where its last writer stopped. */
  #start(): void {
    const words = this.#words;
    const capacity = this.#end - HEADER_SIZE;
    this.#headLow = words[HEAD_WORD] ?? 0;
    this.#headHigh = words[HEAD_WORD + 1] ?? 0;
    this.#oldestLow = words[OLDEST_WORD] ?? 0;
    this.#oldestHigh = words[OLDEST_WORD + 1] ?? 0;
    const head = this.#headHigh * TWO_TO_32 + (this.#headLow >>> 0);
    const oldest = this.#oldest;
    // The zeros make integers of them again: a field that once held a float costs conversions at every append.
    this.#at = (HEADER_SIZE + (head % capacity)) | 0;
    this.#oldestAt = (HEADER_SIZE + (oldest % capacity)) | 0;
    this.#free = (capacity - (head - oldest)) | 0;
    this.#findStarts();
    words[Header.STATE >> 2] = RingState.OPEN;
  }

  /** Whether a full ring refuses new records. */
  get discards(): boolean {
    return this.#discards;
  }

  /** Sequence number of the last record. */
  get seq(): number {
    return this.#doubles[APPENDED_DOUBLE] ?? 0;
  }

  /** The header's words: others write {@link CONTROL_GENERATION_WORD} there. */
  get words(): Int32Array {
    return this.#words;
  }

  /** What {@link CONTROL_GENERATION_WORD} holds while there is nothing new to {@link obey}. */
  get generation(): number {
    return this.#generation;
  }

  /** Reads the control words and does what they say (R8). */
  obey(): void {
    if (this.#closed) return;
    if (this.#positional) this.#pollControl();
    const generation = this.#words[CONTROL_GENERATION_WORD] ?? 0;
    // In positional mode never the same: the file must be asked at every log call, also while the ring is off.
    this.#generation = this.#positional ? ~generation : generation;
    readControl(this.#words, this.control);
    this.threshold = this.control.enabled ? this.control.minLevel : MAX_LEVEL + 1;
    if (this.control.clearMark > this.#oldest) {
      this.clear(this.control.clearMark);
    }
  }

  /** {@link obey} without waiting for the next look at the file: what has been written there is known to be new. */
  obeyNow(): void {
    this.#controlReadAt = Number.NEGATIVE_INFINITY;
    this.obey();
  }

  /**
   * Makes room for one record.
   *
   * @param payloadBytes Upper bound of the payload, at most {@link maxPayload}.
   * @returns Offset in {@link bytes} where the payload belongs, or -1 where a full ring refuses the record.
   */
  claim(payloadBytes: number): number {
    const need = sizeOf(payloadBytes + this.#trailer);
    if (this.#at + need > this.#end) this.#wrap();
    if (need + this.#padding > this.#free && !this.#evict(need + this.#padding)) return -1;
    return this.#at + PAYLOAD_AT;
  }

  /**
   * Makes the claimed record exist. Without a claim just before, the ring would be damaged.
   *
   * @param payloadBytes Bytes written at the claimed offset, at most what was claimed.
   * @param kind One of {@link RecordKind}, 1 to 255.
   * @param flags Bits of {@link RecordFlag}.
   * @param level 0 to 65535.
   * @returns Whether it was stored: positional writes may fail.
   */
  commit(payloadBytes: number, kind: number, flags: number, level: number): boolean {
    const words = this.#words;
    const start = this.#at;
    const word = start >> 2;
    const padding = this.#padding;
    if (padding !== 0) this.#writePadding(padding);
    const doubles = this.#doubles;
    const appended = (doubles[APPENDED_DOUBLE] as number) + 1;
    const seq = appended | 0;
    const type = kind | (flags << 8) | (level << 16);
    const position = (this.#headLow + padding) | 0;
    words[word] = payloadBytes;
    words[word + 1] = seq;
    doubles[(start + TIME_AT) >> 3] = this.clock[0] as number;
    words[word + 4] = type;
    words[word + 5] = checkOf(
      position,
      payloadBytes,
      seq,
      words[word + 2] as number,
      words[word + 3] as number,
      type,
    );

    const taken = sizeOf(payloadBytes + this.#trailer);
    const next = start + taken;
    if (this.#positional) {
      words[(next - TRAILER_SIZE) >> 2] = this.#payloadCheck(start, payloadBytes);
      if (this.#storage.write?.(start, taken) === false) {
        this.#refuse();
        return false;
      }
    }
    this.#at = next === this.#end ? DATA_START : next;
    if (next >= this.#starts.next) this.#starts.reach(next);
    this.#free -= taken + padding;
    this.#padding = 0;
    this.#publishHead(taken + padding);
    doubles[APPENDED_DOUBLE] = appended;
    return true;
  }

  /**
   * The whole of an append in one piece, for the usual case: a text that fits before the end of the data, into mapped
   * memory. Claim and commit do the same, but V8 does not inline them together.
   *
   * @param head Bytes of the payload before the text, which the caller has written at {@link headAtOnce}.
   * @param headFlags Bits of {@link RecordFlag} that what the caller has written calls for.
   * @returns Whether the record was stored; if not, nothing has changed.
   */
  appendAtOnce(kind: number, level: number, text: string, head: number, headFlags: number): boolean {
    const units = text.length;
    const room = units * BYTES_PER_UNIT;
    const start = this.#at;
    const payload = start + PAYLOAD_AT + head;
    // Less than what is needed to the last byte: the padding of the record is never more than eight.
    if (units > this.#atOnce || payload + room + PADDING_BOUND > this.#end) return false;
    if (this.#padding !== 0) return false;
    if (PAYLOAD_AT + head + room + PADDING_BOUND > this.#free)
      this.#evict(PAYLOAD_AT + head + room + PADDING_BOUND);
    const encoded = units === 0 ? 0 : (this.bytes as NativeBuffer).utf8Write(text, payload, room);
    const flags = encoded === units ? headFlags : headFlags | this.flagReplaced(text);
    const written = head + encoded;
    const words = this.#words;
    const doubles = this.#doubles;
    const word = start >> 2;
    const appended = (doubles[APPENDED_DOUBLE] as number) + 1;
    const seq = appended | 0;
    const type = kind | (flags << 8) | (level << 16);
    words[word] = written;
    words[word + 1] = seq;
    doubles[(start + TIME_AT) >> 3] = threadClock[0] as number;
    words[word + 4] = type;
    words[word + 5] = checkOf(
      this.#headLow,
      written,
      seq,
      words[word + 2] as number,
      words[word + 3] as number,
      type,
    );
    const taken = sizeOf(written);
    this.#at = start + taken;
    if (this.#at >= this.#starts.next) this.#starts.reach(this.#at);
    this.#free -= taken;
    this.#publishHead(taken);
    doubles[APPENDED_DOUBLE] = appended;
    return true;
  }

  /**
   * Where the head of a payload belongs that {@link appendAtOnce} is to store.
   *
   * @param head Its bytes, without those of texts in it.
   * @param units UTF-16 units of the texts in it and behind it.
   * @returns Offset in {@link bytes}, a multiple of 8, or -1 where that can't be used.
   */
  headAtOnce(head: number, units: number): number {
    const payload = this.#at + PAYLOAD_AT;
    const room = head + units * BYTES_PER_UNIT + PADDING_BOUND;
    if (units > this.#atOnce || payload + room > this.#end || this.#padding !== 0) return -1;
    if (PAYLOAD_AT + room > this.#free) this.#evict(PAYLOAD_AT + room);
    return payload;
  }

  /** The flags of a text that is not all ASCII: it may hold lone surrogates, which UTF-8 can't. */
  flagReplaced(text: string): number {
    if (text.isWellFormed()) return 0;
    this.countReplaced();
    return RecordFlag.REPLACED;
  }

  /**
   * Whether a text of so many UTF-16 units can be written without measuring its UTF-8 first: the room for the
   * worst case is there before the end of the data, and it is too little to evict much more than needed.
   */
  fitsUnmeasured(units: number): boolean {
    return (
      units <= this.#unmeasured && this.#at + sizeOf(units * BYTES_PER_UNIT + this.#trailer) <= this.#end
    );
  }

  /** Counts a payload that was cut. */
  countCut(): void {
    this.#count(Header.CUT);
  }

  /** Counts a value that an encoder had to replace. */
  countReplaced(): void {
    this.#count(Header.REPLACED);
  }

  /**
   * Drops the records before a position; they count as cleared.
   *
   * @param mark Position of a record's start; everything where it is absent or beyond head.
   */
  clear(mark: number = Number.POSITIVE_INFINITY): void {
    if (this.#closed) return;
    // Free bytes count from oldest, so a mark that lies so far ahead means so many more of them.
    const cleared = this.#dropUntil(this.#free + Math.max(0, mark - this.#oldest));
    // Oldest first: killed between the stores, the records count as evicted, and the sum still holds.
    this.#publishOldest();
    if (cleared === 0) return;
    const doubles = this.#doubles;
    const low = this.#words[(this.#droppedAt + RecordField.SEQ) >> 2] ?? 0;
    const appended = doubles[APPENDED_DOUBLE] ?? 0;
    doubles[Header.CLEARED_TO >> 3] = appended - ((appended - low) | 0);
    this.#storage.write?.(Header.CLEARED_TO, 8);
    doubles[Header.CLEARED >> 3] = (doubles[Header.CLEARED >> 3] ?? 0) + cleared;
    this.#storage.write?.(Header.CLEARED, 8);
  }

  /** Marks the ring as closed, but goes on writing where there still is something to write. */
  markEnded(): void {
    if (this.#closed) return;
    this.#words[Header.STATE >> 2] = RingState.CLOSED;
    this.#storage.retry?.();
    this.#storage.write?.(Header.STATE, 4);
  }

  /** Marks the ring as closed and gives its memory back. Later calls do nothing. */
  close(): void {
    if (this.#closed) return;
    this.threshold = Number.POSITIVE_INFINITY;
    this.markEnded();
    this.#closed = true;
    this.#storage.write?.(RING_BOOKS.start, RING_BOOKS.length);
    // The views must not outlive the mapping: a stray access would crash the process.
    const nothing = new ArrayBuffer(DATA_START);
    this.#words = new Int32Array(nothing);
    this.#doubles = new Float64Array(nothing);
    this.bytes = Buffer.from(nothing);
    this.#generation = 0;
    this.#atOnce = -1;
    this.#storage.close();
  }

  get #oldest(): number {
    return this.#oldestHigh * TWO_TO_32 + (this.#oldestLow >>> 0);
  }

  /** Leaves the rest of the data unused, so that the claimed record starts at its beginning. */
  #wrap(): void {
    this.#padding = this.#end - this.#at;
    this.#at = DATA_START;
    this.#starts.reach(this.#end);
  }

  /** Marks the unused rest of the data, where there is room for the mark. */
  #writePadding(length: number): void {
    if (length < PAYLOAD_AT) return;
    const words = this.#words;
    const start = this.#end - length;
    const word = start >> 2;
    words[word] = 0;
    words[word + 1] = 0;
    this.#doubles[(start + TIME_AT) >> 3] = 0;
    words[word + 4] = PADDING_KIND;
    words[word + 5] = checkOf(this.#headLow, 0, 0, 0, 0, PADDING_KIND);
    this.#storage.write?.(start, PAYLOAD_AT);
  }

  /** Evicts records until `need` bytes are free, or refuses in discard mode. */
  #evict(need: number): boolean {
    if (this.#discards) {
      this.#refuse();
      this.#storage.write?.(Header.DISCARDED, 8);
      // Both together: readers look behind head for the record that has the next number.
      this.#storage.write?.(Header.HEAD, 16);
      return false;
    }
    const used = this.#end - DATA_START - this.#free;
    const beyond = this.#oldestAt + need - this.#free - this.#end;
    const dropped =
      beyond > 0
        ? this.#starts.behind(DATA_START + beyond) - DATA_START + this.#end - this.#oldestAt
        : this.#starts.behind(this.#end + beyond) - this.#oldestAt;
    // A start that lies beyond head is of the last round: then nothing is left.
    this.#moveOldest(Math.min(dropped, used));
    this.#publishOldest();
    return true;
  }

  /** Counts a record that is not stored; it has a number all the same. Discarded first, as the sum of R4 needs it. */
  #refuse(): void {
    const doubles = this.#doubles;
    doubles[Header.DISCARDED >> 3] = (doubles[Header.DISCARDED >> 3] ?? 0) + 1;
    doubles[APPENDED_DOUBLE] = (doubles[APPENDED_DOUBLE] ?? 0) + 1;
  }

  /**
   * Moves the private *oldest* over records until so many bytes are free, or the ring is empty.
   *
   * @returns How many records that were.
   */
  #dropUntil(goal: number): number {
    const capacity = this.#end - DATA_START;
    let records = 0;
    while (this.#free < goal && this.#free < capacity) {
      const at = this.#oldestAt;
      if (this.#isRecord(at)) {
        records++;
        this.#droppedAt = at;
      }
      this.#moveOldest(this.#extent(at, capacity - this.#free));
    }
    return records;
  }

  /** Learns where the records start that a writer before this one has left. */
  #findStarts(): void {
    const capacity = this.#end - DATA_START;
    let at = this.#oldestAt;
    this.#starts.reach(at);
    for (let left = Math.min(capacity, capacity - this.#free); left > 0; ) {
      const taken = this.#extent(at, left);
      left -= taken;
      at += taken;
      if (at >= this.#end) {
        this.#starts.reach(this.#end);
        at -= capacity;
      }
      this.#starts.reach(at);
    }
  }

  /** Whether a record starts at an offset, and not the padding before the end. */
  #isRecord(at: number): boolean {
    return (
      this.#end - at >= PAYLOAD_AT && ((this.#words[(at + TYPE_AT) >> 2] as number) & 0xff) !== PADDING_KIND
    );
  }

  /**
   * Bytes of the record or the padding at an offset, at most `used`: where someone else damaged the memory, all there is
   * up to head, so that no one runs astray.
   */
  #extent(at: number, used: number): number {
    const remaining = this.#end - at;
    if (!this.#isRecord(at)) return Math.min(remaining, used);
    const size = this.#words[at >> 2] as number;
    const taken = sizeOf(size + this.#trailer);
    return size < 0 || taken > remaining || taken > used ? used : taken;
  }

  /** Moves the private *oldest* ahead. */
  #moveOldest(dropped: number): void {
    const at = this.#oldestAt + dropped;
    this.#oldestAt = at >= this.#end ? at - (this.#end - DATA_START) : at;
    this.#free += dropped;
    const low = (this.#oldestLow + dropped) | 0;
    if (low >>> 0 < dropped) this.#oldestHigh++;
    this.#oldestLow = low;
  }

  #publishOldest(): void {
    const words = this.#words;
    if (words[OLDEST_WORD + 1] !== this.#oldestHigh) words[OLDEST_WORD + 1] = this.#oldestHigh;
    if (STORES_ARE_ORDERED) words[OLDEST_WORD] = this.#oldestLow;
    else Atomics.exchange(words, OLDEST_WORD, this.#oldestLow);
    if (!this.#positional) return;
    // Head goes first: it is a lower bound here, and readers must never find it before oldest.
    this.#storage.write?.(Header.HEAD, 16);
    this.#storage.write?.(Header.OLDEST, 8);
  }

  #publishHead(taken: number): void {
    const words = this.#words;
    const low = (this.#headLow + taken) | 0;
    // A carry: the sum is below what was added.
    if (low >>> 0 < taken) {
      this.#headHigh++;
      words[HEAD_WORD + 1] = this.#headHigh;
    }
    this.#headLow = low;
    if (STORES_ARE_ORDERED) words[HEAD_WORD] = low;
    else Atomics.store(words, HEAD_WORD, low);
  }

  #count(field: number): void {
    const doubles = this.#doubles;
    doubles[field >> 3] = (doubles[field >> 3] ?? 0) + 1;
    this.#storage.write?.(field, 8);
  }

  #payloadCheck(start: number, length: number): number {
    const payload = start + PAYLOAD_AT;
    return payloadChecksum(this.bytes.subarray(payload, payload + length)) | 0;
  }

  #pollControl(): void {
    const now = performance.now();
    if (now - this.#controlReadAt < POSITIONAL_CONTROL_INTERVAL) return;
    this.#controlReadAt = now;
    this.#storage.readControl?.();
  }
}
