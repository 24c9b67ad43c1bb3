import { pinoDecoder, traceBuffer } from '@tracebuf/pino-transport';
import { listProcesses, registerDecoder, TraceBuffer, TraceReader, type TraceRecord } from '@tracebuf/ring';
import pino from 'pino';
import type { Comparison } from '../comparison.ts';
import type { Contender } from '../contender.ts';
import { contender, rate, repeat } from '../interleave.ts';
import { MESSAGE } from '../message.ts';
import { REQUEST } from '../request.ts';

/** Bytes; some 35,000 records of {@link MESSAGE}. */
const SIZE = 4 * 1024 * 1024;

/** Reads all records of this process, over and over; opening the files is part of it. */
function reading(): Contender {
  let reader: TraceReader | undefined;
  let records: Iterator<TraceRecord> | undefined;
  return {
    run(operations) {
      for (let i = 0; i < operations; i++) {
        while (records === undefined || records.next().done === true) {
          reader?.close();
          reader = new TraceReader(listProcesses().processes.filter(({ pid }) => pid === process.pid));
          records = reader.records();
        }
      }
    },
  };
}

export const contenders = {
  pinoLines(): Contender {
    registerDecoder(pinoDecoder);
    const logger = pino({}, traceBuffer({ name: 'bench', size: SIZE }));
    for (let i = 0; i < SIZE / MESSAGE.length; i++) logger.info(REQUEST, 'request completed');
    return reading();
  },

  logs(): Contender {
    const buffer = new TraceBuffer('bench', SIZE);
    for (let i = 0; i < (SIZE / MESSAGE.length) * 2; i++) buffer.log(MESSAGE);
    return reading();
  },
};

export const readPino: Comparison = {
  name: 'read-pino',
  what: 'lines of pino with five fields read and decoded, a second',
  unit: '/s',
  measure: async (effort) => rate(await repeat(contender(import.meta.url, 'pinoLines'), effort)),
};

export const readLogs: Comparison = {
  name: 'read-logs',
  what: 'records of 92 ASCII characters read and decoded, a second',
  unit: '/s',
  bar: { kind: 'at least', value: 2_000_000 },
  measure: async (effort) => rate(await repeat(contender(import.meta.url, 'logs'), effort)),
};
