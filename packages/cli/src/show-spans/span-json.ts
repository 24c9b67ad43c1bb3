import { milliseconds, type StoredSpan, spanKindName } from '@tracebuf/otel-exporter';
import { isoTime, recordToJson } from '@tracebuf/ring';
import type { SpanEntry } from './span-table.ts';
import { isFailed } from './span-text.ts';
import { microseconds } from './span-tree.ts';

/**
 * A span as the JSON object that `--json` prints; keys that do not apply are absent.
 *
 * @param mayEnd Whether its process can still end it.
 */
export function spanJson(entry: SpanEntry, mayEnd: boolean, withLogs: boolean): Record<string, unknown> {
  const { traceId, spanId, span, record, state, logs } = entry;
  const { parentSpanContext: parent, status, instrumentationScope: scope } = span;
  return {
    traceId,
    spanId,
    ...(parent === undefined ? {} : { parentSpanId: parent.spanId, remoteParent: parent.isRemote === true }),
    name: span.name,
    kind: spanKindName(span.kind),
    process: record.process,
    pid: record.pid,
    thread: record.thread,
    start: isoTime(Math.floor(microseconds(span.startTime))),
    state: state === 'open' && !mayEnd ? 'unfinished' : state,
    ...(state === 'ended' ? endOf(span) : {}),
    ...(isFailed(entry) ? { error: true } : {}),
    ...(status.message === undefined ? {} : { statusMessage: status.message }),
    attributes: span.attributes,
    ...(span.events.length === 0
      ? {}
      : {
          events: span.events.map(({ time, name, attributes }) => ({
            time: isoTime(Math.floor(microseconds(time))),
            name,
            attributes,
          })),
        }),
    ...(span.links.length === 0
      ? {}
      : {
          links: span.links.map(({ context, attributes }) => ({
            traceId: context.traceId,
            spanId: context.spanId,
            attributes,
          })),
        }),
    scope: scope.name,
    resource: span.resource.attributes,
    ...(withLogs ? { logs: logs.map(recordToJson) } : {}),
  };
}

/** `duration` is in milliseconds. */
function endOf({ endTime, duration }: StoredSpan): Record<string, unknown> {
  return { end: isoTime(Math.floor(microseconds(endTime))), duration: milliseconds(duration) };
}
