import { Level, TraceBuffer } from '@tracebuf/ring';
import type { Comparison } from '../comparison.ts';
import type { Contender } from '../contender.ts';
import { contender, difference, interleave } from '../interleave.ts';
import { MESSAGE } from '../message.ts';

export const contenders = {
  disabled(): Contender {
    const buffer = new TraceBuffer('bench', 20480, { enabled: false });
    return {
      run(operations) {
        for (let i = 0; i < operations; i++) buffer.log(MESSAGE);
      },
    };
  },

  belowLevel(): Contender {
    const buffer = new TraceBuffer('bench', 20480, { level: 'warn' });
    // Looking it up in an object that is imported takes half as long as the call, and is the caller's.
    const level = Level.debug;
    return {
      run(operations) {
        for (let i = 0; i < operations; i++) buffer.log(MESSAGE, level);
      },
    };
  },

  belowNamedLevel(): Contender {
    const buffer = new TraceBuffer('bench', 20480, { level: 'warn' });
    return {
      run(operations) {
        for (let i = 0; i < operations; i++) buffer.log(MESSAGE, 'debug');
      },
    };
  },

  emptyLoop(): Contender {
    return {
      run(operations) {
        for (let i = 0; i < operations; i++);
      },
    };
  },
};

/** A call that stores nothing costs this much at most, in nanoseconds. */
const BAR = { kind: 'at most', value: 3 } as const;

/** Compares a contender with the empty loop. */
function lessTheLoop(name: string, what: string, subject: keyof typeof contenders): Comparison {
  return {
    name,
    what: `${what}, less the empty loop`,
    unit: ' ns',
    bar: BAR,
    async measure(effort) {
      const loop = contender(import.meta.url, 'emptyLoop');
      return difference(await interleave(contender(import.meta.url, subject), loop, effort));
    },
  };
}

export const disabled: Comparison = lessTheLoop(
  'disabled',
  'TraceBuffer.log while the buffer is disabled',
  'disabled',
);

export const belowLevel: Comparison = lessTheLoop(
  'below-level',
  "TraceBuffer.log below the buffer's level, which is given as a number",
  'belowLevel',
);

export const belowNamedLevel: Comparison = lessTheLoop(
  'below-named-level',
  "TraceBuffer.log below the buffer's level, which is given by name",
  'belowNamedLevel',
);
