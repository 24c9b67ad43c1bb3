import { EventBuilder, Provider, t } from '@tracebuf/etw';
import { TraceBuffer } from '@tracebuf/ring';
import type { Bar, Comparison } from '../comparison.ts';
import type { Contender } from '../contender.ts';
import { contender, cost, difference, interleave } from '../interleave.ts';
import { MESSAGE } from '../message.ts';

const SIZE = 65_536;
const PATH = '/var/lib/service/data.bin';
const SCHEMA = { path: t.unicodeString, size: t.uint64, pid: t.pid, ok: t.boolean };
const OPTIONS = { level: 4, keyword: 0x21n } as const;

export const contenders = {
  declared(): Contender {
    const provider = new Provider('Bench', { buffer: { size: SIZE, enabled: true } });
    const opened = provider.event('FileOpened', SCHEMA, OPTIONS);
    return {
      run(operations) {
        for (let i = 0; i < operations; i++) opened({ path: PATH, size: i, pid: 4711, ok: true });
      },
    };
  },

  built(): Contender {
    const provider = new Provider('Bench', { buffer: { size: SIZE, enabled: true } });
    const event = new EventBuilder();
    return {
      run(operations) {
        for (let i = 0; i < operations; i++) {
          event.reset('FileOpened', 4, 0x21n).addZstr16('path', PATH).addUint64('size', i);
          provider.write(event.addUint32('pid', 4711).addUint8('ok', true));
        }
      },
    };
  },

  disabled(): Contender {
    const opened = new Provider('Bench', { buffer: { size: SIZE } }).event('FileOpened', SCHEMA, OPTIONS);
    const values = { path: PATH, size: 1, pid: 4711, ok: true };
    return {
      run(operations) {
        for (let i = 0; i < operations; i++) opened(values);
      },
    };
  },

  log(): Contender {
    const buffer = new TraceBuffer('bench', SIZE);
    return {
      run(operations) {
        for (let i = 0; i < operations; i++) buffer.log(MESSAGE);
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

/** Shows what a contender costs, beside `TraceBuffer.log` in the same run. */
function besideLog(name: string, what: string, subject: keyof typeof contenders, bar?: Bar): Comparison {
  return {
    name,
    what: `${what}; beside it TraceBuffer.log of 92 ASCII characters`,
    unit: ' ns',
    ...(bar === undefined ? {} : { bar }),
    async measure(effort) {
      const log = contender(import.meta.url, 'log');
      return cost(await interleave(contender(import.meta.url, subject), log, effort));
    },
  };
}

export const etwDeclared: Comparison = besideLog(
  'etw-event',
  'a declared ETW event of 4 fields, encoded and stored in a trace buffer',
  'declared',
  { kind: 'at most', value: 600 },
);

export const etwBuilt: Comparison = besideLog(
  'etw-built',
  'the same event built field by field, which describes itself in its record',
  'built',
);

export const etwDisabled: Comparison = {
  name: 'etw-disabled',
  what: 'a declared ETW event while its provider is disabled, less the empty loop',
  unit: ' ns',
  bar: { kind: 'at most', value: 5 },
  async measure(effort) {
    const loop = contender(import.meta.url, 'emptyLoop');
    return difference(await interleave(contender(import.meta.url, 'disabled'), loop, effort));
  },
};
