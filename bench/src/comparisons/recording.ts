import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { TraceBuffer } from '@tracebuf/ring';
import { Recorder } from '@tracebuf/sqlite';
import type { Comparison } from '../comparison.ts';
import type { Contender } from '../contender.ts';
import { contender, interleave, rate, ratio, repeat } from '../interleave.ts';
import { MESSAGE } from '../message.ts';
import { scratchFile } from '../scratch.ts';

/** Room for a batch that nobody has read yet. */
const SIZE = 32 * 1024 * 1024;
const UNBOUNDED = { maxRecords: 0, maxBytes: 0, maxAge: 0 };
/** Records that are drained at once. */
const MILLION = 1_000_000;

/** Messages as logs have them: each is different. */
function messageOf(number: number): string {
  return `${MESSAGE} ${number}`;
}

/** A database that is not there yet. */
function freshFile(name: string): string {
  const path = scratchFile(`${name}-${process.pid}.sqlite`);
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  return path;
}

export const contenders = {
  /** Appending is part of it: a small one. */
  recorder(): Contender {
    const buffer = new TraceBuffer('bench', SIZE, { keepLevel: false });
    const recorder = new Recorder(freshFile('recorded'), {
      ...UNBOUNDED,
      wants: ({ pid }) => pid === process.pid,
    });
    let number = 0;
    return {
      run(operations) {
        for (let i = 0; i < operations; i++) buffer.log(messageOf(number++));
        recorder.round();
      },
    };
  },

  /** The same rows, each by itself, with one prepared statement in one transaction. */
  bareInsert(): Contender {
    const database = new DatabaseSync(freshFile('inserted'));
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      CREATE TABLE rows (id INTEGER PRIMARY KEY, time INTEGER, ring INTEGER, seq INTEGER, severity INTEGER, level INTEGER,
        kind INTEGER, message INTEGER, text TEXT, fields TEXT, trace TEXT, span TEXT, count INTEGER)`);
    const insert = database.prepare('INSERT INTO rows VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    let number = 0;
    return {
      run(operations) {
        database.exec('BEGIN');
        for (let i = 0; i < operations; i++) {
          number++;
          insert.run(1.7e15 + number, 1, number, 30, 1, 2, null, messageOf(number), null, null, null, null);
        }
        database.exec('COMMIT');
      },
    };
  },

  drainedMillion(): Contender {
    const buffer = new TraceBuffer('bench', 256 * 1024 * 1024, { keepLevel: false });
    for (let i = 0; i < MILLION; i++) buffer.log(messageOf(i));
    let recorder: Recorder | undefined;
    return {
      run(operations) {
        // The first batch asks for many, and finds out that one takes long enough.
        for (let done = 0; done < operations; done += MILLION) {
          recorder = new Recorder(freshFile('drained'), UNBOUNDED);
          recorder.round(true);
        }
      },
      rest() {
        recorder?.abandon();
        recorder = undefined;
      },
    };
  },

  alone(): Contender {
    const buffer = new TraceBuffer('bench', 1024 * 1024);
    return {
      run(operations) {
        for (let i = 0; i < operations; i++) buffer.log(MESSAGE);
      },
    };
  },

  async recorded(): Promise<Contender> {
    const program = fileURLToPath(new URL('../recorder-process.ts', import.meta.url));
    const args = ['--conditions=@tracebuf/source', program, freshFile('beside'), String(process.pid)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    process.on('exit', () => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    child.unref();
    child.stdout.destroy();
    return contenders.alone();
  },
};

export const recording: Comparison = {
  name: 'record',
  what: 'rows a second that a recorder stores, over bare prepared inserts of the same rows in one transaction',
  unit: '',
  bar: { kind: 'at least', value: 0.6 },
  async measure(effort) {
    // What took longer is the slower one: the floor's time over the recorder's is the recorder's rate over the floor's.
    const floor = contender(import.meta.url, 'bareInsert');
    return ratio(await interleave(floor, contender(import.meta.url, 'recorder'), effort));
  },
};

export const draining: Comparison = {
  name: 'record-million',
  what: 'rows a second of a million records that are drained at once',
  unit: '/s',
  async measure({ generations }) {
    const drains = await repeat(contender(import.meta.url, 'drainedMillion'), { generations, rounds: 1 });
    // One operation is a drain of a million rows.
    return rate(drains.map((batches) => batches.map((nanoseconds) => nanoseconds / MILLION)));
  },
};

export const writerWhileRecorded: Comparison = {
  name: 'while-recorded',
  what: 'TraceBuffer.log while another process records it, over the same alone',
  unit: '',
  bar: { kind: 'at most', value: 1.03 },
  async measure(effort) {
    const subject = contender(import.meta.url, 'recorded');
    return ratio(await interleave(subject, contender(import.meta.url, 'alone'), effort));
  },
};
