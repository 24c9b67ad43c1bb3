import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TracebufError } from '../../src/errors.ts';
import { HEADER_SIZE, Header, RECORD_HEADER_SIZE } from '../../src/layout.ts';
import { newTraceDirectory } from '../support/trace-directory.ts';
import { balances, nextDescriptor, readForeign, type Seen } from './fixtures/foreign-process.ts';
import { Session } from './fixtures/session.ts';

const PATIENCE = 200_000;

/** Where a live record lies in the file. */
interface Place {
  readonly message: string;
  readonly header: number;
  readonly payload: number;
  readonly end: number;
  readonly size: number;
  readonly trailer: number | undefined;
}

interface Sample {
  readonly path: string;
  readonly image: Buffer;
  readonly messages: readonly string[];
  readonly places: readonly Place[];
  /** Records that were evicted, whose bytes may still be there. */
  readonly former: ReadonlySet<string>;
  /** Where the mark of padding is. */
  readonly padding: number;
}

/** A small ring that has wrapped, behind marked padding. */
function sample(mode: 'mapped' | 'positional'): Sample {
  for (let count = 30; count < 60; count++) {
    const ring = ringOf(count, mode);
    if (ring.padding > 0 && ring.messages.length > 5) return ring;
  }
  throw new Error('None of the rings has padding.');
}

function ringOf(count: number, mode: 'mapped' | 'positional'): Sample {
  const path = join(newTraceDirectory(), 'sample.ring');
  const session = new Session(path, 1024, mode, 'overwrite');
  const all: string[] = [];
  for (let i = 1; i <= count; i++) {
    const text = `message ${i} ${'.'.repeat((i * 11 + count) % 60)}`;
    all.push(text);
    session.text(text);
  }
  const reader = session.reader();
  const snapshot = reader.read();
  const places: Place[] = [];
  let end = 0;
  let padding = 0;
  while (snapshot.next()) {
    const offset = HEADER_SIZE + (snapshot.position % 1024);
    const length = snapshot.end - snapshot.start;
    const size = (RECORD_HEADER_SIZE + length + (mode === 'positional' ? 4 : 0) + 7) & -8;
    if (snapshot.position >= end + RECORD_HEADER_SIZE && end !== 0) padding = HEADER_SIZE + (end % 1024);
    end = snapshot.position + size;
    places.push({
      message: snapshot.bytes.toString('utf8', snapshot.start, snapshot.end),
      header: offset,
      payload: offset + RECORD_HEADER_SIZE,
      end: offset + RECORD_HEADER_SIZE + length,
      size,
      trailer: mode === 'positional' ? offset + size - 4 : undefined,
    });
  }
  reader.close();
  session.writer.close();
  const messages = places.map(({ message }) => message);
  return {
    path,
    image: readFileSync(path),
    messages,
    places,
    former: new Set(all.slice(0, all.length - messages.length)),
    padding,
  };
}

const within = (at: number, from: number, length: number): boolean => at >= from && at < from + length;

/** What one flipped bit may do; a text that says what is wrong, or nothing. */
function judge(ring: Sample, at: number, bit: number, seen: Seen, mode: string): string | undefined {
  const messages = seen.records.map(({ message }) => message);
  const damaged = seen.counts?.damaged ?? 0;
  for (const { error } of seen.problems)
    if (!(error instanceof TracebufError)) return `no typed error: ${String(error)}`;
  if (seen.counts !== undefined && !balances(seen.counts)) return `R4: ${JSON.stringify(seen.counts)}`;
  const seqs = seen.records.map(({ seq }) => seq);
  if (seqs.some((seq, i) => i > 0 && seq <= (seqs[i - 1] ?? 0))) return `out of order: ${seqs.join()}`;

  const same = messages.join('\n') === ring.messages.join('\n');
  const without = (index: number): boolean =>
    messages.join('\n') === ring.messages.filter((_, i) => i !== index).join('\n');
  const shown = seen.problems.length === 1;

  if (at >= HEADER_SIZE) {
    const hit = ring.places.findIndex(({ header, size }) => within(at, header, size));
    const place = ring.places[hit];
    if (place !== undefined) {
      const isPayload = within(at, place.payload, place.end - place.payload);
      const isHeader = within(at, place.header, RECORD_HEADER_SIZE);
      const isTrailer = place.trailer !== undefined && within(at, place.trailer, 4);
      if (isHeader || isTrailer || (isPayload && mode === 'positional')) {
        if (!without(hit)) return 'not exactly the damaged record is missing';
        if (damaged !== 1) return `${damaged} damaged`;
        return shown ? undefined : 'not shown';
      }
      if (isPayload) {
        // Nothing tells that the payload of a mapped record has changed: there is no checksum over it.
        const others = messages.filter((_, i) => i !== hit).join('\n');
        return others === ring.messages.filter((_, i) => i !== hit).join('\n') ? undefined : 'others changed';
      }
      // Bytes up to a multiple of eight.
    }
    if (!same) return 'records changed';
    if (within(at, ring.padding, RECORD_HEADER_SIZE)) return shown ? undefined : 'not shown';
    return seen.problems.length === 0 ? undefined : 'a problem that is none';
  }

  // A subset in the right order; a cursor that is too low shows records that were evicted, still whole.
  const known = new Set([...ring.messages, ...ring.former]);
  if (messages.some((message) => !known.has(message))) return 'unknown records';
  if (within(at, Header.MAGIC, 14) || within(at, Header.HEADER_SIZE, 4)) {
    return messages.length === 0 && shown ? undefined : 'not refused';
  }
  if (within(at, Header.CAPACITY, 4)) return same || shown ? undefined : 'not shown';
  if (within(at, Header.FLAGS, 4)) {
    const togglesMode = at === Header.FLAGS && bit === 1;
    return same || (togglesMode && (shown || mode === 'positional')) ? undefined : 'records changed';
  }
  if (within(at, Header.HEAD, 8) || within(at, Header.OLDEST, 8)) {
    const lost = ring.messages.filter((message) => !messages.includes(message)).length;
    return lost === 0 || shown || (seen.counts?.damaged ?? 0) > 0 || (seen.counts?.evicted ?? 0) > 0
      ? undefined
      : `${lost} records are missing without a word`;
  }
  return same ? undefined : 'records changed';
}

describe.each(['mapped', 'positional'] as const)('a %s ring', (mode) => {
  test('with any one bit flipped lists what is sound, counts and shows what is not', {
    timeout: PATIENCE,
  }, () => {
    const ring = sample(mode);
    expect(readForeign(ring.path).records.map(({ message }) => message)).toEqual(ring.messages);
    const free = nextDescriptor(ring.path);
    const fd = openSync(ring.path, 'r+');
    const byte = Buffer.alloc(1);
    const faults: string[] = [];
    let recovered = 0;
    let cursors = 0;
    const started = performance.now();
    for (let at = 0; at < ring.image.length; at++) {
      // What is not used of the header is looked at once a byte.
      const used = at < 320 || within(at, 512, 192) || within(at, 1024, 32) || at >= HEADER_SIZE;
      for (let bit = 0; bit < (used ? 8 : 1); bit++) {
        const original = ring.image[at] ?? 0;
        byte[0] = original ^ (1 << bit);
        writeSync(fd, byte, 0, 1, at);
        try {
          const seen = readForeign(ring.path);
          const fault = judge(ring, at, bit, seen, mode);
          if (fault !== undefined) faults.push(`byte ${at}, bit ${bit}: ${fault}`);
          if (within(at, Header.HEAD, 8) || within(at, Header.OLDEST, 8)) {
            cursors++;
            const messages = new Set(seen.records.map(({ message }) => message));
            if (ring.messages.every((message) => messages.has(message))) recovered++;
          }
        } catch (error) {
          faults.push(`byte ${at}, bit ${bit}: ${(error as Error).stack}`);
        }
        byte[0] = original;
        writeSync(fd, byte, 0, 1, at);
      }
    }
    closeSync(fd);
    expect(faults.slice(0, 20)).toEqual([]);
    expect(nextDescriptor(ring.path)).toBe(free);
    console.log(
      `${mode}: all records in spite of ${recovered} of ${cursors} flipped bits of head and oldest; ${Math.round(performance.now() - started)} ms`,
    );
  });
});
