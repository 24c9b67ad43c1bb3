import { etwDecoder } from '@tracebuf/etw';
import { incidentDecoder } from '@tracebuf/exos-log';
import { otelLogDecoder, spanEndDecoder, spanStartDecoder } from '@tracebuf/otel-exporter';
import { pinoDecoder } from '@tracebuf/pino-transport';
import { registerDecoder } from '@tracebuf/ring';
import { winstonDecoder } from '@tracebuf/winston-transport';

/** Makes the record kinds of all packages known to the readers of this program. */
export function registerDecoders(): void {
  const otelDecoders = [otelLogDecoder, spanEndDecoder, spanStartDecoder];
  for (const decoder of [etwDecoder, incidentDecoder, ...otelDecoders, pinoDecoder, winstonDecoder])
    registerDecoder(decoder);
}
