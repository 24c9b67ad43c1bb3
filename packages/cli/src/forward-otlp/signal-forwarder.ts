import type { ProcessEntry } from '@tracebuf/ring';
import { pause } from '../interruption.ts';
import type { Answer } from './answer.ts';
import type { Collector } from './collector.ts';
import type { Cursor, CursorFile } from './cursor-file.ts';
import { type FedProcess, type Feed, type FeedItem, type FeedStart, RecordFeed } from './record-feed.ts';
import { Refusals } from './refusals.ts';
import { retryDelay } from './retry-delay.ts';
import type { Signal } from './signals.ts';

/** How to send. */
export interface ForwarderOptions {
  /** Most records in a request. */
  readonly batchSize: number;
  /** Milliseconds between two looks where there was nothing to send. */
  readonly interval: number;
  /** Whether to end when all that is there is sent. */
  readonly once: boolean;
  /** Of {@link ForwarderOptions.once}: tries of one request before it is given up. */
  readonly maxTries: number;
  /** Makes what is sent from; default: the trace buffers of processes. */
  readonly feed?: (start: FeedStart) => Feed;
  /** Told what a person should know. */
  readonly note: (text: string) => void;
}

/** What a forwarder has done since it was started. */
export interface ForwarderTotals {
  sent: number;
  refused: number;
  lost: number;
  resent: number;
}

/** What is sent at once, and where that brings the cursor. */
interface Batch<T> {
  readonly records: T[];
  /** For each record that was made of it, the item; the positions of those that made none stand with the next one. */
  readonly items: Step[];
}

interface Step {
  readonly item: FeedItem;
  /** How many records of the batch it made. */
  readonly count: number;
}

/** How long a request may still take when all is to end, in milliseconds. */
const GRACE_MS = 2000;

/** Skipped records move the cursor too, but need not be noted one by one. */
const MAX_STEPS = 20_000;

/** Sends one signal to one collector: in the order of time, each batch until it is taken or refused for good. */
export class SignalForwarder<T> {
  readonly totals: ForwarderTotals = { sent: 0, refused: 0, lost: 0, resent: 0 };
  readonly #signal: Signal<T>;
  readonly #collector: Collector;
  readonly #file: CursorFile;
  readonly #options: ForwarderOptions;
  readonly #feed: Feed;
  readonly #before: Omit<Cursor, 'version' | 'url'>;
  readonly #rings: Map<string, number>;
  readonly #finished: Set<string>;
  /** Positions of the request that an earlier forwarder had on its way when it ended. */
  readonly #doubtful: Map<string, number>;
  /** Rings whose records were, when last seen, of this signal: what is missing at their end is. */
  readonly #owned = new Set<string>();
  readonly #refusals: Refusals;
  #items: Iterator<FeedItem> | undefined;
  #limit: number;
  #isDirty = false;
  #isDown = false;
  /** Ends requests that are on their way. */
  readonly #cut = new AbortController();

  /** @throws StorageError, InsecureDirectoryError where the cursor can't be read. */
  constructor(signal: Signal<T>, collector: Collector, file: CursorFile, options: ForwarderOptions) {
    this.#signal = signal;
    this.#collector = collector;
    this.#file = file;
    this.#options = options;
    this.#limit = options.batchSize;
    this.#refusals = new Refusals(signal.name.slice(0, -1), options.note);
    const cursor = file.load();
    this.#before = cursor ?? {
      rings: {},
      sending: {},
      finished: [],
      sent: 0,
      refused: 0,
      lost: 0,
      resent: 0,
    };
    this.#rings = new Map(Object.entries(this.#before.rings));
    this.#finished = new Set(this.#before.finished);
    this.#doubtful = new Map(Object.entries(this.#before.sending));
    const feed = options.feed ?? ((start) => new RecordFeed(start));
    this.#feed = feed({
      rings: new Map(this.#rings),
      finished: this.#finished,
      countsFromStart: cursor !== undefined,
    });
  }

  /** Takes notice of the processes there are. To be called about every second, also while nothing can be sent. */
  update(processes: readonly ProcessEntry[]): void {
    this.#feed.update(processes);
  }

  /**
   * Sends until the signal is aborted, or, with `once`, until all is sent.
   *
   * @returns Whether all that was read could be sent.
   */
  async run(aborted: AbortSignal): Promise<boolean> {
    // A request that is on its way when it is to end gets a moment more: else nobody would know whether it has arrived.
    aborted.addEventListener('abort', () => setTimeout(() => this.#cut.abort(), GRACE_MS).unref(), {
      once: true,
    });
    try {
      while (!aborted.aborted) {
        const batch = this.#take();
        if (batch.records.length > 0) {
          if (!(await this.#deliver(batch, aborted))) return false;
          continue;
        }
        this.#commit(batch.items);
        if (batch.items.length > 0) continue;
        if (this.#isDirty) this.#save({});
        if (this.#options.once) return true;
        this.#refusals.tell();
        await pause(this.#options.interval, aborted);
      }
      return true;
    } finally {
      this.#refusals.tell(true);
      this.#feed.close();
    }
  }

  /** What is to be sent next, of what there is. Empty, without items, where there is nothing new. */
  #take(): Batch<T> {
    const batch: Batch<T> = { records: [], items: [] };
    this.#items ??= this.#feed.read();
    while (batch.records.length < this.#limit && batch.items.length < MAX_STEPS) {
      const { done, value: item } = this.#items.next();
      if (done === true) {
        this.#items = undefined;
        break;
      }
      const records = this.#signal.outgoing(item);
      batch.items.push({ item, count: records.length });
      batch.records.push(...records);
    }
    return batch;
  }

  /** Sends a batch, in parts where it has to be; what was dealt with is noted each time. */
  async #deliver({ records, items }: Batch<T>, aborted: AbortSignal): Promise<boolean> {
    let at = 0;
    let step = 0;
    while (step < items.length) {
      const { end, count } = partOf(items, step, this.#limit);
      const part = records.slice(at, at + count);
      const answer = part.length === 0 ? undefined : await this.#send(part, items.slice(step, end), aborted);
      if (answer === 'aborted') return false;
      if (answer === 'smaller') continue;
      this.#commit(items.slice(step, end));
      at += count;
      step = end;
    }
    return true;
  }

  async #send(
    part: readonly T[],
    steps: readonly Step[],
    aborted: AbortSignal,
  ): Promise<'done' | 'smaller' | 'aborted'> {
    const payload = this.#signal.serialize(part);
    this.totals.resent += this.#countDoubtful(steps);
    this.#save(positionsOf(steps));
    for (let tries = 1; !aborted.aborted; tries++) {
      const answer = await this.#collector.post(payload, this.#cut.signal);
      if (answer.outcome === 'taken') {
        this.#taken(part.length, answer.body);
        return 'done';
      }
      if (answer.outcome !== 'unavailable' && canBeSplit(steps)) {
        // One record that it can't take must not cost the others.
        this.#limit = Math.max(1, Math.floor(part.length / 2));
        return 'smaller';
      }
      if (answer.outcome !== 'unavailable') {
        this.totals.refused += part.length;
        this.#refusals.add(part.length, answer.reason);
        return 'done';
      }
      if (!(await this.#wait(answer, tries, part.length, aborted))) return 'aborted';
    }
    return 'aborted';
  }

  #taken(count: number, body: Uint8Array): void {
    const { rejected, message } = this.#readAnswer(body);
    const refused = Math.min(rejected, count);
    this.totals.refused += refused;
    this.totals.sent += count - refused;
    if (refused > 0) this.#refusals.add(refused, message);
    if (this.#isDown) this.#options.note(`${this.#signal.name} are taken again`);
    this.#isDown = false;
    this.#limit = Math.min(this.#options.batchSize, this.#limit * 2);
  }

  #readAnswer(body: Uint8Array): { rejected: number; message: string } {
    try {
      return this.#signal.readAnswer(body);
    } catch {
      // It has said that it took them; what else it says is not for us.
      return { rejected: 0, message: '' };
    }
  }

  /** @returns Whether to try again. */
  async #wait(
    answer: Extract<Answer, { outcome: 'unavailable' }>,
    tries: number,
    count: number,
    aborted: AbortSignal,
  ): Promise<boolean> {
    if (aborted.aborted) return false;
    if (!this.#isDown)
      this.#options.note(`${this.#signal.name} can't be sent: ${answer.reason}; trying again`);
    this.#isDown = true;
    if (this.#options.once && tries >= this.#options.maxTries) return false;
    if (answer.inDoubt) this.totals.resent += count;
    await pause(retryDelay(tries, answer.retryAfter), aborted);
    return !aborted.aborted;
  }

  /** How many records of these steps may have arrived already, sent by an earlier forwarder. */
  #countDoubtful(steps: readonly Step[]): number {
    if (this.#doubtful.size === 0) return 0;
    let count = 0;
    for (const { item, count: made } of steps) {
      const { ring } = item;
      if (ring === undefined) continue;
      const to = this.#doubtful.get(ring);
      if (to === undefined) continue;
      if (item.seq <= to) count += made;
      else this.#doubtful.delete(ring);
    }
    return count;
  }

  /** Notes that these steps are dealt with. */
  #commit(steps: readonly Step[]): void {
    for (const { item } of steps) {
      const { process, ring, seq, missed, record, known } = item;
      this.#isDirty = true;
      if (ring === undefined) {
        this.#finish(process);
        continue;
      }
      if (record !== undefined) this.#note(ring, this.#signal.owns(record));
      if (missed > 0 && this.#owned.has(ring)) this.totals.lost += missed;
      if (!known) this.#rings.set(ring, seq);
    }
    if (steps.some(({ count }) => count > 0)) this.#save({});
  }

  #note(ring: string, isOwned: boolean): void {
    if (isOwned) this.#owned.add(ring);
    else this.#owned.delete(ring);
  }

  /** A process is over and dealt with: its rings need not be told apart any more. */
  #finish({ key }: FedProcess): void {
    this.#finished.add(key);
    for (const ring of this.#rings.keys()) if (ring.startsWith(`${key}/`)) this.#rings.delete(ring);
    // Those whose directories are gone can't come again.
    for (const finished of this.#finished) {
      if (finished !== key && !this.#feed.finished.has(finished)) this.#finished.delete(finished);
    }
  }

  #save(sending: Readonly<Record<string, number>>): void {
    const { sent, refused, lost, resent } = this.#before;
    this.#file.save({
      rings: Object.fromEntries(this.#rings),
      sending,
      finished: [...this.#finished],
      sent: sent + this.totals.sent,
      refused: refused + this.totals.refused,
      lost: lost + this.totals.lost,
      resent: resent + this.totals.resent,
    });
    this.#isDirty = false;
  }
}

/** The steps of a request: as many as make so many records, at least one. */
function partOf(items: readonly Step[], from: number, limit: number): { end: number; count: number } {
  let end = from;
  let count = 0;
  while (end < items.length && (end === from || count + (items[end]?.count ?? 0) <= limit)) {
    count += items[end]?.count ?? 0;
    end++;
  }
  return { end, count };
}

/** Whether a smaller limit makes a smaller request of them: steps without records do not count, they go along with any. */
function canBeSplit(steps: readonly Step[]): boolean {
  return steps.filter(({ count }) => count > 0).length > 1;
}

function positionsOf(steps: readonly Step[]): Record<string, number> {
  const positions: Record<string, number> = {};
  for (const { item } of steps) if (item.ring !== undefined) positions[item.ring] = item.seq;
  return positions;
}
