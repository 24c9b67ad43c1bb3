import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { traceBuffer } from '@tracebuf/pino-transport';
import { TraceBufferTransport } from '@tracebuf/winston-transport';
import pino from 'pino';
import winston from 'winston';
import type { Run } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { type Answer, AUDIT_BUFFER, BUFFER_SIZE, HTTP_BUFFER } from './answer.ts';

/** Every so many requests one fails. */
const FAILURES = 150;

/** The slowest request waits for less than so many milliseconds. */
const SLOWEST = 6;

/** What the service tells the process that started it. */
export interface ServiceReady {
  readonly port: number;
}

/** An HTTP service as it might be anybody's: what makes it leave traces are the destinations of its two loggers. */
export const demoService: Run<Record<string, never>> = async () => {
  const log = pino({}, traceBuffer({ name: HTTP_BUFFER, size: BUFFER_SIZE }));
  const auditLog = winston.createLogger({
    format: winston.format.json(),
    transports: [new TraceBufferTransport({ name: AUDIT_BUFFER, size: BUFFER_SIZE })],
  });
  let requests = 0;
  let audits = 0;
  let failures = 0;

  const server = createServer((message, response) => {
    const started = performance.now();
    const request = ++requests;
    log.info({ request, method: message.method, url: message.url }, 'request received');
    // Work that takes its time, as with a database: answers come in another order than requests.
    setTimeout(() => {
      const fails = request % FAILURES === 0;
      const failure = fails ? { failure: ++failures } : {};
      if (fails)
        log.error({ request, ...failure, err: new Error('the warehouse does not answer') }, 'order lost');
      const audit = ++audits;
      const milliseconds = Math.round((performance.now() - started) * 1000) / 1000;
      auditLog.info(fails ? 'order refused' : 'order placed', { audit, request, milliseconds });
      const answer: Answer = { request, audit, ...failure };
      response
        .writeHead(fails ? 503 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer));
    }, request % SLOWEST);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const ready: ServiceReady = { port: (server.address() as AddressInfo).port };
  process.send?.(ready);
  // Without the demo, whatever became of it, there is nobody to serve.
  if (process.connected) await new Promise<void>((resolve) => process.once('disconnect', resolve));
  server.closeAllConnections();
  server.close();
  return ExitCode.DONE;
};
