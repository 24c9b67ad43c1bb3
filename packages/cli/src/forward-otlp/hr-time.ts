import type { HrTime } from '@tracebuf/otel-exporter';

/** A time in microseconds since 1970 as OpenTelemetry has it. */
export function hrTimeOf(microseconds: number): HrTime {
  const seconds = Math.floor(microseconds / 1_000_000);
  return [seconds, Math.round((microseconds - seconds * 1_000_000) * 1000)];
}
