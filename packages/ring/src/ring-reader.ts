import { closeSync } from 'node:fs';
import { ALIGNMENT } from './layout.ts';
import { HeaderView, type RingCursors, type RingDescriptor } from './ring-file.ts';
import { Snapshot } from './snapshot.ts';

/** Looks at a header before its positions count as damaged. */
const MAX_LOOKS = 8;

/** The books of one ring: `appended = readable + evicted + discarded + cleared + damaged`, exactly (R4). */
export interface RingCounts {
  /** Records appended since the ring was made, those that were refused included. */
  readonly appended: number;
  /** Records that can be read. */
  readonly readable: number;
  /** Records overwritten by newer ones. */
  readonly evicted: number;
  /** Records that a full ring refused in discard mode, or that could not be written in positional mode. */
  readonly discarded: number;
  /** Records that someone cleared. */
  readonly cleared: number;
  /** Records that are no longer sound, at least so many; 0 unless the file was damaged. */
  readonly damaged: number;
  /** Of the appended ones, those whose payload was cut. */
  readonly cut: number;
  /** Values that could not be encoded and were replaced. */
  readonly replaced: number;
  /** Bytes of data in use. */
  readonly used: number;
}

/** A small ring is copied so many times before a reader puts up with an empty copy. */
const MAX_TRIES = 8;

/**
 * Reads one ring file, live or dead, without the writer's help and without disturbing it (R3).
 *
 * {@link read} copies what is there; a second call goes on where the first ended.
 */
export class RingReader {
  readonly descriptor: RingDescriptor;
  /** The header as it was at the end of the last {@link read}. */
  cursors: RingCursors;
  /**
   * Of the records that {@link account} found missing last, those that were cleared, and how many were lost before
   * these. Where a ring was cleared several times between two reads, what was lost in between may count as cleared.
   */
  unseen: { readonly lostBefore: number; readonly cleared: number } = { lostBefore: 0, cleared: 0 };
  readonly #fd: number;
  readonly #path: string;
  readonly #header = new HeaderView();
  readonly #snapshot: Snapshot;
  #next = 0;
  #lastSeq: number | undefined;
  /** Records cleared when {@link #lastSeq} was still to come: what was cleared since came later. */
  #clearedBefore = 0;
  #clearedAtRead = 0;
  /** Unread records that a clear mark hides which the writer has not obeyed yet. */
  #hidden = 0;
  #appended = 0;
  /** Positions that made no sense, where records were looked for nevertheless. */
  #recoveredFrom: { readonly head: number; readonly oldest: number } | undefined;

  /**
   * @param fd The ring file, opened for reading; the reader owns it from now on.
   * @param path For error texts.
   * @throws CorruptRingError, UnsupportedFormatError
   */
  constructor(fd: number, path: string) {
    this.#fd = fd;
    this.#path = path;
    this.#header.read(fd, path);
    this.descriptor = this.#header.descriptor(path);
    this.cursors = this.#header.cursors(this.descriptor.capacity);
    this.#snapshot = new Snapshot(this.descriptor, fd);
  }

  /** Wall-clock time of a record in microseconds since 1970. */
  wallTime(milliseconds: number): number {
    const time = Math.round((this.descriptor.wallOrigin + milliseconds) * 1000);
    return Number.isSafeInteger(time) ? time : 0;
  }

  /** What a record's time is beyond its {@link wallTime}, in microseconds: the order of records of one thread. */
  fractionOf(milliseconds: number): number {
    return this.descriptor.wallOrigin * 1000 - this.wallTime(milliseconds) + milliseconds * 1000;
  }

  /** Sequence number of the snapshot's current record, from its low half. */
  seq(low: number): number {
    // The 32-bit difference is right however the low half has wrapped between the record and the header.
    const seq = this.#appended - ((this.#appended - low) | 0);
    return seq > 0 && seq <= Number.MAX_SAFE_INTEGER ? seq : low;
  }

  /**
   * Copies all records since the last call (at the first one, all there are). Records that the writer overwrites
   * meanwhile are left out and counted as lost; cleared ones are left out.
   *
   * @param tries How often to copy where all was overwritten meanwhile. Default: 8.
   * @returns The records: call its `next()` until that is false, before the next `read`.
   */
  read(tries: number = MAX_TRIES): Snapshot {
    const { before, oldest, end: last } = this.#span(this.#snapshot);
    const unread = Math.max(this.#next, oldest);
    const from = Math.max(unread, Math.min(before.clearMark, last));
    const end = Math.max(from, last);
    this.#next = end;
    this.#clearedAtRead = before.cleared;
    if (this.#lastSeq === undefined) {
      this.#clearedBefore = before.cleared;
      // What was gone before a reader came is no loss of that reader; the books tell it.
      if (oldest === 0 && before.clearMark === 0) this.#lastSeq = 0;
      else if (from === end) this.#lastSeq = this.counts().appended;
    } else if (from > unread) {
      this.#hidden += this.#countBetween(unread, from);
    }
    this.#adopt(before);
    this.#snapshot.begin(from, end, () => this.#oldestNow());
    // A reader that was held up may find all of a small ring overwritten under it; what is there now is worth a try.
    if (this.#snapshot.isOvertaken && tries > 1) return this.read(tries - 1);
    return this.#snapshot;
  }

  /**
   * Books the snapshot's current record as seen.
   *
   * @returns How many records before it were never seen by this reader; {@link unseen} tells what became of them.
   */
  account(seq: number): number {
    const last = this.#lastSeq;
    this.#lastSeq = seq;
    const gap = last === undefined ? 0 : Math.max(0, seq - last - 1);
    if (gap > 0) this.#explain(gap, seq - gap - 1);
    this.#clearedBefore = this.#clearedAtRead;
    return gap;
  }

  /** Has the next read count what was lost since the ring was made: for a ring that came while its reader was there. */
  accountFromStart(): void {
    this.#lastSeq = 0;
  }

  /** Position behind the last record. */
  end(): number {
    return this.#span(new Snapshot(this.descriptor, this.#fd)).end;
  }

  /** Counts what the ring holds and has lost, from a copy of its own: {@link read} is not disturbed. */
  counts(): RingCounts {
    const snapshot = new Snapshot(this.descriptor, this.#fd);
    const { before, oldest: from, end } = this.#span(snapshot);
    this.#adopt(before);
    snapshot.begin(from, end, () => this.#oldestNow());
    let readable = 0;
    let hidden = 0;
    let first = 0;
    let last = 0;
    let soundAfter = 0;
    let startsDamaged: boolean | undefined;
    while (snapshot.next()) {
      soundAfter = snapshot.damagedBytes;
      const seq = this.seq(snapshot.seqLow);
      if (readable + hidden === 0) {
        first = seq;
        startsDamaged = snapshot.damagedBytes > 0;
      }
      last = seq;
      if (snapshot.position < Math.min(this.cursors.clearMark, end)) hidden++;
      else readable++;
    }
    return balance(this.descriptor, this.cursors, {
      readable,
      hidden,
      first,
      last,
      startsDamaged: startsDamaged ?? snapshot.damagedBytes > 0,
      isDamaged: snapshot.damagedBytes > 0,
      endsDamaged: snapshot.damagedBytes > soundAfter,
      used: end - from,
    });
  }

  /** Closes the file. */
  close(): void {
    closeSync(this.#fd);
  }

  /** Tells apart what became of the records behind one that was seen. */
  #explain(gap: number, last: number): void {
    const { clearedTo, cleared } = this.cursors;
    const counted = Math.max(0, Math.min(gap, clearedTo - last, cleared - this.#clearedBefore));
    const hidden = Math.min(gap, this.#hidden);
    this.#hidden = 0;
    // What a mark hides lies just before the record that is seen next.
    this.unseen =
      hidden > counted
        ? { cleared: hidden, lostBefore: gap - hidden }
        : { cleared: counted, lostBefore: Math.min(gap - counted, Math.max(0, clearedTo - counted - last)) };
  }

  #countBetween(from: number, end: number): number {
    const snapshot = new Snapshot(this.descriptor, this.#fd);
    snapshot.begin(from, end, () => this.#oldestNow());
    let count = 0;
    while (snapshot.next()) count++;
    return count;
  }

  #adopt(cursors: RingCursors): void {
    this.cursors = cursors;
    this.#appended = cursors.appended;
  }

  /**
   * Looks at the header until two looks agree on the high halves of the positions: a single one is no instant, and
   * may hold head and oldest each in the middle of its carry. Positions that make no sense are the last resort.
   */
  #cursors(): RingCursors {
    const { capacity } = this.descriptor;
    this.#header.read(this.#fd, this.#path);
    for (let looks = 1; looks < MAX_LOOKS; looks++) {
      const { head, oldest } = this.#header;
      this.#header.read(this.#fd, this.#path);
      const agree =
        highHalf(head) === highHalf(this.#header.head) && highHalf(oldest) === highHalf(this.#header.oldest);
      const cursors = this.#header.cursors(capacity);
      if (agree && cursors.head >= 0) return cursors;
    }
    return { ...this.#header.cursors(capacity), head: -1, oldest: -1 };
  }

  /** What the writer may have overwritten by now; the counters are taken along. */
  #oldestNow(): number {
    try {
      const now = this.#cursors();
      this.#adopt(now);
      if (now.oldest >= 0) return now.oldest;
      const { head, oldest } = this.#recoveredFrom ?? {};
      const atRest = head === this.#header.head && oldest === this.#header.oldest;
      // Where it is not to be known what was overwritten, nothing of the copy can be trusted.
      return atRest ? 0 : Number.POSITIVE_INFINITY;
    } catch {
      // The file was cut down to nothing: so is what it held.
      return Number.POSITIVE_INFINITY;
    }
  }

  /** Where the records are: the position of the oldest, and the one behind the last. */
  #span(snapshot: Snapshot): Span {
    const before = this.#cursors();
    const { head, oldest, appended } = before;
    if (head < 0) return { before, ...this.#recover(snapshot) };
    const end = this.descriptor.mode === 'mapped' ? head : snapshot.scan(head, oldest, appended);
    return { before, oldest, end };
  }

  /**
   * Where records may still be found though head and oldest make no sense together: if one is damaged, the other is not.
   * That holds for a ring at rest; of one that is written meanwhile nothing is taken.
   */
  #recover(snapshot: Snapshot): { readonly oldest: number; readonly end: number } {
    const { head, oldest } = this.#header;
    this.#recoveredFrom = { head, oldest };
    if (oldest <= Number.MAX_SAFE_INTEGER && oldest % ALIGNMENT === 0) {
      const end = snapshot.scan(oldest, oldest, undefined);
      if (end > oldest) return { oldest, end };
    }
    if (head <= Number.MAX_SAFE_INTEGER && head % ALIGNMENT === 0) {
      return { oldest: Math.max(0, head - this.descriptor.capacity), end: head };
    }
    return { oldest: 0, end: 0 };
  }
}

interface Span {
  /** The header that the span comes from. */
  readonly before: RingCursors;
  readonly oldest: number;
  readonly end: number;
}

const highHalf = (position: number): number => Math.floor(position / 0x1_0000_0000);

interface Walked {
  readonly readable: number;
  readonly hidden: number;
  readonly first: number;
  readonly last: number;
  /** Whether there was damage before the first sound record, or nothing but damage. */
  readonly startsDamaged: boolean;
  /** Whether there was damage anywhere. */
  readonly isDamaged: boolean;
  /** Whether there was damage behind the last sound record. */
  readonly endsDamaged: boolean;
  readonly used: number;
}

/**
 * Makes the sum of R4 hold for a ring whose writer died between any two stores: the records tell what was appended,
 * and what is neither readable nor refused nor cleared was evicted.
 */
function balance({ policy, mode }: RingDescriptor, cursors: RingCursors, walked: Walked): RingCounts {
  const { readable, hidden, first, last, startsDamaged, isDamaged, endsDamaged, used } = walked;
  const some = readable + hidden > 0;
  if (policy === 'discard') {
    const cleared = cursors.cleared + hidden;
    const kept = readable + cleared + cursors.discarded;
    // Refused records leave gaps in the numbers too, so only the sum can tell. What is missing without damage was
    // dropped by a clear whose writer died before it could count it.
    const missing = Math.max(0, cursors.appended - kept);
    const damaged = isDamaged ? missing : 0;
    return {
      appended: kept + missing,
      readable,
      evicted: missing - damaged,
      discarded: cursors.discarded,
      cleared,
      damaged,
      cut: cursors.cut,
      replaced: cursors.replaced,
      used,
    };
  }
  // Not fewer than there are: a crafted record may carry any number.
  const known = Math.max(last, readable + hidden);
  // A ring that evicts refuses nothing, but writes to its file may have failed: then numbers follow the last record.
  const refused = mode === 'positional' ? cursors.discarded : 0;
  const isLast = some && !endsDamaged && refused === 0;
  const appended = isLast ? known : Math.max(known, cursors.appended);
  // Never more than there can have been: the counts themselves may be damaged.
  const cleared = Math.min(cursors.cleared, Math.max(0, appended - readable - hidden)) + hidden;
  const discarded = Math.min(refused, Math.max(0, appended - readable - cleared));
  // Gaps without damage are what was overwritten during the walk.
  const gaps = some && isDamaged ? appended - first + 1 - readable - hidden : 0;
  // How many there were before the first sound one can't be told: they count as one.
  const unaccounted = appended - readable - cleared - discarded;
  const damaged = Math.max(0, Math.min(gaps - discarded + (startsDamaged ? 1 : 0), unaccounted));
  return {
    appended,
    readable,
    evicted: Math.max(0, unaccounted - damaged),
    discarded,
    cleared,
    damaged,
    cut: cursors.cut,
    replaced: cursors.replaced,
    used,
  };
}
