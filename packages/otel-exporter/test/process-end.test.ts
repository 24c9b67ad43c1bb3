import './trace-directory.ts';
import { expect, test } from 'vitest';
import { spanOf } from '../src/index.ts';
import { recordsOf, runFixture } from './fixture.ts';
import { sdkLines } from './sdk-lines.ts';

const cases = sdkLines.flatMap(({ version }) => ['kill', 'exit', 'throw'].map((end) => ({ version, end })));

test.each(cases)(
  'spans open at the end of a program with NodeSDK $version are there: $end',
  ({ version, end }) => {
    const { pid, stdout, signal } = runFixture('open-spans', [version, end]);
    expect(signal).toBe(end === 'kill' ? 'SIGKILL' : null);
    const [traceId, renderId] = stdout.trim().split(' ');
    const records = recordsOf(pid, 'spans');
    const spans = records.map((record) => spanOf(record));
    expect(records.map(({ kind }, index) => `${kind} ${spans[index]?.name}`)).toEqual([
      'span-start request',
      'span-start query',
      'span-end query',
      'span-start render',
    ]);
    expect(new Set(records.map((record) => record.traceId))).toEqual(new Set([traceId]));
    expect(records.at(-1)?.spanId).toBe(renderId);
    expect(spans.map((span) => span?.resource.attributes['service.name'])).toEqual([
      'shop',
      'shop',
      'shop',
      'shop',
    ]);
  },
);
