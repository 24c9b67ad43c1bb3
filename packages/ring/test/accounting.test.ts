import { openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { controlBuffers } from '../src/buffer-control.ts';
import { MAX_PAYLOAD, RECORD_HEADER_SIZE, RecordFlag, recordSize, TRAILER_SIZE } from '../src/layout.ts';
import { RingReader } from '../src/ring-reader.ts';
import { TraceBuffer } from '../src/trace-buffer.ts';
import { processIn, type RawRecord, readRing, useTraceDirectory } from './support/trace-directory.ts';

const RUNS = Number(process.env.TRACEBUF_TEST_RUNS ?? 120);
/** Positional writers look at the control words after this many milliseconds. */
const POLLED = 6;

type Mode = 'mapped' | 'positional';
type Policy = 'overwrite' | 'discard';

type Command =
  | { readonly do: 'log'; readonly length: number; readonly wide: boolean; readonly error: boolean }
  | { readonly do: 'clear inside' | 'clear outside' | 'read' | 'check' | 'reopen' };

interface Shape {
  readonly mode: Mode;
  readonly policy: Policy;
  readonly keep: boolean;
  readonly size: number;
  readonly keepSize: number;
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  mode: fc.constantFrom<Mode>('mapped', 'positional'),
  policy: fc.constantFrom<Policy>('overwrite', 'discard'),
  keep: fc.boolean(),
  size: fc.integer({ min: 512, max: 1100 }).map((words) => words * 8),
  keepSize: fc.integer({ min: 128, max: 300 }).map((words) => words * 8),
});

const commands: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      do: fc.constant('log' as const),
      length: fc.oneof(
        { weight: 12, arbitrary: fc.nat(120) },
        { weight: 3, arbitrary: fc.nat(1500) },
        // Around half of a ring, where texts begin to be cut, and beyond a whole one.
        { weight: 1, arbitrary: fc.integer({ min: 2010, max: 2030 }) },
        { weight: 1, arbitrary: fc.nat(12_000) },
      ),
      wide: fc.boolean(),
      error: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('clear inside', 'clear outside', 'read', 'check', 'reopen'),
    }) as fc.Arbitrary<Command>,
  },
);

/** One appended record, as it must be read. */
interface Expected {
  readonly seq: number;
  readonly text: string;
  readonly cut: boolean;
  readonly level: number;
  readonly taken: number;
}

/** What a ring must hold, told in the plainest way; for a ring that evicts, which records it has evicted is left open. */
class Model {
  appended = 0;
  discarded = 0;
  cleared = 0;
  cut = 0;
  /** Records since the last clear. */
  records: Expected[] = [];
  readonly maxPayload: number;
  /** Discard only: where the next record goes, and the bytes that are free, padding taken into account. */
  #at = 0;
  #free: number;
  #padding = 0;
  readonly #capacity: number;
  readonly #shape: Shape;

  constructor(shape: Shape, capacity: number) {
    this.#shape = shape;
    this.#capacity = capacity;
    this.#free = capacity;
    const trailer = shape.mode === 'positional' ? TRAILER_SIZE : 0;
    this.maxPayload = Math.min(MAX_PAYLOAD, ((capacity >> 1) & -8) - RECORD_HEADER_SIZE - trailer);
  }

  log(text: string, level: number): void {
    const stored = cutAt(text, this.maxPayload);
    const bytes = Buffer.byteLength(stored);
    const trailer = this.#shape.mode === 'positional' ? TRAILER_SIZE : 0;
    const taken = recordSize(bytes + trailer);
    this.appended++;
    // What a cut text claims is all of the room it may have.
    const claimed = recordSize(Math.min(Buffer.byteLength(text), this.maxPayload) + trailer);
    if (this.#shape.policy === 'discard') {
      if (this.#at + claimed > this.#capacity) {
        this.#padding = this.#capacity - this.#at;
        this.#at = 0;
      }
      if (claimed + this.#padding > this.#free) {
        this.discarded++;
        return;
      }
      this.#free -= taken + this.#padding;
      this.#padding = 0;
      this.#at = (this.#at + taken) % this.#capacity;
    }
    if (stored !== text) this.cut++;
    this.records.push({ seq: this.appended, text: stored, cut: stored !== text, level, taken });
  }

  /** @param readable How many records the ring held. */
  clear(readable: number): void {
    this.cleared += readable;
    this.records = [];
    this.#free = this.#capacity;
  }

  /** A writer that takes the ring up again goes on behind the last record. */
  reopen(): void {
    if (this.#padding > 0) this.#at = this.#capacity - this.#padding;
    this.#padding = 0;
  }

  check(records: readonly RawRecord[], counts: ReturnType<RingReader['counts']>): void {
    const { policy } = this.#shape;
    expect(records.length).toBeLessThanOrEqual(this.records.length);
    const expected =
      policy === 'discard' ? this.records : this.records.slice(this.records.length - records.length);
    expect(
      records.map(({ seq, text, flags, level }) => ({
        seq,
        text,
        cut: (flags & RecordFlag.CUT) !== 0,
        level,
      })),
    ).toEqual(expected.map(({ seq, text, cut, level }) => ({ seq, text, cut, level })));
    expect(counts).toMatchObject({
      appended: this.appended,
      readable: records.length,
      evicted: this.appended - records.length - this.discarded - this.cleared,
      discarded: this.discarded,
      cleared: this.cleared,
      damaged: 0,
      cut: this.cut,
      replaced: 0,
    });
    expect(counts.used).toBeLessThanOrEqual(this.#capacity);
    // The newest record is always there, and no more was evicted than one step and one record need.
    if (policy === 'overwrite' && this.records.length > 0) {
      expect(records.length).toBeGreaterThan(0);
      const first = this.records.at(-records.length - 1);
      const largest = Math.max(...this.records.map(({ taken }) => taken));
      if (first !== undefined && largest < this.#capacity / 16) {
        expect(counts.used).toBeGreaterThan(this.#capacity * (1 - 1 / 16 - 1 / 8) - 4 * largest);
      }
    }
  }
}

/** A text cut at a character to so many bytes of UTF-8. */
function cutAt(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let end = Math.min(text.length, bytes);
  while (Buffer.byteLength(text.slice(0, end)) > bytes) end--;
  return text.slice(0, end);
}

function textOf(length: number, wide: boolean, n: number): string {
  return `${n}:${(wide ? 'aé漢 ' : 'abcdefgh').repeat(Math.ceil(length / 4))}`.slice(0, length);
}

let made = 0;

describe('the books of a buffer', () => {
  test(`agree with a plain model over ${RUNS} random histories`, { timeout: 400_000 }, () => {
    const directory = useTraceDirectory();
    fc.assert(
      fc.property(
        shapes,
        fc.array(commands, { minLength: 1, maxLength: 250, size: 'max' }),
        (shape, history) => {
          run(directory, shape, history);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

function run(directory: string, shape: Shape, history: readonly Command[]): void {
  const name = `b${++made}`;
  const open = (): TraceBuffer =>
    new TraceBuffer(name, shape.size, {
      mode: shape.mode,
      policy: shape.policy,
      ...(shape.keep ? { keepSize: shape.keepSize } : { keepLevel: false }),
    });
  let buffer = open();
  const process = processIn(directory);
  const readers = ['ring', ...(shape.keep ? ['keep'] : [])].map((role) => {
    const path = join(process.directory, `${name}.0.${role}`);
    const model = new Model(shape, role === 'keep' ? shape.keepSize : shape.size);
    // Follows all the time: what it has seen and what it has lost must make up what was appended.
    const follower = new RingReader(openSync(path, 'r'), path);
    readRing(follower);
    return { role, path, model, follower, seen: 0, lost: 0 };
  });
  const check = (): void => {
    for (const { path, model } of readers) {
      const reader = new RingReader(openSync(path, 'r'), path);
      try {
        const records = readRing(reader);
        model.check(records, reader.counts());
      } finally {
        reader.close();
      }
    }
  };
  const follow = (): void => {
    for (const ring of readers) {
      for (const { seq } of readRing(ring.follower)) {
        ring.lost += ring.follower.account(seq);
        ring.seen++;
        expect(ring.seen + ring.lost).toBe(seq);
      }
    }
  };
  try {
    history.forEach((command, n) => {
      switch (command.do) {
        case 'log': {
          const text = textOf(command.length, command.wide, n);
          const level = command.error ? 50 : 30;
          const ring = readers.find(({ role }) => role === 'keep' && command.error) ?? readers[0];
          ring?.model.log(text, level);
          buffer.log(text, level);
          break;
        }
        case 'clear inside':
          for (const { model, follower } of readers) model.clear(follower.counts().readable);
          buffer.clear();
          break;
        case 'clear outside': {
          for (const { model, follower } of readers) model.clear(follower.counts().readable);
          controlBuffers(process, [name], { clear: true });
          // Readers heed it at once.
          check();
          const told = performance.now();
          while (shape.mode === 'positional' && performance.now() - told < POLLED);
          // Any log call has the writer look.
          buffer.wants(30);
          break;
        }
        case 'read':
          follow();
          break;
        case 'reopen':
          buffer.close();
          buffer = open();
          for (const { model } of readers) model.reopen();
          break;
        case 'check':
          check();
      }
    });
    check();
    follow();
    buffer.close();
    check();
  } finally {
    buffer.close();
    for (const { follower } of readers) follower.close();
    for (const file of readdirSync(process.directory)) {
      if (file.startsWith(`${name}.`)) rmSync(join(process.directory, file));
    }
  }
}
