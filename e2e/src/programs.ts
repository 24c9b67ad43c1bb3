import type { Consumer } from './consumer.ts';

/** One way in which a user's program logs: how it imports what it needs, and how it makes a function that logs. */
export interface LoggingProgram {
  /** How the way is called in the name of a test. */
  readonly name: string;
  /** What it imports, by the name of the package. */
  readonly imports: Readonly<Record<string, readonly string[]>>;
  /** Statements that make `log(message)`. */
  readonly setup: string;
  /** The `kind` of its records. */
  readonly kind: string;
  /** Whether a record is in the buffer when the log call has returned. */
  readonly immediate: boolean;
}

/** Every way in which packed packages take records from a program. */
export const LOGGING_PROGRAMS: readonly LoggingProgram[] = [
  {
    name: 'TraceBuffer',
    imports: { '@tracebuf/ring': ['TraceBuffer'] },
    setup: `const buffer = new TraceBuffer('web', 262144);
const log = (message) => buffer.log(message);`,
    kind: 'log',
    immediate: true,
  },
  {
    name: 'the pino destination',
    imports: { pino: ['pino'], '@tracebuf/pino-transport': ['traceBuffer'] },
    setup: `const logger = pino(traceBuffer({ name: 'web', size: 262144 }));
const log = (message) => logger.info(message);`,
    kind: 'pino',
    immediate: true,
  },
  {
    name: 'the pino worker transport, by its package name',
    imports: { pino: ['pino'] },
    setup: `const transport = pino.transport({ target: '@tracebuf/pino-transport', options: { name: 'web', size: 262144 } });
const logger = pino(transport);
const log = (message) => logger.info(message);`,
    kind: 'pino',
    immediate: false,
  },
  {
    name: 'the winston transport',
    imports: { winston: ['createLogger'], '@tracebuf/winston-transport': ['TraceBufferTransport'] },
    setup: `const logger = createLogger({ transports: [new TraceBufferTransport({ name: 'web', size: 262144 })] });
const log = (message) => logger.info(message);`,
    kind: 'winston',
    immediate: true,
  },
];

/** The two module systems a program may be written in. */
export type ModuleSystem = 'ESM' | 'CommonJS';

/** Writes a program that logs in this way and then runs `body`; answers its path. */
export function writeProgram(
  consumer: Consumer,
  name: string,
  program: LoggingProgram,
  system: ModuleSystem,
  body: string,
): string {
  const imports = Object.entries({ ...program.imports, 'node:fs': ['writeSync'] }).map(([from, names]) =>
    system === 'ESM'
      ? `import { ${names.join(', ')} } from '${from}';`
      : `const { ${names.join(', ')} } = require('${from}');`,
  );
  const extension = system === 'ESM' ? 'mjs' : 'cjs';
  return consumer.write(`${name}.${extension}`, [...imports, program.setup, body].join('\n'));
}
