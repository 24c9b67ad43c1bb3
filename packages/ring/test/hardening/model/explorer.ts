import { type History, type Memory, type ModelOptions, play, settle, type Word } from './writer.ts';

/** What exploring found. */
export interface Exploration {
  /** Different states of writer and reader together. */
  readonly states: number;
  /** Different sequences of records that a reader came to see in the end. */
  readonly outcomes: number;
  /** The first violation; absent where every interleaving is sound. */
  readonly violation?: string;
}

/** Where a reader is: what it has loaded so far. All of it is the key by which states are told apart. */
interface Reader {
  /** Reads that are still to come, this one included. */
  readonly left: number;
  readonly phase: 'before' | 'scan' | 'copy' | 'after';
  /** Words loaded in this phase. */
  readonly loaded: readonly (number | Word)[];
  /** First and last position of the read. */
  readonly from: number;
  readonly end: number;
  readonly copied: readonly Word[];
  /** Looks at the header in vain. */
  readonly looks: number;
  /** Position that the next read starts at. */
  readonly next: number;
  readonly lastSeq: number;
  /** Numbers of the records seen, in order. */
  readonly seen: readonly number[];
  readonly lost: number;
}

const HEADER_LOADS = 5;
/** The code gives up after eight; here each half is carried once, so that no more can make a difference. */
const MAX_LOOKS = 4;

class Violation extends Error {}

/**
 * Runs one reader, which reads several times, against the writer in all interleavings of their loads and stores.
 *
 * Checked: what is read is whole and in order, never damaged; at the end each record was seen or counted as lost, once.
 * And in each state of the file a reader that starts there, the writer being dead, finds all that it must.
 */
export function explore(options: ModelOptions, reads: number): Exploration {
  const history = play(options);
  const outcomes = new Set<string>();
  const visited = new Set<string>();
  try {
    for (const at of history.memories.keys()) checkDead(options, history, at);
    const start: Reader = {
      left: reads,
      phase: 'before',
      loaded: [],
      from: 0,
      end: 0,
      copied: [],
      looks: 0,
      next: 0,
      lastSeq: 0,
      seen: [],
      lost: 0,
    };
    const stack: { at: number; reader: Reader }[] = [{ at: 0, reader: start }];
    for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
      const { at, reader } = state;
      const key = `${at} ${JSON.stringify(reader)}`;
      if (visited.has(key)) continue;
      visited.add(key);
      const last = at === history.memories.length - 1;
      if (!last) stack.push({ at: at + 1, reader });
      if (reader.left > 0) {
        // The last read is at rest, so that it must find all that is left.
        if (reader.left > 1 || last) stack.push({ at, reader: step(options, memoryAt(history, at), reader) });
      } else if (last) {
        const total = options.records.length;
        if (reader.lastSeq !== total)
          throw new Violation(`the last record seen is ${reader.lastSeq} of ${total}`);
        if (reader.seen.length + reader.lost !== total) {
          throw new Violation(`${reader.seen.length} seen and ${reader.lost} lost of ${total}`);
        }
        outcomes.add(reader.seen.join());
      }
    }
    return { states: visited.size, outcomes: outcomes.size };
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return { states: visited.size, outcomes: outcomes.size, violation: error.message };
  }
}

function memoryAt(history: History, at: number): Memory {
  const memory = history.memories[at];
  if (memory === undefined) throw new Error(`There is no state ${at}.`);
  return memory;
}

/** A reader that finds the file as a writer that died there left it. */
function checkDead(options: ModelOptions, history: History, at: number): void {
  const memory = memoryAt(history, at);
  let reader: Reader = {
    left: 1,
    phase: 'before',
    loaded: [],
    from: 0,
    end: 0,
    copied: [],
    looks: 0,
    next: 0,
    lastSeq: 0,
    seen: [],
    lost: 0,
  };
  while (reader.left > 0) reader = step(options, memory, reader);
  const returned = history.returned[at] ?? 0;
  const evicted = history.evicted[at] ?? 0;
  for (let seq = evicted + 1; seq <= returned; seq++) {
    if (!reader.seen.includes(seq)) throw new Violation(`dead after store ${at}: record ${seq} is missing`);
  }
  if (reader.lastSeq > returned + 1)
    throw new Violation(`dead after store ${at}: record ${reader.lastSeq} is seen`);
}

/** One load of the reader. */
function step(options: ModelOptions, memory: Memory, reader: Reader): Reader {
  switch (reader.phase) {
    case 'before':
    case 'after': {
      const loaded = [
        ...(reader.loaded as number[]),
        headerWord(memory, reader.loaded.length % HEADER_LOADS),
      ];
      return loaded.length % HEADER_LOADS === 0 ? look(options, loaded, reader) : { ...reader, loaded };
    }
    case 'scan': {
      const limit = reader.from + options.capacity;
      const position = reader.end + reader.loaded.length;
      const loaded = [...reader.loaded, wordAt(options, memory, position)] as Word[];
      if (position + 1 < limit) return { ...reader, loaded };
      return { ...reader, phase: 'copy', loaded: [], end: scanned(options, reader, loaded) };
    }
    case 'copy': {
      if (reader.from + reader.loaded.length >= reader.end) {
        return { ...reader, phase: 'after', loaded: [], copied: reader.loaded as Word[] };
      }
      const loaded = [...reader.loaded, wordAt(options, memory, reader.from + reader.loaded.length)];
      return { ...reader, loaded };
    }
  }
}

/** A header is copied from its start to its end. In positional mode a position is one word. */
function headerWord(memory: Memory, index: number): number {
  const { headLow, headHigh, appended, oldestLow, oldestHigh } = memory;
  return [headLow, headHigh, appended, oldestLow, oldestHigh][index] ?? 0;
}

function wordAt(options: ModelOptions, memory: Memory, position: number): Word {
  const word = memory.data[position % options.capacity];
  if (word === undefined) throw new Error(`There is no word ${position}.`);
  return word;
}

/** A header was loaded: once more, unless it makes sense and the one before had the same high halves. */
function look(options: ModelOptions, loaded: readonly number[], reader: Reader): Reader {
  const [, formerHead, , , formerOldest] = loaded.slice(0, -HEADER_LOADS);
  const [headLow = 0, headHigh = 0, appended = 0, oldestLow = 0, oldestHigh = 0] = loaded.slice(
    -HEADER_LOADS,
  );
  const [head, oldest] = settle(
    options,
    headHigh * options.lowRange + headLow,
    oldestHigh * options.lowRange + oldestLow,
  );
  const proceed = reader.phase === 'before' ? begin : finish;
  const agree = formerHead === headHigh && formerOldest === oldestHigh;
  if (options.mutation === 'a single look at the header')
    return proceed(options, reader, head, oldest, appended);
  const trusted = options.mutation === 'senseless positions trusted' && reader.phase === 'after';
  if (trusted || (head >= 0 && agree)) return proceed(options, reader, head, oldest, appended);
  const looks = reader.looks + 1;
  if (looks > MAX_LOOKS) return proceed(options, reader, -1, -1, appended);
  return { ...reader, looks, loaded: loaded.slice(-HEADER_LOADS) };
}

function begin(
  options: ModelOptions,
  reader: Reader,
  head: number,
  oldest: number,
  appended: number,
): Reader {
  // Nothing to be had this time.
  if (head < 0) return { ...reader, loaded: [], looks: 0, left: reader.left - 1 };
  const from = Math.max(reader.next, oldest);
  const settled = { ...reader, loaded: [], looks: 0 };
  if (options.mode === 'mapped') {
    const end = Math.max(from, head);
    return { ...settled, phase: 'copy', from, end };
  }
  // Behind head comes what was written since head was: it is looked for from there. `from` holds oldest meanwhile.
  if (head >= oldest + options.capacity) {
    return { ...settled, phase: 'copy', from, end: Math.max(from, head) };
  }
  return { ...settled, phase: 'scan', from: oldest, end: head, copied: [{ is: 'payload', seq: appended }] };
}

/** Position behind the last record that follows head without a gap in the numbers. */
function scanned(options: ModelOptions, reader: Reader, words: readonly Word[]): number {
  const [marker] = reader.copied;
  let seq = marker?.is === 'payload' ? marker.seq : 0;
  let end = reader.end;
  for (let at = 0; at < words.length; ) {
    const word = words[at];
    if (word === undefined || word.is === 'nothing' || word.is === 'payload') break;
    if (word.position !== (reader.end + at) % options.lowRange) break;
    if (word.is === 'header') {
      const payload = words.slice(at + 1, at + word.size);
      if (word.seq !== seq + 1 || at + word.size > words.length || !isWhole(options, payload, word.seq))
        break;
      seq++;
      end = reader.end + at + word.size;
    }
    at += word.size;
  }
  return end;
}

function isWhole(options: ModelOptions, payload: readonly Word[], seq: number): boolean {
  if (options.mutation === 'no checksum looked at') return true;
  return payload.every((word) => word.is === 'payload' && word.seq === seq);
}

function finish(options: ModelOptions, reader: Reader, _head: number, oldestNow: number): Reader {
  const { mutation } = options;
  let oldest = oldestNow;
  if (oldest < 0 && mutation !== 'senseless positions trusted') oldest = Number.POSITIVE_INFINITY;
  if (mutation === 'no second look at oldest') oldest = 0;
  // Positional mode: a scan has set the end without its start.
  const from = Math.max(reader.from, reader.next);
  const end = Math.max(reader.end, from);
  let { lastSeq, lost } = reader;
  const seen = [...reader.seen];
  for (let at = Math.min(Math.max(from, oldest), end); at < end; ) {
    const word = reader.copied[at - reader.from];
    if (word === undefined || word.is === 'nothing' || word.is === 'payload')
      throw new Violation(`no record at ${at}`);
    if (word.position !== at % options.lowRange) throw new Violation(`a stale record at ${at}`);
    if (at + word.size > end) throw new Violation(`a record at ${at} passes the end`);
    if (word.is === 'header') {
      const payload = reader.copied.slice(at - reader.from + 1, at - reader.from + word.size);
      if (payload.some((one) => one.is !== 'payload' || one.seq !== word.seq)) {
        throw new Violation(`record ${word.seq} is torn`);
      }
      if (word.seq <= lastSeq) throw new Violation(`record ${word.seq} comes behind ${lastSeq}`);
      lost += word.seq - lastSeq - 1;
      lastSeq = word.seq;
      seen.push(word.seq);
    }
    at += word.size;
  }
  return {
    ...reader,
    phase: 'before',
    left: reader.left - 1,
    loaded: [],
    copied: [],
    from: 0,
    end: 0,
    looks: 0,
    next: end,
    lastSeq,
    lost,
    seen,
  };
}
