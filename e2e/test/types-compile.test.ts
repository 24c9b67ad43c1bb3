import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, test } from 'vitest';
import { packedPackages, programFolder } from '../src/installation.ts';
import { WORKSPACE } from '../src/pack.ts';

const run = promisify(execFile);

const PROGRAM = `
import { pino } from 'pino';
import { createLogger } from 'winston';
import { ExosLogger, Severity } from '@tracebuf/exos-log';
import { type TraceBufferDestination, traceBuffer } from '@tracebuf/pino-transport';
import { compilePredicate, type Filter, FilterSyntaxError, parseFilter } from '@tracebuf/query';
import { findProcesses, TraceBuffer, TraceReader, TracebufError, type TraceRecord } from '@tracebuf/ring';
import { TraceBufferTransport, traceContext } from '@tracebuf/winston-transport';

const buffer: TraceBuffer = new TraceBuffer('mybuf', 20480, { level: 'info', policy: 'discard' });
buffer.log('about to open somefile', 'error');
const path: string = buffer.dump();
// @ts-expect-error A size is a number.
new TraceBuffer('other', '20480');

pino({ level: 'debug' }, traceBuffer({ name: 'web', size: 262144 })).info({ path }, 'dumped');
pino(pino.multistream([{ level: 'trace', stream: traceBuffer() }])).fatal('several');
// @ts-expect-error There is no such policy.
traceBuffer({ policy: 'sometimes' });

const transport = new TraceBufferTransport({ name: 'web', level: 'info', handleExceptions: true });
createLogger({ format: traceContext(), transports: [transport] }).info('listening', { port: 8080 });
// @ts-expect-error A size is a number.
new TraceBufferTransport({ size: '1 MiB' });

const elog = new ExosLogger('example', 'Example Logger', { formatVersion: 1 })
  .addCondition('could_not_open', 'Unable to open %tgt% with %opt%', { severity: Severity.ERROR })
  .register();
elog.could_not_open('somefile', 'r');
// @ts-expect-error There are two parameters.
elog.could_not_open('somefile', 'r', 1);

try {
  const filter: Filter = parseFilter("level >= warn and msg == '%timeout%'");
  const passes: (record: TraceRecord) => boolean = compilePredicate(filter);
  for (const record of new TraceReader(findProcesses('all')).records()) {
    if (passes(record)) console.log(record.time.toFixed(0), record.message.toUpperCase());
  }
} catch (error) {
  if (error instanceof FilterSyntaxError) console.error(error.caretLine(), error.position + 1);
  if (error instanceof TracebufError) console.error(error.code.length);
}
`;

describe('a TypeScript program', () => {
  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    test.concurrent(`compiles against all packages' types, as ${moduleResolution}`, async ({ expect }) => {
      const programs = programFolder();
      const imports = packedPackages().flatMap(({ manifest }) =>
        Object.keys(manifest.exports ?? {})
          .filter((path) => path !== './package.json')
          .map((path, at) => `import type * as all${at} from '${manifest.name}${path.slice(1)}';`),
      );
      const every = imports.map((line, at) => line.replace(/all\d+/, `all${at}`));
      const folder = `types-${moduleResolution}`;
      programs.write(`${folder}/program.ts`, PROGRAM);
      programs.write(`${folder}/every-entry-point.ts`, `${every.join('\n')}\nexport {};\n`);
      const compilerOptions = {
        target: 'es2024',
        lib: ['es2024'],
        types: ['node'],
        module,
        moduleResolution,
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true,
      };
      const project = programs.write(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions }));
      const tsc = join(WORKSPACE, 'node_modules', 'typescript', 'bin', 'tsc');
      const { stdout } = await run(process.execPath, [tsc, '-p', project], { timeout: 90_000 }).catch(
        (error: unknown) => error as { stdout: string },
      );
      expect(stdout).toBe('');
    });
  }
});
