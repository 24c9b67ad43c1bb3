// Every `js` and `ts` block of the READMEs is run as a program of its own, on every supported Node.js, with the packed
// packages. What it logs has to be read back by the packed trace-cli.
//
// A block that is a complete program runs as it is. One that makes a `logger` and does not use it is followed by a log
// call. A block that needs something from the program around it (a span, rows in a table) gets that from SURROUNDINGS.
import { describe, test } from 'vitest';
import type { Consumer } from '../src/consumer.ts';
import { installAlone, programFolder } from '../src/installation.ts';
import { type CodeBlock, codeBlocks } from '../src/markdown.ts';
import { NODE_MAJORS } from '../src/runtimes.ts';
import { outcomeOf, Sandbox } from '../src/sandbox.ts';

const READMES = [
  'README.md',
  'packages/ring/README.md',
  'packages/query/README.md',
  'packages/etw/README.md',
  'packages/exos-log/README.md',
  'packages/otel-exporter/README.md',
  'packages/pino-transport/README.md',
  'packages/winston-transport/README.md',
  'packages/sqlite/README.md',
  'packages/tracer/README.md',
  'packages/cli/README.md',
];

/** The program around a block that is not complete by itself. */
interface Surroundings {
  /** Text by which the block is known, or the same block in several READMEs. */
  readonly of: string;
  readonly before?: string;
  readonly after?: string;
  /** What the program has to print. */
  readonly prints?: readonly RegExp[];
  /** Messages of the records that it has to store, where that is not by log calls. */
  readonly stores?: readonly string[];
}

const PINO = `import { pino } from 'pino';\nimport { traceBuffer } from '@tracebuf/pino-transport';\n`;
const SPAN = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const IN_SPAN = JSON.stringify(SPAN);

const SURROUNDINGS: readonly Surroundings[] = [
  {
    of: "new TraceReader(findProcesses('web')",
    before: `
import { TraceBuffer } from '@tracebuf/ring';
new TraceBuffer('mybuf', 20480).log('about to open somefile');
new TraceBuffer('other', 20480).log('in another buffer');
`,
    prints: [/^\S+ .*about to open somefile\n$/],
  },
  {
    of: 'for (const record of records) if (passes(record))',
    before: `
import { findProcesses, TraceReader } from '@tracebuf/ring';
${PINO}
const logger = pino(traceBuffer());
logger.child({ req: { url: '/api/items' } }).warn('read timeout');
logger.child({ req: { url: '/api/items' } }).info('no timeout');
logger.child({ req: { url: '/' } }).warn('timeout elsewhere');
const records = new TraceReader(findProcesses('all')).records();
`,
    prints: [/^read timeout\n$/],
  },
  {
    of: "new DatabaseSync('traces.sqlite')",
    before: `
import { rmSync } from 'node:fs';
import { TraceBuffer } from '@tracebuf/ring';
new TraceBuffer('mybuf', 20480).log('about to open the database');
process.chdir(import.meta.dirname);
rmSync('traces.sqlite', { force: true });
const table = new DatabaseSync('traces.sqlite');
table.exec('CREATE TABLE records(time, process, pid, thread, buffer, seq, level, severity, kind, message, fields, traceId, spanId)');
const insert = table.prepare('INSERT INTO records(time, kind, message) VALUES (?, ?, ?)');
insert.run(Date.now() * 1000, 'log', 'a row of now');
insert.run((Date.now() - 3_600_000) * 1000, 'log', 'a row of an hour ago');
table.close();
`,
    after: 'console.log(rows.map(({ message }) => message).join());',
    prints: [/^a row of now\n$/],
  },
  {
    of: "provider.event('FileOpened'",
    before: `
import { providerIdFromName, rememberProvider } from '@tracebuf/etw';
import { openRoot } from '@tracebuf/ring';
const id = providerIdFromName('MyCompany.MyComponent');
rememberProvider(openRoot({ create: true }), { id, level: 5, keyword: 0x21n });
`,
    stores: ['FileOpened'],
  },
  { of: 'new EventBuilder()', stores: ['FileOpened'] },
  { of: 'pino.multistream(', before: PINO },
  {
    of: "pino.transport({ target: '@tracebuf/pino-transport'",
    // What was logged before the worker is ready reaches the buffer when the program ends by itself.
    after: `logger.info('to the worker');`,
  },
  {
    of: 'mixin: () => storage.getStore()',
    before: `${PINO}import { AsyncLocalStorage } from 'node:async_hooks';
const storage = new AsyncLocalStorage();\nconst logger =`,
    after: `storage.run(${IN_SPAN}, () => logger.info('in a context'));`,
  },
  {
    of: 'logger.query({ from:',
    before: `
import winston from 'winston';
import { TraceBufferTransport } from '@tracebuf/winston-transport';
const logger = winston.createLogger({ transports: [new TraceBufferTransport({ name: 'web' })] });
logger.info('to be asked for');
setTimeout(() => logger.info('to be streamed'), 200);
let shown = 0;
const print = console.log;
console.log = (...values) => {
  print(...values);
  if (++shown === 2) process.exit();
};
setTimeout(() => process.exit(), 60_000);
`,
    prints: [/to be asked for/, /to be streamed/],
  },
  {
    of: 'tracer.trace((a: number, b: number)',
    after: 'add(1, 2);',
    stores: ['add(a = 1, b = 2)', 'add returned 3'],
  },
  {
    of: 'startRecorder({ db:',
    before: `
import { DatabaseSync } from 'node:sqlite';
import { TraceBuffer } from '@tracebuf/ring';
new TraceBuffer('mybuf', 20480).log('to be recorded');
process.on('exit', () => {
  console.log(new DatabaseSync('traces.sqlite').prepare('SELECT message FROM records').get().message);
});
`,
    prints: [/^to be recorded\n$/],
  },
  {
    of: "import { ExosLogger, Severity } from '@tracebuf/exos-log'",
    stores: ['Unable to open somefile with r'],
  },
  {
    of: 'changeFilter, updateLogConfiguration',
    before: `import { ExosLogger } from '@tracebuf/exos-log';`,
    after: `
const elog = new ExosLogger('example', 'Example Logger', { formatVersion: 1 })
  .addCondition('noted', 'Noted', { severity: 'notice' }).register();
elog.noted();
`,
    stores: ['Noted'],
  },
  {
    of: 'spanProcessors: [new TraceBufferSpanProcessor()]',
    before: `import { logs, trace } from '@opentelemetry/api';`,
    after: `
trace.getTracer('shop').startActiveSpan('order', (span) => {
  logs.getLogger('shop').emit({ body: 'in the span' });
  span.end();
});
`,
    stores: ['order started', 'in the span', 'order ended'],
  },
  {
    of: 'new EtwSpanExporter({',
    before: `
import { trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { providerIdFromName, rememberProvider } from '@tracebuf/etw';
import { openRoot } from '@tracebuf/ring';
const id = providerIdFromName('MyCompany_Shop');
rememberProvider(openRoot({ create: true }), { id, level: 5, keyword: 0xffffn });
`,
    after: `
const processor = new SimpleSpanProcessor({ exporter });
new NodeSDK({ spanProcessors: [processor] }).start();
trace.getTracer('shop').startSpan('order').end();
await processor.forceFlush();
`,
    stores: ['Span'],
  },
];

/** Packages of the programs that OpenTelemetry is shown with; the others run without it. */
const TELEMETRY_PACKAGES = [
  '@opentelemetry/api',
  '@opentelemetry/sdk-node',
  '@opentelemetry/sdk-trace',
  '@tracebuf/cli',
  '@tracebuf/etw',
  '@tracebuf/otel-exporter',
  '@tracebuf/ring',
];
let withTelemetry: Consumer | undefined;

/** Where the programs of a README are run. */
function folderOf(file: string): Consumer {
  if (!file.includes('otel-exporter')) return programFolder();
  withTelemetry ??= installAlone('readme-telemetry', TELEMETRY_PACKAGES);
  return withTelemetry;
}

/** A log call with the text that its record has. */
const LOGGED = /(?<!console)\.(?:log|trace|debug|info|warn|error|fatal)\(\s*'((?:[^'\\]|\\.)*)'/g;

const blocks = READMES.flatMap((file) =>
  codeBlocks(file).filter(({ language }) => language === 'js' || language === 'ts'),
);

/** The whole program that a block is a part of. */
function programOf({ code }: CodeBlock): {
  readonly source: string;
  readonly prints: readonly RegExp[];
  readonly stores: readonly string[];
} {
  const around = SURROUNDINGS.find(({ of }) => code.includes(of));
  const unused = /\bconst logger =/.test(code) && !/\blogger\./.test(code);
  const after = around?.after ?? (unused ? `logger.info('logged by what the README shows');` : '');
  const source = [around?.before ?? '', code, after].join('\n');
  return { source, prints: around?.prints ?? [], stores: around?.stores ?? [] };
}

describe('README snippets', () => {
  test('every one that is completed here is there, once in its README', ({ expect }) => {
    for (const { of } of SURROUNDINGS) {
      const files = blocks.filter(({ code }) => code.includes(of)).map(({ file }) => file);
      expect(files, of).not.toEqual([]);
      expect(new Set(files).size, of).toBe(files.length);
    }
  });

  for (const block of blocks) {
    const { file, line, language } = block;
    test.concurrent.for(NODE_MAJORS)(
      `${file}:${line} runs on Node %i, and its records are read back`,
      async (major, { expect, onTestFinished }) => {
        const programs = folderOf(file);
        const sandbox = new Sandbox(programs, major, onTestFinished);
        const { source, prints, stores } = programOf(block);
        const name = `snippets/node${major}/${file.replaceAll('/', '-')}-${line}.${language}`;
        const { code, stdout, stderr } = await outcomeOf(
          sandbox.start([programs.write(name, source)], { TRACEBUF_PROCESS: 'web' }),
        );
        expect({ code, stderr }, `${file}:${line}\n${stderr}`).toEqual({ code: 0, stderr: warnings(stderr) });
        for (const text of prints) expect(stdout, `${file}:${line}`).toMatch(text);

        const logged = [...stores, ...[...source.matchAll(LOGGED)].map(([, text]) => text)];
        expect(logged.length, `${file}:${line} logs nothing`).toBeGreaterThan(0);
        const records = await sandbox.records();
        const messages = new Set(records.map(({ message }) => message.replace(/ after [\d.]+ ms$/, '')));
        expect(messages, `${file}:${line}`).toEqual(new Set(logged));
        if (source.includes(IN_SPAN)) expect(records, `${file}:${line}`).toMatchObject([SPAN]);
      },
    );
  }
});

/** Node.js 22 warns of node:sqlite. */
function warnings(stderr: string): unknown {
  return stderr.includes('ExperimentalWarning: SQLite') ? stderr : '';
}
