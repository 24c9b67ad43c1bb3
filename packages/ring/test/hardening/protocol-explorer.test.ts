import { describe, expect, test } from 'vitest';
import { type Exploration, explore } from './model/explorer.ts';
import type { ModelOptions, Mutation } from './model/writer.ts';

const PATIENCE = 200_000;

/** A ring of four words, whose low half of a position has four bits: it wraps among these records. */
const CARRY: ModelOptions = {
  mode: 'mapped',
  capacity: 4,
  lowRange: 16,
  start: 11,
  records: [2, 1, 2, 2, 1],
};
/** Records of up to half the ring, behind padding. */
const WRAP: ModelOptions = { mode: 'mapped', capacity: 8, lowRange: 32, start: 0, records: [3, 4, 2, 3, 4] };

const SOUND: Readonly<Record<string, readonly [ModelOptions, number]>> = {
  'across the carry of head and oldest': [CARRY, 3],
  'with padding': [WRAP, 2],
  'with padding, across the carry': [{ ...WRAP, start: 21 }, 2],
  'positional, with padding': [{ ...WRAP, mode: 'positional' }, 2],
  'positional, across the carry': [{ ...CARRY, mode: 'positional' }, 2],
};

describe('no interleaving of a writer and a reader tears, reorders or miscounts a record', () => {
  test.each(Object.entries(SOUND))('%s', { timeout: PATIENCE }, (name, [options, reads]) => {
    const found = explore(options, reads);
    expect(found.violation).toBeUndefined();
    expect(found.states).toBeGreaterThan(1000);
    expect(found.outcomes).toBeGreaterThan(1);
    console.log(`${name}: ${found.states} states, ${found.outcomes} outcomes`);
  });
});

describe('the explorer finds mistakes', () => {
  const mistaken = (mutation: Mutation, options: ModelOptions): Exploration =>
    explore({ ...options, mutation }, 2);

  test.each<[Mutation, ModelOptions]>([
    ['oldest after overwriting', WRAP],
    ['oldest after overwriting', { ...WRAP, mode: 'positional' }],
    ['head before the payload', WRAP],
    ['no second look at oldest', WRAP],
    ['low half first', CARRY],
    ['a single look at the header', CARRY],
    ['a single look at the header', { ...CARRY, mode: 'positional' }],
    ['positions not settled', CARRY],
    ['senseless positions trusted', WRAP],
    ['no checksum looked at', { ...WRAP, mode: 'positional' }],
  ])('%s', { timeout: PATIENCE }, (mutation, options) => {
    expect(mistaken(mutation, options).violation).toBeTypeOf('string');
  });
});
