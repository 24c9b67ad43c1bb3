import { ExosLogger, Severity } from '@tracebuf/exos-log';
import { TraceBuffer } from '@tracebuf/ring';
import type { Comparison } from '../comparison.ts';
import type { Contender } from '../contender.ts';
import { contender, difference, interleave, ratio } from '../interleave.ts';
import { mappedBytes } from '../mapped-bytes.ts';

const PATH = '/var/lib/orders/48213.json';
const MODE = 'read-write';
const RENDERED = `Opened the file ${PATH} with ${MODE}`;
/** What the ring of the system log has room for by default. */
const SIZE = 256_000;

function makeLogger() {
  return new ExosLogger('bench', 'Bench', { formatVersion: 1 })
    .addCondition('opened', 'Opened the file %tgt% with %opt%', { severity: Severity.INFO })
    .addCondition('looked', 'Looked at %tgt% with %opt%', { severity: Severity.DEBUG_DATA })
    .register();
}

export const contenders = {
  condition(): Contender {
    const elog = makeLogger();
    return {
      run(operations) {
        for (let i = 0; i < operations; i++) elog.opened(PATH, MODE);
      },
    };
  },

  /** What cannot be done without where each parameter is to be found again: the clock, and a native write of each. */
  floor(): Contender {
    const bytes = mappedBytes(SIZE);
    const clock = new Float64Array(1);
    const room = (PATH.length + MODE.length) * 3;
    const stride = 72;
    return {
      run(operations) {
        let at = 0;
        for (let i = 0; i < operations; i++) {
          clock[0] = performance.now();
          const written = bytes.utf8Write(PATH, at, PATH.length * 3);
          bytes.utf8Write(MODE, at + written, MODE.length * 3);
          at += stride;
          if (at + room > SIZE) at = 0;
        }
      },
    };
  },

  /** Debug mode is off: no target includes it. */
  notIncluded(): Contender {
    const elog = makeLogger();
    return {
      run(operations) {
        for (let i = 0; i < operations; i++) elog.looked(PATH, MODE);
      },
    };
  },

  traceBuffer(): Contender {
    const buffer = new TraceBuffer('bench', SIZE);
    return {
      run(operations) {
        for (let i = 0; i < operations; i++) buffer.log(RENDERED);
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

export const condition: Comparison = {
  name: 'condition',
  what: `a condition with two string parameters, over TraceBuffer.log of its rendered text (${RENDERED.length} characters)`,
  unit: '',
  bar: { kind: 'at most', value: 1.5 },
  async measure(effort) {
    const subject = contender(import.meta.url, 'condition');
    return ratio(await interleave(subject, contender(import.meta.url, 'traceBuffer'), effort));
  },
};

export const conditionFloor: Comparison = {
  name: 'condition-floor',
  what: 'reading the clock and one native write of each of the two parameters, over the same TraceBuffer.log',
  unit: '',
  async measure(effort) {
    const subject = contender(import.meta.url, 'floor');
    return ratio(await interleave(subject, contender(import.meta.url, 'traceBuffer'), effort));
  },
};

export const notIncluded: Comparison = {
  name: 'condition-not-included',
  what: 'a condition that no target includes, counted only, less the empty loop',
  unit: ' ns',
  bar: { kind: 'at most', value: 20 },
  async measure(effort) {
    const subject = contender(import.meta.url, 'notIncluded');
    return difference(await interleave(subject, contender(import.meta.url, 'emptyLoop'), effort));
  },
};
