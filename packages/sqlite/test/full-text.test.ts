import { parseFilter } from '@tracebuf/query';
import { TraceBuffer } from '@tracebuf/ring';
import { expect, test } from 'vitest';
import { fullTextQuery, indexMessages } from '../src/full-text.ts';
import { DatabaseSource } from '../src/query/database-source.ts';
import { finish } from '../src/query/record-source.ts';
import { Recorder } from '../src/recorder.ts';
import { useDirectories } from './support/directories.ts';

const MESSAGES = [
  'connection timed out',
  'connection closed',
  'Timeout of "db"',
  'connection timed out',
  'Überlauf in façade',
];

function found(path: string, words: string): string[] {
  indexMessages(path);
  const source = new DatabaseSource(path);
  const selection = { filter: parseFilter(''), words: fullTextQuery(words) };
  const messages = [...source.records(selection)].map(({ message }) => message);
  expect(finish(source.count(selection))).toBe(messages.length);
  source.close();
  return messages;
}

test('words are found in any order and case, whole or by their beginning, in texts that come once and in others', () => {
  const { database: path } = useDirectories();
  using buffer = new TraceBuffer('a', 20480, { keepLevel: false });
  for (const message of [...MESSAGES, 'connection timed out']) buffer.log(message);
  new Recorder(path).close();
  expect(found(path, 'connection')).toHaveLength(4);
  expect(found(path, 'timed connection')).toEqual(Array(3).fill('connection timed out'));
  expect(found(path, 'time*')).toHaveLength(4);
  expect(found(path, 'time')).toEqual([]);
  expect(found(path, 'TIMEOUT "db"')).toEqual(['Timeout of "db"']);
  expect(found(path, 'uberlauf facade')).toEqual(['Überlauf in façade']);
  expect(found(path, 'AND OR NOT (')).toEqual([]);
});

test('what was recorded since is found as well, and what retention has removed is not', () => {
  const { database: path } = useDirectories();
  using buffer = new TraceBuffer('a', 1 << 20, { keepLevel: false });
  for (let i = 0; i < 3000; i++) buffer.log(`first ${i}`);
  new Recorder(path).close();
  expect(found(path, 'first')).toHaveLength(3000);
  for (let i = 0; i < 500; i++) buffer.log(`second ${i}`);
  new Recorder(path, { maxRecords: 1000 }).close();
  expect(found(path, 'second')).toHaveLength(500);
  expect(found(path, 'first').length).toBeLessThanOrEqual(500);
  expect(found(path, 'first 2999')).toEqual(['first 2999']);
  expect(found(path, 'first 0')).toEqual([]);
});
