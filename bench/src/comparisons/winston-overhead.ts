import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { TraceBufferTransport } from '@tracebuf/winston-transport';
import winston from 'winston';
import type { Comparison } from '../comparison.ts';
import type { Contender } from '../contender.ts';
import { contender, interleave, ratio } from '../interleave.ts';
import { REQUEST } from '../request.ts';

function logging(transport: winston.transport): Contender {
  const logger = winston.createLogger({ format: winston.format.json(), transports: [transport] });
  return {
    async run(operations) {
      for (let i = 0; i < operations; i++) logger.info('request completed', REQUEST);
      // winston's own stream transport tells each info as 'logged' in a turn of its own: that is part of its cost.
      await turn();
    },
  };
}

export const contenders = {
  traceBuffer: (): Contender => logging(new TraceBufferTransport({ name: 'bench' })),

  nullStream: (): Contender =>
    logging(
      new winston.transports.Stream({ stream: new Writable({ write: (_chunk, _encoding, done) => done() }) }),
    ),
};

export const comparison: Comparison = {
  name: 'winston',
  what: 'winston with the json format → our transport, over winston → a stream that drops everything',
  unit: '',
  bar: { kind: 'at most', value: 1.1 },
  async measure(effort) {
    const subject = contender(import.meta.url, 'traceBuffer');
    return ratio(await interleave(subject, contender(import.meta.url, 'nullStream'), effort));
  },
};
