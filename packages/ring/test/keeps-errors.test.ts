import { describe, expect, test } from 'vitest';
import type { TraceBufferOptions } from '../src/buffer-options.ts';
import { TraceBuffer } from '../src/trace-buffer.ts';
import { TraceReader } from '../src/trace-reader.ts';
import { processIn, ringFilesIn, useTraceDirectory } from './support/trace-directory.ts';

const CHATTER = 5000;

/** One error of each level above `error`, a flood behind it, and what is left. */
function flood(options: TraceBufferOptions): { messages: string[]; roles: string[]; sizes: number[] } {
  const directory = useTraceDirectory();
  using buffer = new TraceBuffer('mixed', 8192, options);
  buffer.log('something to begin with');
  buffer.log('a warning', 'warn');
  buffer.log('the one error', 'error');
  buffer.log('a fatal one', 'fatal');
  for (let i = 1; i <= CHATTER; i++) buffer.log(`chatter ${i}`, i % 2 === 0 ? 'debug' : 'info');
  const files = ringFilesIn(directory);
  using reader = new TraceReader([processIn(directory)]);
  const messages = reader.poll().map(({ message }) => message);
  const [status] = reader.buffers();
  expect(status?.counts).toMatchObject({ appended: CHATTER + 4, readable: messages.length, damaged: 0 });
  return { messages, roles: files.map(({ role }) => role).sort(), sizes: [status?.size ?? 0] };
}

describe.each(['mapped', 'positional'] as const)('a %s buffer', (mode) => {
  test('keeps errors while chatter wraps many times', () => {
    const { messages, roles, sizes } = flood({ mode });
    expect(messages.slice(0, 2)).toEqual(['the one error', 'a fatal one']);
    expect(messages.at(-1)).toBe(`chatter ${CHATTER}`);
    // By time, so all of the chatter that is left comes behind them, without a gap.
    const numbers = messages.slice(2).map((message) => Number(message.slice('chatter '.length)));
    expect(numbers).toEqual(numbers.map((_, i) => CHATTER - numbers.length + 1 + i));
    expect(roles).toEqual(['keep', 'ring']);
    expect(sizes).toEqual([8192 + 2048]);
  });

  test('evicts errors like all else where it is told to', () => {
    const { messages, roles, sizes } = flood({ mode, keepLevel: false });
    expect(messages).not.toContain('the one error');
    expect(messages.at(-1)).toBe(`chatter ${CHATTER}`);
    expect(roles).toEqual(['ring']);
    expect(sizes).toEqual([8192]);
  });

  test('keeps from another level, in a ring of another size', () => {
    const { messages, sizes } = flood({ mode, keepLevel: 'warn', keepSize: 1024 });
    expect(messages.slice(0, 3)).toEqual(['a warning', 'the one error', 'a fatal one']);
    expect(sizes).toEqual([8192 + 1024]);
  });

  test('lets new errors evict old ones in the ring for errors', () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('errors', 8192, { mode, keepSize: 1024 });
    buffer.log('no error');
    for (let i = 1; i <= 1000; i++) buffer.log(`error ${i}`, 'error');
    using reader = new TraceReader([processIn(directory)]);
    const messages = reader.poll().map(({ message }) => message);
    expect(messages[0]).toBe('no error');
    expect(messages.at(-1)).toBe('error 1000');
    expect(messages.length).toBeLessThan(1024 / 32);
    expect(reader.buffers()[0]?.counts).toMatchObject({ appended: 1001, readable: messages.length });
  });

  test('merges both rings in the order of logging', () => {
    const directory = useTraceDirectory();
    using buffer = new TraceBuffer('order', 65536, { mode });
    const expected: string[] = [];
    for (let i = 0; i < 300; i++) {
      // A microsecond apart, which is what times are told by.
      const until = performance.now() + 0.003;
      while (performance.now() < until);
      buffer.log(`${i}`, i % 7 === 0 ? 'error' : 'info');
      expected.push(`${i}`);
    }
    using reader = new TraceReader([processIn(directory)]);
    expect(reader.poll().map(({ message }) => message)).toEqual(expected);
  });
});
