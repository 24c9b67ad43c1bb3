import type { ProcessEntry } from '@tracebuf/ring';
import { expect, test } from 'vitest';
import { family } from '../src/log-reader.ts';

/** As the registry lists them: newest first. */
const listed = (...processes: [pid: number, parentPid: number, startedAt: number][]) =>
  processes
    .map(([pid, parentPid, startedAt]) => ({ pid, startedAt, info: { parentPid } }) as ProcessEntry)
    .sort((a, b) => b.startedAt - a.startedAt);

const pids = (processes: ProcessEntry[], pid: number, isWorker = false) =>
  family(processes, pid, isWorker)
    .map((entry) => `${entry.pid}@${entry.startedAt}`)
    .sort();

test('a process and its children, and theirs', () => {
  const processes = listed(
    [10, 1, 100],
    [11, 10, 110],
    [12, 10, 120],
    [13, 12, 130],
    [20, 1, 105],
    [21, 20, 140],
  );
  expect(pids(processes, 10)).toEqual(['10@100', '11@110', '12@120', '13@130']);
  expect(pids(processes, 12)).toEqual(['12@120', '13@130']);
});

test('a worker of a cluster: all of the cluster', () => {
  const processes = listed([1, 0, 1], [10, 1, 100], [11, 10, 110], [12, 10, 120]);
  expect(pids(processes, 11, true)).toEqual(['10@100', '11@110', '12@120']);
});

test('a worker whose primary has no buffers: itself', () => {
  expect(pids(listed([11, 10, 110], [12, 10, 120]), 11, true)).toEqual(['11@110']);
});

test('a pid that was used before', () => {
  const processes = listed([10, 1, 50], [11, 10, 60], [10, 1, 100], [12, 10, 120]);
  expect(pids(processes, 10)).toEqual(['10@100', '12@120']);
});

test('a pid that is its own parent, and one that is not listed', () => {
  expect(pids(listed([10, 10, 100]), 10)).toEqual(['10@100']);
  expect(pids(listed([10, 1, 100]), 99)).toEqual([]);
});
