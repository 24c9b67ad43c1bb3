import { closeSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CorruptRingError } from '../src/errors.ts';
import { recordSize } from '../src/layout.ts';
import type { RingFile } from '../src/process-entry.ts';
import { RingReader } from '../src/ring-reader.ts';
import { numberedText } from './fixtures/numbered-text.ts';
import { startFixture } from './support/fixture.ts';
import { newTraceDirectory, readRing, ringFilesIn } from './support/trace-directory.ts';

/** Kills altogether; more of them for a long run at night. */
const KILLS = Number(process.env.TRACEBUF_TEST_KILLS ?? 210);
const AT_ONCE = Math.max(2, Math.min(4, availableParallelism() - 1));
/** Milliseconds of full load before a kill, at most. */
const LONGEST_RUN = 40;
/** One kill in so many comes at any time since the start of the process, also while it makes its rings. */
const EARLY = 8;

interface Load {
  readonly mode: 'mapped' | 'positional';
  readonly size: number;
  readonly keepSize: number;
  /** Characters of a text, fewest and most. */
  readonly min: number;
  readonly max: number;
  readonly workers: number;
}

const LOADS: Readonly<Record<string, Load>> = {
  'usual records': { mode: 'mapped', size: 20480, keepSize: 4096, min: 20, max: 120, workers: 1 },
  'small records in small rings': { mode: 'mapped', size: 4096, keepSize: 1024, min: 0, max: 40, workers: 1 },
  'records up to half the ring': {
    mode: 'mapped',
    size: 8192,
    keepSize: 8192,
    min: 0,
    max: 1300,
    workers: 0,
  },
  'large rings': { mode: 'mapped', size: 262144, keepSize: 65536, min: 0, max: 3000, workers: 1 },
  'usual records, positional': {
    mode: 'positional',
    size: 20480,
    keepSize: 4096,
    min: 20,
    max: 120,
    workers: 1,
  },
  'small rings, positional': { mode: 'positional', size: 4096, keepSize: 1024, min: 0, max: 40, workers: 0 },
  'records larger than a page, positional': {
    mode: 'positional',
    size: 65536,
    keepSize: 65536,
    min: 3000,
    max: 6000,
    workers: 1,
  },
};

interface Tally {
  kills: number;
  rings: number;
  acknowledged: number;
  recovered: number;
  unacknowledged: number;
}

test(`every acknowledged record is there, whole and in order, after each of ${KILLS} kills`, {
  // Half a minute on two cores; a machine that is starved takes longer, and is no fault.
  timeout: 400_000 + KILLS * 6000,
}, async () => {
  const root = newTraceDirectory();
  const tally: Tally = { kills: 0, rings: 0, acknowledged: 0, recovered: 0, unacknowledged: 0 };
  const loads = Object.entries(LOADS);
  let next = 0;
  const killer = async (): Promise<void> => {
    while (next < KILLS) {
      const run = next++;
      const [name, load] = loads[run % loads.length] as [string, Load];
      await killOnce(join(root, String(run)), name, load, run % EARLY === EARLY - 1, tally);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, killer));
  console.log(
    `${tally.kills} kills, ${tally.rings} rings, ${tally.acknowledged} records acknowledged, ` +
      `${tally.recovered} of the newest recovered, ${tally.unacknowledged} appended but not acknowledged, 0 lost, 0 torn`,
  );
  expect(tally.kills).toBe(KILLS);
  // A run in which nothing was logged would prove nothing.
  expect(tally.acknowledged).toBeGreaterThan(KILLS * 100);
});

async function killOnce(path: string, name: string, load: Load, early: boolean, tally: Tally): Promise<void> {
  mkdirSync(path);
  const directory = join(path, 'rings');
  const ack = join(path, 'acknowledged');
  writeFileSync(ack, Buffer.alloc(4096));
  const fixture = startFixture('killed-writer', { directory, args: [JSON.stringify({ ack, ...load })] });
  if (early) {
    await sleep(Math.random() * 400);
  } else {
    await fixture.printed('ready');
    await sleep(Math.random() * LONGEST_RUN);
  }
  fixture.child.kill('SIGKILL');
  const { signal, stderr } = await fixture.ended;
  expect(stderr, name).toBe('');
  expect(signal, name).toBe('SIGKILL');
  tally.kills++;

  const bytes = readFileSync(ack);
  const acknowledged = new Float64Array(bytes.buffer, bytes.byteOffset, 512);
  const files = ringFilesIn(directory);
  if (!early) expect(files, name).toHaveLength((load.workers + 1) * 2);
  for (const file of files) {
    const count = acknowledged[file.thread * 2 + (file.role === 'keep' ? 1 : 0)] ?? 0;
    verify(file, load, count, name, tally);
  }
  rmSync(path, { recursive: true });
}

/** Compares what a ring holds with what its writer said it had appended. */
function verify(file: RingFile, load: Load, acknowledged: number, name: string, tally: Tally): void {
  const fd = file.open('r');
  let reader: RingReader;
  try {
    reader = new RingReader(fd, file.path);
  } catch (error) {
    closeSync(fd);
    // Killed while it made the ring: then it has not logged.
    expect(error, name).toBeInstanceOf(CorruptRingError);
    expect(acknowledged, name).toBe(0);
    return;
  }
  try {
    const where = `${name}, ${file.name}, ${acknowledged} acknowledged`;
    const records = readRing(reader);
    const counts = reader.counts();
    const last = records.at(-1)?.seq ?? 0;
    // Nothing acknowledged is lost at the new end, and at most one record was appended and not yet acknowledged.
    expect(last - acknowledged, where).toBeOneOf([0, 1]);
    let used = 0;
    let largest = 0;
    for (const [index, { seq, text }] of records.entries()) {
      if (seq !== last - records.length + 1 + index) expect.fail(`${where}: record ${seq} is out of order`);
      if (text !== numberedText(seq, load.min, load.max))
        expect.fail(`${where}: record ${seq} is torn: ${text}`);
      const taken = recordSize(Buffer.byteLength(text) + 4);
      used += taken;
      largest = Math.max(largest, taken);
    }
    expect(counts, where).toMatchObject({ appended: last, readable: records.length, damaged: 0, cleared: 0 });
    expect(counts.evicted, where).toBe(last - records.length);
    // At the old end no more was evicted than had to be: one step of it, and room for the largest record.
    const capacity = file.role === 'keep' ? load.keepSize : load.size;
    if (counts.evicted > 0) expect(used, where).toBeGreaterThan((capacity * 3) / 4 - 4 * largest);
    tally.rings++;
    tally.acknowledged += acknowledged;
    tally.recovered += records.length;
    tally.unacknowledged += last - acknowledged;
  } finally {
    reader.close();
  }
}
