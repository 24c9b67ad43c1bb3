import { etwDecoder } from '@tracebuf/etw/decoder';
import { incidentDecoder } from '@tracebuf/exos-log/decoder';
import { otelLogDecoder, spanEndDecoder, spanStartDecoder } from '@tracebuf/otel-exporter/decoder';
import { pinoDecoder } from '@tracebuf/pino-transport/decoder';
import { RecordKind } from '@tracebuf/ring';
import { winstonDecoder } from '@tracebuf/winston-transport/decoder';
import { describe, expect, test } from 'vitest';
import { decoders } from '../src/decoders.ts';

const OF_PACKAGES = [
  etwDecoder,
  incidentDecoder,
  otelLogDecoder,
  pinoDecoder,
  spanEndDecoder,
  spanStartDecoder,
  winstonDecoder,
];

describe('decoders that are loaded when they are needed', () => {
  test('are there for every kind but padding and text, which the ring knows', () => {
    const known: number[] = [RecordKind.PADDING, RecordKind.LOG, ...decoders.map(({ kind }) => kind)];
    expect(new Set(known)).toEqual(new Set<number>(Object.values(RecordKind)));
  });

  test.each(OF_PACKAGES)(
    'have the kind and the name of the $name decoder, and do what it does',
    (decoder) => {
      const lazy = decoders.find(({ kind }) => kind === decoder.kind);
      expect(lazy?.name).toBe(decoder.name);
      const bytes = Buffer.from('{"level":30,"time":1,"msg":"hello","message":"hello"}');
      const payload = {
        bytes,
        start: 0,
        end: bytes.length,
        flags: 0,
        severity: 30,
        definitions: new Map(),
        littleEndian: true,
      };
      expect(lazy?.decode(payload)).toEqual(decoder.decode(payload));
    },
  );
});
