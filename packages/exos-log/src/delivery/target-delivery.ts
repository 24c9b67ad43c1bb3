import type { ProcessEntry } from '@tracebuf/ring';
import type { LogConfiguration } from '../configuration.ts';
import type { LogTarget } from '../log-target.ts';
import type { DeliveryLine } from './delivery-line.ts';
import type { DeliverySink } from './delivery-sink.ts';
import { type DeliveryState, newDeliveryState } from './delivery-state.ts';
import { type FeedItem, IncidentFeed } from './incident-feed.ts';
import { MessageRefusedError } from './syslog-connection.ts';
import { TargetPipeline } from './target-pipeline.ts';

/** Where the state of a delivery is kept. */
export interface StateStore {
  /** The state as it was saved last; `undefined`: there is none, or none that can be read. */
  load(): DeliveryState | undefined;
  /** @throws where it can't be saved. */
  save(state: DeliveryState): void;
}

/** How often the state is saved while there is much to deliver, in milliseconds: so much is sent twice after a crash. */
const SAVE_MS = 100;
/** How long to wait for something new, in milliseconds: at first, and at most. */
const IDLE = { first: 10, most: 200 } as const;
/** After so many items others get their turn. */
const ITEMS_AT_ONCE = 256;
/** How long the end of a delivery may take, in milliseconds, to show what was held back. */
const FAREWELL_MS = 1000;
/** After an error that nobody expected, in milliseconds. */
const RECOVERY_MS = 1000;

/**
 * Delivers to one target: from the rings, by its pipeline, to its sink, and keeps what it has done where another process
 * can take over from it. What the target can't take for now waits in the rings.
 */
export class TargetDelivery {
  readonly sink: DeliverySink;
  readonly #store: StateStore;
  #target: LogTarget;
  #configuration: LogConfiguration;
  #processes: readonly ProcessEntry[] = [];
  #feed: IncidentFeed;
  #pipeline: TargetPipeline;
  #state: DeliveryState;
  #sequenceId: number;
  #delivered: number;
  #lastDeliveredAt: number | undefined;
  /** What of the state's is to be added to what the sink counts. */
  readonly #resentBefore: number;
  #savedAt = 0;
  #saved = '';
  #savedState: DeliveryState;
  #storeError: string | undefined;
  #awake: (() => void) | undefined;
  /** Requests to bring out all that there is, of one process; see {@link drain}. */
  readonly #drains: { readonly process: string; readonly done: () => void }[] = [];

  constructor(configuration: LogConfiguration, target: LogTarget, sink: DeliverySink, store: StateStore) {
    this.#configuration = configuration;
    this.#target = target;
    this.sink = sink;
    this.#store = store;
    this.#state = store.load() ?? newDeliveryState(target.name);
    this.#sequenceId = this.#state.sequenceId;
    this.#delivered = this.#state.delivered;
    this.#lastDeliveredAt = this.#state.lastDeliveredAt;
    this.#resentBefore = this.#state.resent;
    this.#savedState = this.#state;
    [this.#feed, this.#pipeline] = this.#begin();
  }

  /** What has been done so far. */
  get state(): DeliveryState {
    const { status } = this.sink;
    const lastError = this.#storeError ?? status.lastError ?? this.#state.lastError;
    const lastErrorAt = status.lastErrorAt ?? this.#state.lastErrorAt;
    return {
      version: 1,
      target: this.#target.name,
      since: this.#state.since,
      delivered: this.#delivered,
      resent: this.#resentBefore + status.resent,
      ...this.#pipeline.counts,
      sequenceId: this.#sequenceId,
      connection: status.connection,
      ...(lastError === undefined ? {} : { lastError }),
      ...(lastErrorAt === undefined ? {} : { lastErrorAt }),
      ...(this.#lastDeliveredAt === undefined ? {} : { lastDeliveredAt: this.#lastDeliveredAt }),
      rings: Object.fromEntries(this.#pipeline.positions()),
      ahead: Object.fromEntries(this.#pipeline.ahead()),
    };
  }

  /** Obeys another configuration; the server must be the same. */
  configure(configuration: LogConfiguration, target: LogTarget): void {
    this.#configuration = configuration;
    this.#target = target;
    this.#pipeline.configure(configuration, target);
  }

  /** Takes notice of processes; to be called about every second. */
  update(processes: readonly ProcessEntry[]): void {
    this.#processes = processes;
    this.#feed.update(processes);
    const present = new Set(processes.map(({ key }) => key));
    this.#pipeline.forget((ring) => {
      const process = ring.split('.', 2).join('.');
      return !present.has(process) && !this.#feed.knows(process);
    });
    this.#tellStatus();
  }

  /** Delivers until the signal is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    let idle: number = IDLE.first;
    while (!signal.aborted) {
      try {
        const drains = this.#drains.splice(0);
        let wasBusy = await this.#pass(signal);
        // A second time, for what the first one held back.
        if (drains.length > 0) wasBusy = (await this.#pass(signal)) || wasBusy;
        for (const { process } of drains) await this.#showDue('flush', signal, process);
        await this.#showDue('due', signal);
        await this.sink.tend(signal);
        await this.#save(signal, false);
        for (const { done } of drains) done();
        idle = wasBusy ? IDLE.first : Math.min(2 * idle, IDLE.most);
      } catch (error) {
        if (signal.aborted) break;
        // What was read and not shown is read again.
        this.#storeError = error instanceof Error ? error.message : String(error);
        idle = RECOVERY_MS;
        this.#begin();
      }
      if (this.#drains.length === 0) await this.#pause(idle, signal);
    }
    await this.#end();
  }

  /** Looks for something new at once. */
  wake(): void {
    this.#awake?.();
  }

  /** Resolves when all is shown that a process has raised before this call, and its repeats are summed up. */
  async drain(process: string): Promise<void> {
    await new Promise<void>((done) => {
      this.#drains.push({ process, done });
      this.wake();
    });
  }

  /** Starts where the last state ends. */
  #begin(): [IncidentFeed, TargetPipeline] {
    this.#feed?.close();
    const positions = this.#pipeline?.positions() ?? new Map(Object.entries(this.#state.rings));
    const { lost, announced, repeated, failed } = this.#pipeline?.counts ?? this.#state;
    const counts = { lost, announced, repeated, failed };
    this.#feed = new IncidentFeed(positions);
    this.#pipeline = new TargetPipeline(this.#configuration, this.#target, positions, counts);
    this.#feed.update(this.#processes);
    return [this.#feed, this.#pipeline];
  }

  /** Shows all that there is. @returns Whether there was anything. */
  async #pass(signal: AbortSignal): Promise<boolean> {
    // Enabled again, or for the first time: what was raised until then is none of the target's business.
    const { enabledSince = 0 } = this.#target;
    if (this.#state.since !== enabledSince) this.#pipeline.skipBefore(enabledSince);
    let count = 0;
    for (const item of this.#feed.read()) {
      if (++count % ITEMS_AT_ONCE === 0) {
        await this.#save(signal, true);
        await new Promise<void>(setImmediate);
      }
      await this.#show(item, signal);
      signal.throwIfAborted();
    }
    this.#pipeline.skipNoMore();
    this.#state = { ...this.#state, since: enabledSince };
    return count > 0 || this.#feed.holdsBack;
  }

  #show(item: FeedItem, signal: AbortSignal): Promise<void> | undefined {
    const lines = this.#pipeline.take(item);
    if (lines.length === 0) {
      this.#pipeline.advance(item);
      return undefined;
    }
    return this.#showAll(lines, signal).then(() => this.#pipeline.advance(item));
  }

  async #showDue(when: 'due' | 'flush', signal: AbortSignal, process?: string): Promise<void> {
    for (const line of this.#pipeline.due(when, process)) {
      await this.#showAll([line], signal);
      this.#pipeline.advance();
    }
  }

  async #showAll(lines: readonly DeliveryLine[], signal: AbortSignal): Promise<void> {
    for (const line of lines) {
      this.#sequenceId++;
      try {
        await this.sink.send(line, this.#sequenceId, signal);
        if (line.kind === 'incident') this.#delivered++;
        this.#lastDeliveredAt = Date.now();
      } catch (error) {
        if (!(error instanceof MessageRefusedError)) throw error;
        this.#pipeline.countFailure();
      }
    }
  }

  /** Saves the state if it has changed. @param seldom Not if it was just saved. */
  async #save(signal: AbortSignal, seldom: boolean): Promise<void> {
    const now = performance.now();
    if (seldom && now - this.#savedAt < SAVE_MS) return;
    // What is saved as shown must be out of this process's hands.
    await this.sink.flush(signal);
    this.#saveNow();
  }

  /** Saves what goes wrong while nothing can be delivered, and nothing else: what is on its way counts later. */
  #tellStatus(): void {
    if (this.sink.status.connection !== 'connecting') return;
    const { connection, lastError, lastErrorAt } = this.state;
    const status = { connection, ...(lastError === undefined ? {} : { lastError }) };
    const changes = Object.entries(status).some(
      ([key, value]) => this.#savedState[key as 'lastError'] !== value,
    );
    if (changes)
      this.#write({ ...this.#savedState, ...status, ...(lastErrorAt === undefined ? {} : { lastErrorAt }) });
  }

  #saveNow(): void {
    this.#savedAt = performance.now();
    this.#write(this.state);
  }

  #write(state: DeliveryState): void {
    const text = JSON.stringify(state);
    if (text === this.#saved) return;
    try {
      this.#store.save(state);
      this.#saved = text;
      this.#savedState = state;
      this.#storeError = undefined;
    } catch (error) {
      // Tried again with the next change; until then more would be sent twice after a crash.
      this.#storeError = (error as Error).message;
    }
  }

  async #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#awake = undefined;
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      this.#awake = end;
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
    });
  }

  async #end(): Promise<void> {
    const patience = AbortSignal.timeout(FAREWELL_MS);
    try {
      // Where there is no connection, what is held back stays for the next one who delivers.
      if (this.sink.status.connection === 'connected') {
        await this.#showDue('flush', patience);
        await this.sink.flush(patience);
      }
    } catch {
      // As good as it gets.
    }
    this.#feed.close();
    await this.sink.close();
    this.#saveNow();
    for (const { done } of this.#drains.splice(0)) done();
  }
}
