import { TraceBuffer } from '@tracebuf/ring';
import type { Comparison } from '../comparison.ts';
import type { Contender } from '../contender.ts';
import { contender, interleave, ratio } from '../interleave.ts';
import { mappedBytes } from '../mapped-bytes.ts';
import { MESSAGE } from '../message.ts';

/** A usual size of a trace buffer. */
const SIZE = 20480;

export const contenders = {
  traceBuffer(): Contender {
    const buffer = new TraceBuffer('bench', SIZE);
    return {
      run(operations) {
        for (let i = 0; i < operations; i++) buffer.log(MESSAGE);
      },
    };
  },

  /** What no recorder of text with a time can do without: the clock, and one native write of the message. */
  floor(): Contender {
    const bytes = mappedBytes(SIZE);
    const clock = new Float64Array(1);
    // Room for the worst case, as the ring gives it: it makes the write faster than with just enough.
    const room = MESSAGE.length * 3;
    const stride = 120;
    return {
      run(operations) {
        let at = 0;
        for (let i = 0; i < operations; i++) {
          clock[0] = performance.now();
          bytes.utf8Write(MESSAGE, at, room);
          at += stride;
          if (at + room > SIZE) at = 0;
        }
      },
    };
  },
};

export const comparison: Comparison = {
  name: 'log',
  what: 'TraceBuffer.log of 92 ASCII characters, over reading the clock and one native write of them',
  unit: '',
  bar: { kind: 'at most', value: 1.5 },
  async measure(effort) {
    const subject = contender(import.meta.url, 'traceBuffer');
    const reference = contender(import.meta.url, 'floor');
    return ratio(await interleave(subject, reference, effort));
  },
};
