// The oldest major version of pino that the pino transport declares as its peer.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, test } from 'vitest';
import type { Consumer } from '../src/consumer.ts';
import { installAlone, programFolder } from '../src/installation.ts';
import { LOGGING_PROGRAMS, writeProgram } from '../src/programs.ts';
import { NODE_MAJORS } from '../src/runtimes.ts';
import { Sandbox } from '../src/sandbox.ts';

describe('pino 9', () => {
  let programs: Consumer;

  beforeAll(() => {
    programs = installAlone('pino-9', ['@tracebuf/pino-transport', 'pino'], { pino: 'pino-9' });
  });

  test('is what is installed', ({ expect }) => {
    const manifest = readFileSync(join(programs.folder, 'node_modules', 'pino', 'package.json'), 'utf8');
    expect((JSON.parse(manifest) as { version: string }).version).toMatch(/^9\./);
  });

  for (const [index, program] of LOGGING_PROGRAMS.entries()) {
    if (program.kind !== 'pino') continue;
    test.concurrent.for(NODE_MAJORS)(
      `logs through ${program.name} on Node %i`,
      async (major, { expect, onTestFinished }) => {
        // trace-cli, which reads the records, is installed in the other folder.
        const sandbox = new Sandbox(programFolder(), major, onTestFinished);
        const body = `log('about to open somefile');\nlogger.child({ file: 7 }).error(new Error('open failed'));\n`;
        const path = writeProgram(programs, `logs/${index}-node${major}`, program, 'ESM', body);
        expect(await sandbox.node(path)).toEqual({ code: 0, stdout: '', stderr: '' });
        expect(await sandbox.records()).toMatchObject([
          { buffer: 'web', kind: 'pino', level: 'info', message: 'about to open somefile' },
          { buffer: 'web', kind: 'pino', level: 'error', message: 'open failed', fields: { file: 7 } },
        ]);
      },
    );
  }
});
