import type { ConditionDefinition } from '../condition.ts';
import type { LogConfiguration } from '../configuration.ts';
import { type InterestedTarget, interestedTargets } from '../inclusion.ts';
import type { LogTarget } from '../log-target.ts';
import { RepeatSuppression, repeatKey } from '../repeat-suppression.ts';
import type { IncidentDetail } from '../system-log/incident-detail.ts';
import { incidentOf } from '../system-log/incident-record.ts';
import { type DeliveryLine, incidentLine, lostLine, repeatsLine } from './delivery-line.ts';
import type { FeedItem } from './incident-feed.ts';

/** What a pipeline has counted. */
export interface PipelineCounts {
  readonly lost: number;
  readonly announced: number;
  readonly repeated: number;
  readonly failed: number;
}

/** A target is told of losses at most so often, in milliseconds. */
const ANNOUNCE_EVERY_MS = 1000;

/** What goes on with the repeats of one process. */
interface Repeats {
  readonly suppression: RepeatSuppression<DeliveryLine>;
  /** For each ring, the number of the record before the first repeat that is not summed up yet. */
  readonly held: Map<string, number>;
}

/**
 * Makes of what a feed gives the lines of one target: by its filter, severity and match expression, with repeats summed
 * up and losses told. Repeats are looked for process by process: a line says which process it is from.
 *
 * A caller takes the lines of an item, shows them, and only then calls {@link TargetPipeline.advance}: what was not shown is
 * neither counted nor passed over.
 */
export class TargetPipeline {
  target: LogTarget;
  #configuration: LogConfiguration;
  #interest = new WeakMap<ConditionDefinition, InterestedTarget | false>();
  readonly #repeats = new Map<string, Repeats>();
  readonly #positions: Map<string, number>;
  #counts: PipelineCounts;
  /** What {@link advance} makes the counts of. */
  #next: PipelineCounts;
  #effect: (() => void) | undefined;
  #announcedAt = Number.NEGATIVE_INFINITY;
  #skipBefore: number | undefined;

  /** @param positions Number of the last record of each ring that is not wanted any more. */
  constructor(
    configuration: LogConfiguration,
    target: LogTarget,
    positions: ReadonlyMap<string, number> = new Map(),
    counts: PipelineCounts = { lost: 0, announced: 0, repeated: 0, failed: 0 },
  ) {
    this.#configuration = configuration;
    this.target = target;
    this.#positions = new Map(positions);
    this.#counts = counts;
    this.#next = counts;
  }

  /** Counts of all items that were advanced past. */
  get counts(): PipelineCounts {
    return this.#counts;
  }

  /** Has the pipeline obey another configuration. */
  configure(configuration: LogConfiguration, target: LogTarget): void {
    this.#configuration = configuration;
    this.target = target;
    this.#interest = new WeakMap();
  }

  /**
   * Passes over what was raised before the target was enabled, until {@link skipNoMore}: of processes that ran before it,
   * which is all that their clocks can be trusted with.
   *
   * @param since In milliseconds since 1970.
   */
  skipBefore(since: number): void {
    this.#skipBefore = since;
  }

  /** Ends {@link skipBefore}. */
  skipNoMore(): void {
    this.#skipBefore = undefined;
  }

  /** The lines to show for an item. */
  take(item: FeedItem): DeliveryLine[] {
    this.#next = this.#counts;
    this.#effect = undefined;
    const { record, missed } = item;
    const lines: DeliveryLine[] = [];
    const isBefore = this.#isBefore(item);
    if (missed > 0 && !isBefore) this.#next = { ...this.#next, lost: this.#next.lost + missed };
    if (item.ended === true) {
      this.#sumUp(item.process, lines, 'flush');
      this.#effect = () => this.#repeats.delete(item.process);
    }
    if (record?.kind !== 'incident' || isBefore || item.ring === undefined) return lines;
    const detail = incidentOf(record);
    if (detail === undefined) {
      this.#next = { ...this.#next, failed: this.#next.failed + 1 };
      return lines;
    }
    if (!this.#takes(detail, record.message, record.time / 1000)) return lines;
    this.#announce(lines, record.time, item.processName);
    const line = incidentLine(record, detail, item.ring);
    if (this.target.suppressRepeats) this.#suppress(item, line, detail, lines);
    else lines.push(line);
    return lines;
  }

  /**
   * The lines that are due without an item: repeats that are to be summed up by now, losses to be told.
   *
   * @param process Of this process; default: of all.
   * @param when `flush`: whatever is held back; default: what is due.
   * @param now In microseconds since 1970.
   * @returns Lines, each of which {@link advance} must be called after.
   */
  *due(
    when: 'due' | 'flush' = 'due',
    process?: string,
    now: number = Date.now() * 1000,
  ): Generator<DeliveryLine> {
    for (const key of this.#repeats.keys()) {
      if (process !== undefined && process !== key) continue;
      const lines: DeliveryLine[] = [];
      this.#next = this.#counts;
      this.#effect = undefined;
      this.#sumUp(key, lines, when, now);
      yield* lines;
    }
    const lines: DeliveryLine[] = [];
    this.#next = this.#counts;
    this.#effect = undefined;
    this.#announce(lines, now, 'tracebuf');
    yield* lines;
  }

  /** Notes that the lines of the last {@link take} or {@link due} were shown. */
  advance(item?: FeedItem): void {
    this.#counts = this.#next;
    this.#effect?.();
    this.#effect = undefined;
    if (item?.ring !== undefined) this.#positions.set(item.ring, item.seq);
  }

  /** Counts a line of the last {@link take} that can't be shown. */
  countFailure(): void {
    this.#next = { ...this.#next, failed: this.#next.failed + 1 };
  }

  /** Number of the last record of each ring that need not be read again, whatever happens. */
  positions(): Map<string, number> {
    const positions = new Map(this.#positions);
    for (const { held } of this.#repeats.values()) {
      for (const [ring, seq] of held) positions.set(ring, Math.min(seq, positions.get(ring) ?? seq));
    }
    return positions;
  }

  /** Where {@link positions} is less than what was read: how far that is. */
  ahead(): Map<string, number> {
    const ahead = new Map<string, number>();
    for (const { held } of this.#repeats.values()) {
      for (const ring of held.keys()) ahead.set(ring, this.#positions.get(ring) ?? 0);
    }
    return ahead;
  }

  /** Forgets positions. @param isGone Tells of a ring whether its process is. */
  forget(isGone: (ring: string) => boolean): void {
    for (const ring of this.#positions.keys()) if (isGone(ring)) this.#positions.delete(ring);
  }

  /** Whether an item is from before the target was enabled. */
  #isBefore({ startedAt, record }: FeedItem): boolean {
    const since = this.#skipBefore;
    if (since === undefined || startedAt >= since) return false;
    return record === undefined || record.time < since * 1000;
  }

  #takes(detail: IncidentDetail, text: string, time: number): boolean {
    const { condition, values } = detail;
    let interest = this.#interest.get(condition);
    if (interest === undefined) {
      const configuration = { ...this.#configuration, targets: [this.target] };
      interest = interestedTargets(configuration, detail.component, condition, time)[0] ?? false;
      // Debugging of single conditions expires: then each incident is judged by its own time.
      if (Object.keys(configuration.debugConditions).length === 0) this.#interest.set(condition, interest);
    }
    if (interest === false) return false;
    return interest.filter.decide(values).passes && (interest.matches?.(text) ?? true);
  }

  #suppress(
    { process, ring, seq }: FeedItem,
    line: DeliveryLine,
    detail: IncidentDetail,
    lines: DeliveryLine[],
  ): void {
    const repeats = this.#repeats.get(process) ?? { suppression: new RepeatSuppression(), held: new Map() };
    this.#repeats.set(process, repeats);
    const key = repeatKey(detail.condition.id, detail.values);
    const { summary, show } = repeats.suppression.next(line, key, line.time);
    if (summary !== undefined) {
      this.#next = { ...this.#next, repeated: this.#next.repeated + summary.count };
      lines.push(repeatsLine(summary));
    }
    if (show) lines.push(line);
    this.#effect = () => {
      if (summary !== undefined) repeats.held.clear();
      if (!show && ring !== undefined && !repeats.held.has(ring)) repeats.held.set(ring, seq - 1);
    };
  }

  #sumUp(process: string, lines: DeliveryLine[], when: 'due' | 'flush', now = 0): void {
    const repeats = this.#repeats.get(process);
    if (repeats === undefined) return;
    const { suppression, held } = repeats;
    const summary = when === 'flush' ? suppression.flush() : suppression.tick(now);
    if (summary === undefined) return;
    this.#next = { ...this.#next, repeated: this.#next.repeated + summary.count };
    lines.push(repeatsLine(summary));
    this.#effect = () => held.clear();
  }

  #announce(lines: DeliveryLine[], time: number, process: string): void {
    const { lost, announced } = this.#next;
    const now = performance.now();
    if (lost === announced || now - this.#announcedAt < ANNOUNCE_EVERY_MS) return;
    lines.push(lostLine(lost - announced, time, process));
    this.#next = { ...this.#next, announced: lost };
    this.#announcedAt = now;
  }
}
