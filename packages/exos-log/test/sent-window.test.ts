import { expect, test } from 'vitest';
import { SentWindow } from '../src/delivery/sent-window.ts';

const BOUNDS = { messages: 3, bytes: 100, milliseconds: 1000 };
const texts = (window: SentWindow): string[] => window.messages().map((message) => message.toString());

test('the last messages are kept, as many as the bounds allow', () => {
  const window = new SentWindow(BOUNDS);
  for (const [index, text] of ['a', 'b', 'c', 'd', 'e'].entries()) window.add(Buffer.from(text), index);
  expect(texts(window)).toEqual(['c', 'd', 'e']);
  window.add(Buffer.alloc(99, 'f'), 5);
  expect(texts(window)).toEqual(['e', 'f'.repeat(99)]);
  // One that is too large by itself is kept as long as it is the last.
  window.add(Buffer.alloc(500, 'g'), 6);
  expect(window.size).toBe(1);
  window.add(Buffer.from('h'), 7);
  expect(texts(window)).toEqual(['h']);
});

test('what was sent long ago is forgotten, but the last one only when asked to', () => {
  const window = new SentWindow(BOUNDS);
  window.add(Buffer.from('old'), 0);
  window.add(Buffer.from('new'), 1500);
  expect(texts(window)).toEqual(['new']);
  window.forgetOld(2400);
  expect(texts(window)).toEqual(['new']);
  window.forgetOld(2600);
  expect(texts(window)).toEqual([]);
});

test('the last one can be taken back', () => {
  const window = new SentWindow(BOUNDS);
  window.add(Buffer.from('a'), 0);
  window.add(Buffer.alloc(90), 0);
  window.removeLast();
  window.add(Buffer.alloc(90, 'b'), 0);
  expect(texts(window)).toEqual(['a', 'b'.repeat(90)]);
});
