// A program whose log lines have fields and spans, in a buffer of its own.
import { writeSync } from 'node:fs';
import { traceBuffer } from '@tracebuf/pino-transport';
import pino from 'pino';

const logger = pino({ level: 'trace' }, traceBuffer({ name: 'calls', size: 256 * 1024 }));
for (let call = 1; call <= 60; call++) {
  const func = call % 3 === 0 ? 'main' : 'fib';
  logger.info(
    { func, depth: call % 7, trace_id: '4b'.repeat(16), span_id: '00f067aa0ba902b7' },
    `call ${call}`,
  );
}
writeSync(1, 'ready\n');
