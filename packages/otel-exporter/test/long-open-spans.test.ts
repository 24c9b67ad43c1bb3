import './trace-directory.ts';
import { expect, test } from 'vitest';
import { type SpanLike, spanOf, TraceBufferSpanProcessor } from '../src/index.ts';
import { ownRecords } from './fixture.ts';
import { sampleSpan } from './samples.ts';

let count = 0;

/** A span that differs from all others. */
function span(name: string, attributes: Record<string, unknown> = {}): SpanLike {
  const context = { ...sampleSpan().spanContext(), spanId: (++count).toString(16).padStart(16, '0') };
  return { ...sampleSpan(), name, attributes, spanContext: () => context };
}

function open(buffer: string): string[] {
  const names = new Map<string, string>();
  for (const record of ownRecords(buffer)) {
    const stored = spanOf(record);
    if (stored?.ended === false) names.set(record.spanId ?? '', stored.name);
    else names.delete(record.spanId ?? '');
  }
  return [...names.values()];
}

test('a span that is open while others fill the buffer many times over stays in it, until it ends', async () => {
  const processor = new TraceBufferSpanProcessor({ name: 'long open', size: 16384 });
  const attributes: Record<string, unknown> = { first: 1 };
  const slow = span('slow', attributes);
  const noise = (times: number): void => {
    for (let i = 0; i < times; i++) {
      const quick = span('quick');
      processor.onStart(quick, undefined as never);
      processor.onEnd(quick);
    }
  };
  processor.onStart(slow, undefined as never);
  for (let i = 0; i < 100; i++) {
    noise(10);
    expect(open('long open')).toEqual(['slow']);
  }
  attributes.later = 2;
  noise(100);
  const again = ownRecords('long open').filter(({ spanId }) => spanId === slow.spanContext().spanId);
  expect(again.at(-1)).toMatchObject({ kind: 'span-start', message: 'slow is still open' });
  expect(again.map((record) => spanOf(record)?.attributes)).toContainEqual({ first: 1, later: 2 });
  processor.onEnd(slow);
  expect(open('long open')).toEqual([]);
  noise(200);
  expect(ownRecords('long open').some(({ spanId }) => spanId === slow.spanContext().spanId)).toBe(false);
  await processor.shutdown();
});

test('spans that are never ended neither fill the memory nor push everything else out', async () => {
  const processor = new TraceBufferSpanProcessor({ name: 'never ended', size: 65536 });
  for (let i = 0; i < 5000; i++) processor.onStart(span('leaked'), undefined as never);
  const quick = span('quick');
  processor.onStart(quick, undefined as never);
  processor.onEnd(quick);
  const names = ownRecords('never ended').map((record) => spanOf(record)?.name);
  expect(names.slice(-3)).toContain('quick');
  await processor.shutdown();
});
