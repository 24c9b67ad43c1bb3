/**
 * winston with `format.json()` into the transport, over winston into a stream that drops everything: interleaved
 * batches in one process, lower quartile of each. Run with `node --conditions=@tracebuf/source bench/overhead.ts`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { TraceBufferTransport } from '@tracebuf/winston-transport';
import winston from 'winston';

const ROUNDS = Number(process.env['ROUNDS'] ?? 60);
const BATCH = 2000;

const directory = mkdtempSync(join(process.platform === 'linux' ? '/dev/shm' : tmpdir(), 'tracebuf-bench-'));
process.env['TRACEBUF_DIR'] = directory;
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

const nullStream = () => new Writable({ write: (_chunk, _encoding, callback) => callback() });
const ours = (format?: winston.Logform.Format) =>
  new TraceBufferTransport({ name: 'bench', size: 1 << 20, ...(format && { format }) });
const theirs = () => new winston.transports.Stream({ stream: nullStream() });

interface Contest {
  readonly name: string;
  readonly format: winston.Logform.Format;
  readonly log: (logger: winston.Logger, i: number) => void;
}

const { combine, json, simple, timestamp } = winston.format;
const plain = (logger: winston.Logger, i: number) => logger.info(`a message of some length, number ${i}`);
const withMeta = (logger: winston.Logger, i: number) =>
  logger.info('request done', { method: 'GET', url: '/api/items', status: 200, ms: i });

const contests: Contest[] = [
  { name: 'json, message', format: json(), log: plain },
  { name: 'json, message and four fields', format: json(), log: withMeta },
  { name: 'timestamp and json, four fields', format: combine(timestamp(), json()), log: withMeta },
  { name: 'simple, four fields', format: simple(), log: withMeta },
];

const quartile = (samples: number[]) => samples.sort((a, b) => a - b)[samples.length >> 2] ?? Number.NaN;

for (const { name, format, log } of contests) {
  const loggers = [theirs(), ours()].map((transport) =>
    winston.createLogger({ format, transports: [transport] }),
  );
  const samples: number[][] = [[], []];
  for (let round = -20; round < ROUNDS; round++) {
    for (let turn = 0; turn < 2; turn++) {
      const which = (round + turn) & 1;
      const logger = loggers[which] as winston.Logger;
      // Both are charged for what they leave to later ticks.
      await new Promise(setImmediate);
      const began = performance.now();
      for (let i = 0; i < BATCH; i++) log(logger, i);
      await new Promise(setImmediate);
      if (round >= 0) samples[which]?.push(((performance.now() - began) * 1e6) / BATCH);
    }
  }
  const [nothing, recorded] = samples.map(quartile) as [number, number];
  console.log(
    `${name}: null stream ${nothing.toFixed(0)} ns, trace buffer ${recorded.toFixed(0)} ns, ratio ${(recorded / nothing).toFixed(3)}`,
  );
  for (const logger of loggers) logger.close();
}
