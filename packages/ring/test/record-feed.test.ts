import { describe, expect, test } from 'vitest';
import { openRoot } from '../src/directory.ts';
import { RecordFeed } from '../src/record-feed.ts';
import { listProcesses } from '../src/registry.ts';
import { prune } from '../src/retention.ts';
import { TraceBuffer } from '../src/trace-buffer.ts';
import { runNode, source } from './support/registry.ts';
import { useTraceDirectory } from './support/trace-directory.ts';

/** Reads all there is now: messages, and how many were missed. */
function drain(feed: RecordFeed): { messages: string[]; missed: number; ended: number } {
  feed.update(listProcesses().processes);
  const messages: string[] = [];
  let missed = 0;
  for (const item of feed.items()) {
    missed += item.missed;
    if (item.record !== undefined) messages.push(item.record.message);
  }
  let ended = 0;
  for (const end of feed.ends()) {
    missed += end.missed;
    if (end.ring === undefined) ended++;
  }
  return { messages, missed, ended };
}

const positions = (feed: RecordFeed): Map<string, number> =>
  new Map(feed.rings().map(({ key, position }) => [key, position]));

describe('a feed', () => {
  test('gives each record once, of all rings by time, and goes on where another one stopped', () => {
    useTraceDirectory();
    using buffer = new TraceBuffer('a', 20480);
    using other = new TraceBuffer('b', 20480);
    buffer.log('one');
    other.log('two', 'error');
    buffer.log('three');
    const first = new RecordFeed();
    expect(drain(first)).toEqual({ messages: ['one', 'two', 'three'], missed: 0, ended: 0 });
    expect(drain(first).messages).toEqual([]);
    other.log('four');
    expect(drain(first).messages).toEqual(['four']);
    const start = positions(first);
    first.close();
    buffer.log('five');
    using second = new RecordFeed({ start });
    expect(drain(second)).toEqual({ messages: ['five'], missed: 0, ended: 0 });
    using chosen = new RecordFeed({ buffers: ['b'] });
    expect(drain(chosen).messages).toEqual(['two', 'four']);
  });

  test('counts exactly what was overwritten before it came, also between two readers', () => {
    useTraceDirectory();
    using buffer = new TraceBuffer('a', 4096, { keepLevel: false });
    let given = 0;
    let missed = 0;
    let start = new Map<string, number>();
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 300; i++) buffer.log(`record ${round * 300 + i}`);
      using feed = new RecordFeed({ start });
      const drained = drain(feed);
      given += drained.messages.length;
      missed += drained.missed;
      expect(drained.messages.at(-1)).toBe(`record ${round * 300 + 299}`);
      start = positions(feed);
    }
    expect(given).toBeGreaterThan(0);
    expect(missed).toBeGreaterThan(0);
    expect(given + missed).toBe(1500);
  });

  test('gives what an earlier reader has taken once more where that is asked for, marked as known', () => {
    useTraceDirectory();
    using buffer = new TraceBuffer('a', 4096, { keepLevel: false });
    for (let i = 0; i < 100; i++) buffer.log(`record ${i}`);
    using first = new RecordFeed({ countsFromStart: false });
    const begun = drain(first);
    expect(begun.missed).toBe(0);
    buffer.log('new');
    using second = new RecordFeed({ start: positions(first), repeats: true });
    second.update(listProcesses().processes);
    const items = [...second.items()];
    expect(items.filter(({ known }) => known).map(({ record }) => record?.message)).toEqual(
      begun.messages.slice(-(items.length - 1)),
    );
    expect(items.at(-1)).toMatchObject({ known: false, missed: 0, record: { message: 'new' } });
  });

  test('does not take for missed what somebody cleared', () => {
    useTraceDirectory();
    using buffer = new TraceBuffer('a', 4096);
    using feed = new RecordFeed();
    buffer.log('one');
    expect(drain(feed).messages).toEqual(['one']);
    buffer.log('two');
    buffer.clear();
    buffer.log('three');
    expect(drain(feed)).toEqual({ messages: ['three'], missed: 0, ended: 0 });
  });

  test('reads a process that was killed to its end, also after retention has removed it', () => {
    const directory = useTraceDirectory();
    const code = `
      import { TraceBuffer } from '${source('trace-buffer.ts')}';
      const buffer = new TraceBuffer('a', 20480);
      for (let i = 0; i < 3; i++) buffer.log('record ' + i);
      process.kill(process.pid, 'SIGKILL');`;
    const run = (): void => void runNode(['--input-type=module', '-e', code], { TRACEBUF_DIR: directory });
    run();
    using feed = new RecordFeed();
    expect(drain(feed)).toMatchObject({ messages: ['record 0', 'record 1', 'record 2'], ended: 1 });
    expect(drain(feed)).toEqual({ messages: [], missed: 0, ended: 0 });
    run();
    feed.update(listProcesses().processes);
    const root = openRoot();
    if (root !== undefined) prune(root, { keepProcesses: 0 });
    root?.close();
    expect(listProcesses().processes).toEqual([]);
    expect(drain(feed)).toMatchObject({
      messages: ['record 0', 'record 1', 'record 2'],
      missed: 0,
      ended: 1,
    });
  });
});
