import { truncateSync } from 'node:fs';
import { traceBuffer } from '@tracebuf/pino-transport';
import pino from 'pino';
import type { Comparison } from '../comparison.ts';
import type { Contender } from '../contender.ts';
import { contender, interleave, ratio } from '../interleave.ts';
import { MESSAGE } from '../message.ts';
import { REQUEST } from '../request.ts';
import { scratchFile } from '../scratch.ts';

/** Logs a message alone: pino's own work is least, and what the destination costs shows most. */
function logging(destination: pino.DestinationStream): Contender {
  const logger = pino({}, destination);
  return {
    run(operations) {
      for (let i = 0; i < operations; i++) logger.info(MESSAGE);
    },
  };
}

/** Logs fields and a message, as services do. */
function loggingFields(destination: pino.DestinationStream): Contender {
  const logger = pino({}, destination);
  return {
    run(operations) {
      for (let i = 0; i < operations; i++) logger.info(REQUEST, 'request completed');
    },
  };
}

/** pino's own way to a file, beside the trace buffers, so that both sides write into the same file system. */
function toFile(options: { readonly sync: boolean; readonly minLength: number }): Contender {
  const path = scratchFile(`pino-${process.pid}.log`);
  const destination = pino.destination({ dest: path, ...options });
  const lines = logging(destination);
  return {
    async run(operations) {
      await lines.run(operations);
      // What has been put off is part of the cost.
      if (!options.sync) {
        await new Promise<void>((resolve, reject) =>
          destination.flush((error) => (error ? reject(error) : resolve())),
        );
      }
    },
    // A log that grows without end would fill the memory.
    rest: () => truncateSync(path),
  };
}

interface NativeBuffer extends Buffer {
  utf8Write(text: string, offset: number, length: number): number;
}

/** What no destination that keeps the line can do without: one native write of it, and nothing else. */
function oneWrite(): pino.DestinationStream {
  const bytes = Buffer.alloc(65536) as NativeBuffer;
  return {
    write(line) {
      bytes.utf8Write(line, 0, line.length * 3);
    },
  };
}

export const contenders = {
  oneWrite: (): Contender => logging(oneWrite()),
  traceBuffer: (): Contender => logging(traceBuffer({ name: 'bench' })),
  noOp: (): Contender => logging({ write() {} }),
  traceBufferFields: (): Contender => loggingFields(traceBuffer({ name: 'bench' })),
  noOpFields: (): Contender => loggingFields({ write() {} }),
  syncFile: (): Contender => toFile({ sync: true, minLength: 0 }),
  asyncFile: (): Contender => toFile({ sync: false, minLength: 4096 }),
};

function compare(
  subject: keyof typeof contenders,
  reference: keyof typeof contenders,
): Comparison['measure'] {
  return async (effort) =>
    ratio(
      await interleave(contender(import.meta.url, subject), contender(import.meta.url, reference), effort),
    );
}

export const pinoOverhead: Comparison = {
  name: 'pino',
  what: 'pino → traceBuffer(), over pino → a destination that drops everything; a message of 92 ASCII characters',
  unit: '',
  bar: { kind: 'at most', value: 1.25 },
  measure: compare('traceBuffer', 'noOp'),
};

export const pinoFields: Comparison = {
  name: 'pino-fields',
  what: 'the same for a message with five fields',
  unit: '',
  bar: { kind: 'at most', value: 1.25 },
  measure: compare('traceBufferFields', 'noOpFields'),
};

export const pinoFloor: Comparison = {
  name: 'pino-floor',
  what: 'pino → a destination that writes the line into memory once and does nothing else, over pino → one that drops it',
  unit: '',
  measure: compare('oneWrite', 'noOp'),
};

export const pinoSync: Comparison = {
  name: 'pino-sync-file',
  what: 'pino → pino.destination({ sync: true }) to a file, over pino → traceBuffer()',
  unit: '',
  bar: { kind: 'at least', value: 3 },
  measure: compare('syncFile', 'traceBuffer'),
};

export const pinoSyncFloor: Comparison = {
  name: 'pino-sync-floor',
  what: 'pino → pino.destination({ sync: true }) to a file, over pino → a destination that writes the line into memory once',
  unit: '',
  measure: compare('syncFile', 'oneWrite'),
};

export const pinoAsync: Comparison = {
  name: 'pino-async-file',
  what: 'pino → pino.destination({ sync: false, minLength: 4096 }) to a file, with its flushes, over pino → traceBuffer()',
  unit: '',
  bar: { kind: 'at least', value: 2 },
  measure: compare('asyncFile', 'traceBuffer'),
};
