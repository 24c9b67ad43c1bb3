import { diag } from '@opentelemetry/api';

/** Tells OpenTelemetry's own log that a record could not be stored; who calls it does so for the first one only. */
export function reportDrop(label: string, error: unknown): void {
  try {
    diag.error(`A record for the ${label} could not be encoded`, error);
  } catch {
    // A logger of the program that throws is not to end what it is told about.
  }
}
