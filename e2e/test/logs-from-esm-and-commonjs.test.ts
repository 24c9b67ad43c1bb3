import { describe, test } from 'vitest';
import { programFolder } from '../src/installation.ts';
import { LOGGING_PROGRAMS, writeProgram } from '../src/programs.ts';
import { NODE_MAJORS } from '../src/runtimes.ts';
import { Sandbox } from '../src/sandbox.ts';

/** Says two things and ends by itself. */
const BODY = `log('about to open somefile');\nlog('open failed');\n`;

describe.for(['ESM', 'CommonJS'] as const)('a program in %s', (system) => {
  for (const [index, program] of LOGGING_PROGRAMS.entries()) {
    test.concurrent.for(NODE_MAJORS)(
      `logs through ${program.name} on Node %i`,
      async (major, { expect, onTestFinished }) => {
        const programs = programFolder();
        const sandbox = new Sandbox(programs, major, onTestFinished);
        const path = writeProgram(programs, `logs/${index}-node${major}`, program, system, BODY);
        expect(await sandbox.node(path)).toEqual({ code: 0, stdout: '', stderr: '' });
        expect(await sandbox.records()).toMatchObject([
          { buffer: 'web', kind: program.kind, level: 'info', message: 'about to open somefile' },
          { buffer: 'web', kind: program.kind, level: 'info', message: 'open failed' },
        ]);
      },
    );
  }
});
