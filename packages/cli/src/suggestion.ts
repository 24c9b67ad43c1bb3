import { nearest } from '@tracebuf/ring';

/** `; did you mean "a" or "b"?`, or what else the end of a sentence is. */
export function suggestion(typed: string, words: Iterable<string>, otherwise = ''): string {
  const found = nearest(typed, [...new Set(words)]);
  return found.length === 0 ? otherwise : `; did you mean ${found.map((word) => `"${word}"`).join(' or ')}?`;
}
