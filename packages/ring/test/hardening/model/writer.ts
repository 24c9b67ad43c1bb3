import { settlePositions } from '../../../src/ring-file.ts';

/**
 * A small model of the protocol: a ring of a few words, whose records are one word of header, some words of payload
 * and, in positional mode, one word of checksum.
 *
 * What it leaves out: a header is one word here and five stores in the code (a torn one has a wrong check word, which
 * the tests of every store show); the check word never fails to tell a stale header; implicit padding; control
 * words. What it assumes: stores are seen in the order in which they are made (x64; elsewhere the code uses release
 * stores), and a header is copied from its start to its end.
 */
export interface ModelOptions {
  readonly mode: 'mapped' | 'positional';
  /** Words of data. */
  readonly capacity: number;
  /** Values that the low half of a position can take: a quarter of them are the largest ring, as in the format. */
  readonly lowRange: number;
  /** Position that the ring starts at, empty. */
  readonly start: number;
  /** Words that each record takes. */
  readonly records: readonly number[];
  /** A mistake to make on purpose. */
  readonly mutation?: Mutation;
}

/** Mistakes that the explorer must find. */
export type Mutation =
  | 'oldest after overwriting'
  | 'head before the payload'
  | 'no second look at oldest'
  | 'low half first'
  | 'a single look at the header'
  | 'positions not settled'
  | 'senseless positions trusted'
  | 'no checksum looked at';

/** Steps of an append, in the order of their stores. */
export type Step =
  | 'oldestHigh'
  | 'oldestLow'
  | 'payload'
  | 'padding'
  | 'header'
  | 'headHigh'
  | 'headLow'
  | 'appended';

/** What an append has to do. */
export interface AppendShape {
  readonly evicts: boolean;
  readonly pads: boolean;
  readonly carriesOldest: boolean;
  readonly carriesHead: boolean;
}

/** The stores of an append to mapped memory; the tests of every store compare them with the code's. */
export function storesOfAppend(shape: AppendShape, mutation?: Mutation): Step[] {
  const lowFirst = mutation === 'low half first';
  const halves = (carries: boolean, high: Step, low: Step): Step[] => {
    if (!carries) return [low];
    return lowFirst ? [low, high] : [high, low];
  };
  const oldest = shape.evicts ? halves(shape.carriesOldest, 'oldestHigh', 'oldestLow') : [];
  const head = halves(shape.carriesHead, 'headHigh', 'headLow');
  const record: Step[] = ['payload', ...(shape.pads ? (['padding'] as const) : []), 'header'];
  if (mutation === 'oldest after overwriting') return [...record, ...oldest, ...head, 'appended'];
  if (mutation === 'head before the payload') return [...oldest, ...head, ...record, 'appended'];
  return [...oldest, ...record, ...head, 'appended'];
}

/** One word of the data. */
export type Word =
  | { readonly is: 'nothing' }
  | { readonly is: 'header'; readonly position: number; readonly seq: number; readonly size: number }
  | { readonly is: 'padding'; readonly position: number; readonly size: number }
  | { readonly is: 'payload'; readonly seq: number };

/** The file at one instant. */
export interface Memory {
  readonly headLow: number;
  readonly headHigh: number;
  readonly appended: number;
  readonly oldestLow: number;
  readonly oldestHigh: number;
  readonly data: readonly Word[];
}

/** The file after each store, and what had been appended by then. */
export interface History {
  readonly memories: readonly Memory[];
  /** Number of records whose append had returned, by index in {@link memories}. */
  readonly returned: readonly number[];
  /** Number of records that need not be readable any more, by index. */
  readonly evicted: readonly number[];
}

/** Plays the writer, which does the same whatever readers do: one state of the file after each of its stores. */
export function play(options: ModelOptions): History {
  const { capacity, lowRange, mode, mutation } = options;
  let memory: Memory = {
    headLow: options.start % lowRange,
    headHigh: Math.floor(options.start / lowRange),
    appended: 0,
    oldestLow: options.start % lowRange,
    oldestHigh: Math.floor(options.start / lowRange),
    data: Array.from({ length: capacity }, () => ({ is: 'nothing' })),
  };
  const memories = [memory];
  const returned = [0];
  const evictions = [0];
  let head = options.start;
  let oldest = options.start;
  let evicted = 0;
  const live: { position: number; seq: number; end: number }[] = [];

  const store = (change: Partial<Memory>, count: number): void => {
    memory = { ...memory, ...change };
    memories.push(memory);
    returned.push(count);
    evictions.push(evicted);
  };
  const put = (position: number, word: Word, count: number): void => {
    store({ data: memory.data.with(position % capacity, word) }, count);
  };

  options.records.forEach((size, index) => {
    const seq = index + 1;
    const toEnd = capacity - (head % capacity);
    const padding = size > toEnd ? toEnd : 0;
    const at = head + padding;
    const need = padding + size;
    const before = { head, oldest };
    while (capacity - (head - oldest) < need) {
      const first = live.shift();
      oldest = first?.end ?? head;
      if (first !== undefined) evicted++;
    }
    // What precedes the next record is padding, which goes with the record before it.
    head = at + size;
    live.push({ position: at, seq, end: head });
    const payload = (): void => {
      for (let i = 1; i < size; i++) put(at + i, { is: 'payload', seq }, index);
    };
    const header = (): void => put(at, { is: 'header', position: at % lowRange, seq, size }, index);
    const pad = (): void =>
      put(before.head, { is: 'padding', position: before.head % lowRange, size: padding }, index);
    const changes: Record<Step, () => void> = {
      oldestHigh: () => store({ oldestHigh: Math.floor(oldest / lowRange) }, index),
      oldestLow: () => store({ oldestLow: oldest % lowRange }, index),
      payload,
      padding: pad,
      header,
      headHigh: () => store({ headHigh: Math.floor(head / lowRange) }, index),
      headLow: () => store({ headLow: head % lowRange }, index),
      appended: () => store({ appended: seq }, index),
    };
    const shape = {
      evicts: oldest !== before.oldest,
      pads: padding > 0,
      carriesOldest: Math.floor(oldest / lowRange) !== Math.floor(before.oldest / lowRange),
      carriesHead: Math.floor(head / lowRange) !== Math.floor(before.head / lowRange),
    };
    if (mode === 'mapped') {
      for (const step of storesOfAppend(shape, mutation)) changes[step]();
    } else {
      // Each write goes to the file from its start to its end; a position is one aligned word of 8 bytes there.
      const evict = (): void => {
        if (!shape.evicts) return;
        store({ headLow: before.head % lowRange, headHigh: Math.floor(before.head / lowRange) }, index);
        store({ appended: index }, index);
        store({ oldestLow: oldest % lowRange, oldestHigh: Math.floor(oldest / lowRange) }, index);
      };
      if (mutation !== 'oldest after overwriting') evict();
      if (shape.pads) pad();
      header();
      payload();
      if (mutation === 'oldest after overwriting') evict();
    }
    returned[returned.length - 1] = seq;
  });
  return { memories, returned, evicted: evictions };
}

/** {@link settlePositions} of the code, on the model's scale: its low half of 32 bits is the model's few values. */
export function settle(options: ModelOptions, head: number, oldest: number): [number, number] {
  if (options.mutation === 'positions not settled') return [head, oldest];
  const scale = 0x1_0000_0000 / options.lowRange;
  const [h, o] = settlePositions(head * scale, oldest * scale, options.capacity * scale);
  return h < 0 ? [-1, -1] : [h / scale, o / scale];
}
