import { describe, expect, test } from 'vitest';
import { UsageError } from '../src/errors.ts';
import { WordReader } from '../src/word-reader.ts';

/** A small grammar: `{colour [red|rot|blue]} {size <n>} {only}`. */
function read(reader: WordReader): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  if (reader.flag('colour')) found.colour = reader.demand(['red', 'rot', 'Blue']);
  if (reader.flag('size'))
    found.size = reader.text('<n>', (typed) => [`${typed}1`, { value: '22', description: 'two' }]);
  if (reader.flag('only')) found.only = true;
  reader.end();
  return found;
}
const parse = (line: string): Record<string, unknown> =>
  read(
    new WordReader(
      line.split(' ').filter((word) => word !== ''),
      'paint',
    ),
  );
const offers = (line: string, typed = ''): string[] => {
  const reader = new WordReader(
    line.split(' ').filter((word) => word !== ''),
    'paint',
    typed,
  );
  try {
    read(reader);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
  }
  return reader.offers.map(({ value }) => value);
};

describe('words that a grammar reads', () => {
  test('may be abbreviated and in any case', () => {
    expect(parse('')).toEqual({});
    expect(parse('COL b si 7 o')).toEqual({ colour: 'Blue', size: '7', only: true });
    expect(parse('size only only')).toEqual({ size: 'only', only: true });
  });

  test.for([
    ['colour r', 'Ambiguous word: "r" could be "red" or "rot"'],
    ['colour green', 'Expected "red", "rot" or "Blue" instead of "green"; "trace-cli help paint" tells more'],
    ['colour blu size 1 onyl', 'Expected "only" instead of "onyl"; did you mean "only"?'],
    [
      'colour',
      'Incomplete command: "paint colour" goes on with "red", "rot" or "Blue"; "trace-cli help paint" tells more',
    ],
    ['size', 'Incomplete command: "paint size" goes on with <n>; "trace-cli help paint" tells more'],
    ['only more', 'One word too many: "more"; "trace-cli help paint" tells more'],
    ['taste', 'Expected "colour", "size" or "only" instead of "taste"; "trace-cli help paint" tells more'],
  ] as const)('%s is refused', ([line, message]) => {
    expect(() => parse(line)).toThrow(new UsageError(message));
  });

  test('are completed with what the grammar asks for at their end', () => {
    expect(offers('')).toEqual(['colour', 'size', 'only']);
    expect(offers('colour')).toEqual(['red', 'rot', 'Blue']);
    expect(offers('colour red')).toEqual(['size', 'only']);
    expect(offers('size', '4')).toEqual(['41', '22']);
    expect(offers('only')).toEqual([]);
    expect(offers('colour green')).toEqual([]);
  });
});
