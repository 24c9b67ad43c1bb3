import { TraceBuffer } from '@tracebuf/ring';
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

export const disabled: Comparison = {
  name: 'disabled',
  what: 'TraceBuffer.log while the buffer is disabled, less the empty loop',
  unit: ' ns',
  bar: BAR,
  async measure(effort) {
    const subject = contender(import.meta.url, 'disabled');
    return difference(await interleave(subject, contender(import.meta.url, 'emptyLoop'), effort));
  },
};

export const belowLevel: Comparison = {
  name: 'below-level',
  what: "TraceBuffer.log below the buffer's level, less the empty loop",
  unit: ' ns',
  bar: BAR,
  async measure(effort) {
    const subject = contender(import.meta.url, 'belowLevel');
    return difference(await interleave(subject, contender(import.meta.url, 'emptyLoop'), effort));
  },
};
