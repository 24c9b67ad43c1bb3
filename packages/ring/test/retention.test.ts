import { spawn } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Root } from '../src/directory.ts';
import { InvalidOptionError } from '../src/errors.ts';
import { parseRingFileName } from '../src/file-name.ts';
import { processIdentity } from '../src/identity.ts';
import { listProcesses } from '../src/registry.ts';
import { removeProcess } from '../src/remove-process.ts';
import { isBooked, readRemovedBook } from '../src/removed-rings.ts';
import { prune, resolveRetention } from '../src/retention.ts';
import { openSecureDirectory } from '../src/secure-directory.ts';
import { sweepThreadRings } from '../src/thread-sweep.ts';
import {
  environment,
  leave,
  NO_PID,
  PATIENCE,
  runNode,
  script,
  source,
  temporaryDirectory,
  temporaryRoot,
} from './support/registry.ts';

const ENDED = { exit: { exitCode: 0 } };
const CONDITION = '--conditions=@tracebuf/source';

function keys(root: Root): string[] {
  return listProcesses(root).processes.map(({ key }) => key);
}

/** Newest first, as the registry lists. */
function leaveMany(root: Root, count: number, what: Parameters<typeof leave>[1] = ENDED): string[] {
  return Array.from({ length: count }, () => leave(root, what)).reverse();
}

const SWEEP_AND_DIE = [
  '--conditions=@tracebuf/source',
  join(import.meta.dirname, 'fixtures/sweep-and-die.ts'),
];

describe('pruning', () => {
  test('keeps the newest 16 that ended', () => {
    const root = temporaryRoot();
    const all = leaveMany(root, 20);
    const result = prune(root);
    expect(keys(root)).toEqual(all.slice(0, 16));
    expect(result.removed.map(({ key }) => key)).toEqual(all.slice(16));
    expect(result.freedBytes).toBeGreaterThan(0);
    expect(readdirSync(root.path).sort()).toEqual(all.slice(0, 16).sort());
  });

  test('keeps no more bytes than it may', () => {
    const root = temporaryRoot();
    const all = leaveMany(root, 5, { ...ENDED, files: { 'b.0.ring': 100_000 } });
    prune(root, { keepBytes: 350_000 });
    expect(keys(root)).toEqual(all.slice(0, 3));
  });

  test.each([false, true])(
    'only tells what it would do where it is asked to (first crashes kept: %s)',
    (keepFirstCrash) => {
      const root = temporaryRoot();
      leaveMany(root, 3, {});
      leaveMany(root, 18);
      const before = readdirSync(root.path).sort();
      const options = { keepProcesses: 5, keepFirstCrash };
      const told = prune(root, { ...options, dryRun: true });
      expect(readdirSync(root.path).sort()).toEqual(before);
      expect(prune(root, { ...options, dryRun: true }).removed).toHaveLength(told.removed.length);
      const done = prune(root, options);
      for (const which of ['removed', 'kept'] as const) {
        expect(told[which].map(({ key }) => key)).toEqual(done[which].map(({ key }) => key));
      }
      expect(told.freedBytes).toBe(done.freedBytes);
      expect(done.removed).toHaveLength(keepFirstCrash ? 15 : 16);
    },
  );

  test('never touches what is alive or unknown', () => {
    const root = temporaryRoot();
    const live = leave(root, { info: { ...processIdentity() } });
    const unknown = leave(root, { info: { platform: 'elsewhere' } });
    leave(root, ENDED);
    prune(root, { keepProcesses: 0, keepBytes: 0 });
    expect(keys(root).sort()).toEqual([live, unknown].sort());
  });

  test('does not follow links', () => {
    const root = temporaryRoot();
    const outside = temporaryDirectory();
    writeFileSync(join(outside, 'precious'), 'x');
    const key = leave(root, ENDED);
    symlinkSync(join(outside, 'precious'), join(root.path, key, 'b.0.ring'));
    symlinkSync(outside, join(root.path, key, 'b.1.ring'));
    symlinkSync(outside, join(root.path, `${NO_PID}.0123456789`));
    symlinkSync(outside, join(root.path, '.removed.x'));
    prune(root, { keepProcesses: 0 });
    expect(existsSync(join(root.path, key))).toBe(false);
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('x');
  });

  test('leaves a directory that holds what no process makes', () => {
    const root = temporaryRoot();
    const key = leave(root, ENDED);
    mkdirSync(join(root.path, key, 'mine'));
    expect(prune(root, { keepProcesses: 0 }).problems).toMatchObject([
      { error: { code: 'ERR_TRACEBUF_INSECURE' } },
    ]);
    expect(keys(root)).toEqual([key]);
  });

  test('leaves another directory that took the place of the one it saw', () => {
    const root = temporaryRoot();
    const key = leave(root, ENDED);
    const [entry] = listProcesses(root).processes;
    if (entry === undefined) throw new Error('not listed');
    renameSync(join(root.path, key), join(root.path, 'moved'));
    mkdirSync(join(root.path, key), { mode: 0o700 });
    expect(removeProcess(root, entry)).toBe(false);
    expect(existsSync(join(root.path, key))).toBe(true);
  });

  test('leaves a process that turns out to be alive', () => {
    const root = temporaryRoot();
    leave(root, ENDED);
    const [entry] = listProcesses(root).processes;
    if (entry === undefined) throw new Error('not listed');
    expect(removeProcess(root, { ...entry, currentState: () => 'alive' })).toBe(false);
    expect(removeProcess(root, entry)).toBe(true);
    expect(removeProcess(root, entry)).toBe(false);
  });

  test('leaves a directory that is being made, and clears away an old one', () => {
    const root = temporaryRoot();
    const paths = ['young', 'old', 'rings'].map((_, index) =>
      join(root.path, `${NO_PID + index}.0123456789`),
    );
    const [young = '', old = '', rings = ''] = paths;
    for (const path of paths) mkdirSync(path, { mode: 0o700 });
    writeFileSync(join(old, '.process.json.1-0-1'), '{', { mode: 0o600 });
    writeFileSync(join(rings, 'b.0.ring'), 'x', { mode: 0o600 });
    const hourAgo = Date.now() / 1000 - 3600;
    for (const path of [old, rings]) utimesSync(path, hourAgo, hourAgo);
    prune(root, { keepProcesses: 0 });
    expect(paths.map((path) => existsSync(path))).toEqual([true, false, true]);
    expect(existsSync(young)).toBe(true);
  });

  test('takes up a removal that was cut short', () => {
    const root = temporaryRoot();
    const path = join(root.path, '.removed.1.0123456789.5-0-5');
    mkdirSync(path, { mode: 0o700 });
    writeFileSync(join(path, 'b.0.ring'), 'x');
    prune(root);
    expect(existsSync(path)).toBe(false);
  });

  test('may be done by several at once', async () => {
    const root = temporaryRoot();
    const all = leaveMany(root, 120);
    const code = `
      import { openRoot } from '${source('directory.ts')}';
      import { prune } from '${source('retention.ts')}';
      const { removed, problems } = prune(openRoot());
      if (problems.length > 0) throw problems[0].error;
      console.log(removed.length);
    `;
    const main = script(temporaryDirectory(), 'prune.mjs', code);
    const counts = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const child = spawn(process.execPath, [CONDITION, main], {
          env: environment({ TRACEBUF_DIR: root.path }),
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        let output = '';
        child.stdout.on('data', (chunk) => (output += String(chunk)));
        child.stderr.on('data', (chunk) => (output += String(chunk)));
        await new Promise((resolve) => child.once('close', resolve));
        return output.trim();
      }),
    );
    expect(
      counts.every((count) => /^\d+$/.test(count)),
      counts.join('\n'),
    ).toBe(true);
    expect(counts.reduce((sum, count) => sum + Number(count), 0)).toBe(104);
    expect(keys(root)).toEqual(all.slice(0, 16));
    expect(readdirSync(root.path).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('the first crash', () => {
  const sweep = (root: Root, keepProcesses = 2): void =>
    void prune(root, { keepProcesses, keepFirstCrash: true });

  test('of each name outlives a sweep, and a later crash does not replace it', () => {
    const root = temporaryRoot();
    const web = leave(root, {});
    const job = leave(root, { info: { name: 'job' } });
    leave(root, {});
    leaveMany(root, 2);
    sweep(root);
    const later = leaveMany(root, 2, {});
    sweep(root);
    expect(keys(root)).toEqual([...later, job, web]);
  });

  test('is not one that ended', () => {
    const root = temporaryRoot();
    leave(root, ENDED);
    const all = leaveMany(root, 2);
    sweep(root);
    expect(keys(root)).toEqual(all);
  });

  test('is given up by an explicit prune', () => {
    const root = temporaryRoot();
    const first = leave(root, {});
    leaveMany(root, 3);
    sweep(root);
    expect(keys(root)).toContain(first);
    prune(root, { keepProcesses: 2 });
    expect(keys(root)).toHaveLength(2);
    expect(keys(root)).not.toContain(first);
  });

  test('is the first one since that prune', () => {
    const root = temporaryRoot();
    const before = leave(root, {});
    prune(root);
    expect(keys(root)).toEqual([before]);
    const next = leave(root, {});
    leave(root, {});
    const newest = leaveMany(root, 2);
    sweep(root);
    expect(keys(root)).toEqual([...newest, next]);
  });

  test("keeps its mark while it can't be seen", () => {
    const root = temporaryRoot();
    const first = leave(root, {});
    leaveMany(root, 2);
    sweep(root);
    const path = join(root.path, first, 'process.json');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"platform":"', '"platform":"not-'));
    leave(root, {});
    sweep(root);
    writeFileSync(path, text);
    leaveMany(root, 2);
    sweep(root);
    expect(keys(root)).toContain(first);
  });

  test('of ever new names does not fill the memory', () => {
    const root = temporaryRoot();
    for (let index = 0; index < 6; index++)
      leave(root, { info: { name: `n${index}` }, files: { 'b.0.ring': 100_000 } });
    prune(root, { keepProcesses: 0, keepBytes: 350_000, keepFirstCrash: true });
    expect(listProcesses(root).processes.map(({ name }) => name)).toEqual(['n5', 'n4', 'n3']);
  });

  test('is found anew where the marks are damaged', () => {
    const root = temporaryRoot();
    const first = leave(root, {});
    leaveMany(root, 2);
    writeFileSync(join(root.path, 'crash-marks.json'), '{"first":[["web",', { mode: 0o600 });
    sweep(root);
    expect(keys(root)).toContain(first);
  });
});

describe('limits', () => {
  test('are options, else the environment, else 16 and 256 MiB', () => {
    expect(resolveRetention()).toEqual({ keepProcesses: 16, keepBytes: 268_435_456 });
    process.env.TRACEBUF_KEEP_PROCESSES = '3';
    process.env.TRACEBUF_KEEP_BYTES = '4096';
    onTestFinished(() => {
      delete process.env.TRACEBUF_KEEP_PROCESSES;
      delete process.env.TRACEBUF_KEEP_BYTES;
    });
    expect(resolveRetention({ keepBytes: 5 })).toEqual({ keepProcesses: 3, keepBytes: 5 });
    process.env.TRACEBUF_KEEP_BYTES = '1.5 MiB';
    expect(resolveRetention().keepBytes).toBe(1_572_864);
    process.env.TRACEBUF_KEEP_BYTES = 'much';
    expect(() => resolveRetention()).toThrow(/'much' cannot be used for TRACEBUF_KEEP_BYTES: .*64M/);
    process.env.TRACEBUF_KEEP_PROCESSES = '-1';
    expect(() => resolveRetention()).toThrow(/'-1' cannot be used for TRACEBUF_KEEP_PROCESSES/);
  });

  test.each([-1, 1.5, Number.NaN, '3' as unknown as number])('are not %j', (keepProcesses) => {
    expect(() => prune(temporaryRoot(), { keepProcesses })).toThrow(InvalidOptionError);
  });
});

describe('a program', () => {
  const run = (root: Root, code: string, env: Record<string, string> = {}): ReturnType<typeof runNode> => {
    const main = script(
      temporaryDirectory(),
      'shop.mjs',
      `import { ensureProcessDirectory } from '${source('process-directory.ts')}'; ensureProcessDirectory(); ${code}`,
    );
    return runNode([CONDITION, main], { TRACEBUF_DIR: root.path, ...env });
  };

  test('sweeps a while after it started, and keeps the first crash', () => {
    const root = temporaryRoot();
    const crash = leave(root, {});
    leaveMany(root, 20);
    const { stderr } = run(root, 'setTimeout(() => {}, 3000);');
    expect(stderr).toBe('');
    expect(listProcesses(root).processes).toHaveLength(18);
    expect(keys(root)).toContain(crash);
  });

  test('that ends at once sweeps at its end where there is far too much', () => {
    const root = temporaryRoot();
    leaveMany(root, 20);
    run(root, '');
    expect(listProcesses(root).processes).toHaveLength(21);
    leaveMany(root, 10);
    run(root, '');
    expect(listProcesses(root).processes.length).toBeLessThanOrEqual(17);
  });

  test('is only warned of limits that make no sense', () => {
    const root = temporaryRoot();
    const { status, stderr } = run(root, 'setTimeout(() => {}, 3000);', { TRACEBUF_KEEP_BYTES: 'much' });
    expect(status).toBe(0);
    expect(stderr).toContain('ERR_TRACEBUF_INVALID_OPTION');
    expect(stderr).toContain("'much'");
  });
});

describe('rings of ended threads', () => {
  test('are forgotten but for the newest, as whole buffers', () => {
    const root = temporaryRoot();
    const files: Record<string, number> = { 'b.0.ring': 1, 'other.txt': 1 };
    for (let thread = 1; thread <= 40; thread++) {
      for (const role of ['ring', 'keep', 'defs']) files[`b.${thread}.${role}`] = 1;
    }
    const path = join(root.path, leave(root, { files }));
    for (let thread = 0; thread <= 40; thread++) utimesSync(join(path, `b.${thread}.ring`), thread, thread);
    const directory = openSecureDirectory(path);
    if (directory === undefined) throw new Error('missing');
    onTestFinished(() => directory.close());
    const isEnded = (name: string): boolean => {
      if (name === 'b.39.ring') throw new Error('unreadable');
      return name !== 'b.0.ring' && name !== 'b.5.ring';
    };
    const judge = { isEnded, appended: () => 3 };
    expect(sweepThreadRings(directory, judge)).toHaveLength(22);
    const left = readdirSync(path)
      .filter((name) => name.endsWith('.ring'))
      .map((name) => Number(name.split('.')[1]))
      .sort((one, other) => one - other);
    // Live ones, the one that cannot be judged, and the newest 16 of the others.
    expect(left).toEqual([0, 5, ...Array.from({ length: 17 }, (_, index) => index + 24)]);
    expect(readdirSync(path).filter((name) => /\.(keep|defs)$/.test(name))).toHaveLength(36);
    expect(lstatSync(join(path, 'other.txt')).isFile()).toBe(true);
    expect(sweepThreadRings(directory, judge)).toEqual([]);
    // What they held stays booked, in one book.
    expect(readRemovedBook(directory)).toEqual({
      buffers: new Map([['b', { rings: 44, records: 132 }]]),
      removing: new Set(),
    });
    expect(readdirSync(path).filter((name) => name.startsWith('removed.'))).toHaveLength(1);
  });

  test('are counted once, whenever the process is killed while it removes them', {
    timeout: PATIENCE,
  }, () => {
    let deaths = 0;
    for (let changes = 0; ; changes++) {
      const root = temporaryRoot();
      const files: Record<string, number> = {};
      for (let thread = 0; thread <= 4; thread++) {
        for (const role of ['ring', 'keep', 'defs']) files[`b.${thread}.${role}`] = 1;
      }
      const path = join(root.path, leave(root, { files }));
      const { signal } = runNode([...SWEEP_AND_DIE, path, String(changes)]);
      const directory = openSecureDirectory(path);
      if (directory === undefined) throw new Error('missing');
      const total = (): number => {
        const book = readRemovedBook(directory);
        const booked = [...book.buffers.values()].reduce((sum, { records }) => sum + records, 0);
        const there = readdirSync(path)
          .flatMap((name) => parseRingFileName(name) ?? [])
          .filter(({ role, buffer, thread }) => role !== 'defs' && !isBooked(book, buffer, thread));
        return booked + 3 * there.length;
      };
      expect(total(), `killed before change ${changes}`).toBe(30);
      // Who comes later ends what was begun.
      sweepThreadRings(directory, { isEnded: (name) => name !== 'b.0.ring', appended: () => 3 }, 2);
      expect(total(), `killed before change ${changes}, then swept`).toBe(30);
      expect(readdirSync(path).filter((name) => name.endsWith('.ring'))).toHaveLength(3);
      directory.close();
      if (signal === null) break;
      deaths++;
    }
    expect(deaths).toBeGreaterThan(10);
  });

  test('are no reason to throw', () => {
    const root = temporaryRoot();
    const path = join(root.path, leave(root, {}));
    const directory = openSecureDirectory(path);
    directory?.close();
    renameSync(path, `${path}.gone`);
    const judge = { isEnded: () => true, appended: () => 1 };
    expect(sweepThreadRings(directory as NonNullable<typeof directory>, judge)).toEqual([]);
  });
});
