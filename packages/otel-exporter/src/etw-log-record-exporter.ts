import { EventLevel } from '@tracebuf/etw';
import { attributesWith } from './common-schema-event.ts';
import { type EtwExporterOptions, EtwTarget } from './etw-exporter.ts';
import { exportBatch, type ResultCallback } from './export-batch.ts';
import { rfc3339 } from './rfc3339.ts';
import type { LogRecordLike } from './types.ts';

/** Levels by the four steps each that OpenTelemetry has for them, from trace to fatal. */
const LEVELS = [
  EventLevel.Verbose,
  EventLevel.Verbose,
  EventLevel.Info,
  EventLevel.Warning,
  EventLevel.Error,
  EventLevel.Critical,
] as const;

/** An attribute that, as a whole number, is a field of Part B. */
const EVENT_ID = 'event_id';

/**
 * A log record exporter of OpenTelemetry that writes ETW events of Common Schema 4.0: to Windows, and on every system to a
 * trace buffer of the provider, once somebody has enabled the provider (`trace-cli provider enable`).
 */
export class EtwLogRecordExporter {
  readonly #target: EtwTarget;

  /** @throws InvalidOptionError for an option that can't be used. */
  constructor(options: EtwExporterOptions) {
    this.#target = new EtwTarget(options, 'Log');
  }

  /** Records that could not be written. */
  get dropped(): number {
    return this.#target.dropped;
  }

  /** Writes records, and calls back within the call. Never throws. */
  export(logs: readonly LogRecordLike[], resultCallback: ResultCallback): void {
    exportBatch(this.#target, logs, (record) => this.#write(record), resultCallback);
  }

  /** Does nothing: what was exported is written. */
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  /** Ends it, and the provider where it is its own. Later exports fail. */
  shutdown(): Promise<void> {
    this.#target.close();
    return Promise.resolve();
  }

  #write(record: LogRecordLike): void {
    const target = this.#target;
    const { provider, event, keyword } = target;
    const level = levelOf(record.severityNumber);
    if (!provider.isEnabled(level, keyword)) return;
    const resource = record.resource.attributes;
    const attributes = attributesWith(record.attributes, resource, target.resourceAttributes);
    const eventId = attributes.get(EVENT_ID);
    const hasEventId = Number.isSafeInteger(eventId);
    // One that is no whole number stays where it is: Part B could not hold it, and Part C must not count it in vain.
    if (hasEventId) attributes.delete(EVENT_ID);
    event.begin(target.eventName, level, keyword);
    target.partA(
      rfc3339(isSet(record.hrTime) ? record.hrTime : record.hrTimeObserved),
      record.spanContext,
      resource,
    );
    event.partC([...attributes]);
    event.open('PartB');
    event.text('_typeName', 'Log');
    if (record.body !== undefined && record.body !== null) event.attribute('body', record.body);
    event.builder.addInt16('severityNumber', record.severityNumber ?? 0);
    if (record.severityText !== undefined) event.text('severityText', record.severityText);
    if (hasEventId) event.builder.addInt64('eventId', eventId as number);
    if (record.eventName !== undefined) event.text('name', record.eventName);
    event.close();
    target.write(record.spanContext);
  }
}

function levelOf(severity: number | undefined): number {
  if (severity === undefined || !(severity >= 1)) return EventLevel.Verbose;
  return LEVELS[Math.min(Math.floor((severity - 1) / 4), LEVELS.length - 1)] as number;
}

function isSet([seconds, nanoseconds]: readonly [number, number]): boolean {
  return seconds !== 0 || nanoseconds !== 0;
}
