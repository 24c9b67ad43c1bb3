import { listProcesses, TraceReader } from '@tracebuf/ring';
import { expect, test } from 'vitest';
import './trace-directory.ts';
import { runFixture } from './fixture.ts';

test('workers of a cluster have rings of their own, merged on reading (winston#2429)', () => {
  const { stderr, status } = runFixture('cluster');
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  using reader = new TraceReader(listProcesses().processes, { buffers: ['shared'] });
  const records = [...reader.records()];
  expect(new Set(records.map(({ pid }) => pid)).size).toBe(3);
  expect(records).toHaveLength(201);
  expect(records[0]).toMatchObject({ message: 'primary' });
  const times = records.map(({ time }) => time);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});
