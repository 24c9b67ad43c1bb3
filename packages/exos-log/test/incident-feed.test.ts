import { rmSync } from 'node:fs';
import { listProcesses, type ProcessEntry } from '@tracebuf/ring';
import { describe, expect, test, vi } from 'vitest';
import { type FeedItem, IncidentFeed } from '../src/delivery/incident-feed.ts';
import { PATIENCE, runProgram, startProgram } from './support/delivery.ts';
import { useLogDirectories } from './support/log-directories.ts';

vi.setConfig({ testTimeout: 2 * PATIENCE });

const processes = (): ProcessEntry[] => listProcesses().processes;
/** Everything, what was held back included. */
const all = (feed: IncidentFeed): FeedItem[] => [...feed.read(), ...feed.read()];
const records = (items: readonly FeedItem[]): string[] =>
  items.flatMap(({ record }) => (record === undefined ? [] : [record.message]));
const missed = (items: readonly FeedItem[]): number => items.reduce((sum, item) => sum + item.missed, 0);

describe('a feed', () => {
  test('gives each record once, in the order of time, and says when a process has ended', async () => {
    const directories = useLogDirectories();
    const program = startProgram(directories, 'raise-numbers.ts', ['one', 30, 0, 'stay']);
    await program.printed('raised');
    const feed = new IncidentFeed();
    feed.update(processes());
    const items = all(feed);
    expect(records(items).map((text) => Number(/\d+/.exec(text)?.[0]))).toEqual(
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
    expect(all(feed)).toEqual([]);
    program.child.kill('SIGKILL');
    await program.ended;
    feed.update(processes());
    expect(all(feed)).toMatchObject([{ ended: true }]);
    feed.update(processes());
    expect(all(feed)).toEqual([]);
    feed.close();
  });

  test('goes on where another one ended, and counts what was overwritten in between', async () => {
    const directories = useLogDirectories();
    await runProgram(directories, 'raise-numbers.ts', ['one', 30, 0, 'exit']);
    const first = new IncidentFeed();
    first.update(processes());
    const items = all(first);
    first.close();
    // All but the last five of the main ring, and nothing of the errors.
    const main = items.filter(({ ring }) => ring?.endsWith('.main'));
    const at = main.at(-6);
    const second = new IncidentFeed(new Map([[at?.ring ?? '', at?.seq ?? 0]]));
    second.update(processes());
    expect(records(all(second))).toHaveLength(5 + 3);
    second.close();

    await runProgram(directories, 'raise-numbers.ts', ['two', 20_000, 0, 'exit']);
    const third = new IncidentFeed();
    third.update(processes().filter(({ name }) => name === 'two'));
    const left = all(third);
    expect(missed(left)).toBeGreaterThan(0);
    expect(records(left).length + missed(left)).toBe(20_000);
    third.close();
  });

  test('reads what retention removes meanwhile, and counts what it can not keep open', async () => {
    const directories = useLogDirectories();
    await runProgram(directories, 'raise-numbers.ts', ['one', 30, 0, 'exit']);
    const [entry] = processes() as [ProcessEntry];
    const many = Array.from({ length: 20 }, (_, index) => ({ ...entry, key: `${index + 1}.0123456789` }));
    const feed = new IncidentFeed();
    feed.update(many);
    rmSync(directories.TRACEBUF_DIR, { recursive: true });
    feed.update([]);
    const items = all(feed);
    expect(missed(items)).toBe(4 * 30);
    expect(records(items)).toHaveLength(16 * 30);
    expect(items.filter(({ ended }) => ended)).toHaveLength(20);
    feed.update([]);
    expect(all(feed)).toEqual([]);
    expect(many.some(({ key }) => feed.knows(key))).toBe(false);
    feed.close();
  });
});
