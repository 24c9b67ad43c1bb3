import { createRequire } from 'node:module';
import { type RecordDecoder, RecordKind, registerDecoder } from '@tracebuf/ring';

const require = createRequire(import.meta.url);

/** Makes the record kinds of all packages known to the readers of this program. */
export function registerDecoders(): void {
  for (const decoder of decoders) registerDecoder(decoder);
}

type Etw = typeof import('@tracebuf/etw/decoder');
type ExosLog = typeof import('@tracebuf/exos-log/decoder');
type OtelExporter = typeof import('@tracebuf/otel-exporter/decoder');
type Pino = typeof import('@tracebuf/pino-transport/decoder');
type Tracer = typeof import('@tracebuf/tracer/decoder');
type Winston = typeof import('@tracebuf/winston-transport/decoder');

const etw = (): Etw => require('@tracebuf/etw/decoder');
const exosLog = (): ExosLog => require('@tracebuf/exos-log/decoder');
const otelExporter = (): OtelExporter => require('@tracebuf/otel-exporter/decoder');
const pino = (): Pino => require('@tracebuf/pino-transport/decoder');
const tracer = (): Tracer => require('@tracebuf/tracer/decoder');
const winston = (): Winston => require('@tracebuf/winston-transport/decoder');

/**
 * The decoders of all packages. Each is loaded with the first record of its kind: together they take longer to load than
 * a small buffer takes to show, and few programs write all kinds.
 */
export const decoders: readonly RecordDecoder[] = [
  lazy(RecordKind.CALL, 'call', () => tracer().callDecoder),
  lazy(RecordKind.ETW, 'etw', () => etw().etwDecoder),
  lazy(RecordKind.EXCEPTION, 'exception', () => tracer().exceptionDecoder),
  lazy(RecordKind.INCIDENT, 'incident', () => exosLog().incidentDecoder),
  lazy(RecordKind.MARK, 'mark', () => tracer().markDecoder),
  lazy(RecordKind.OTEL_LOG, 'otel-log', () => otelExporter().otelLogDecoder),
  lazy(RecordKind.PINO, 'pino', () => pino().pinoDecoder),
  lazy(RecordKind.RETURN, 'return', () => tracer().returnDecoder),
  lazy(RecordKind.SPAN_END, 'span-end', () => otelExporter().spanEndDecoder),
  lazy(RecordKind.SPAN_START, 'span-start', () => otelExporter().spanStartDecoder),
  lazy(RecordKind.WINSTON, 'winston', () => winston().winstonDecoder),
];

/** A decoder that is loaded when it is needed. @param name What it calls its records. */
function lazy(kind: number, name: string, load: () => RecordDecoder): RecordDecoder {
  let loaded: RecordDecoder | undefined;
  return {
    kind,
    name,
    decode(payload) {
      loaded ??= load();
      return loaded.decode(payload);
    },
  };
}
