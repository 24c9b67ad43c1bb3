import { TraceBuffer } from '@tracebuf/ring';
import type { Comparison, Effort, Measurement } from '../comparison.ts';
import type { Contender } from '../contender.ts';
import { contender, interleave, ratio } from '../interleave.ts';
import { type Channel, withLttng } from '../lttng-session.ts';
import { MESSAGE } from '../message.ts';

/** LTTng's default for buffers of a user: four sub-buffers of 128 KiB for each processor. */
const LTTNG_DEFAULT: Channel = { subBuffers: 4, subBufferSize: 128 * 1024 };

/** As near as LTTng comes to a trace buffer of 20480 bytes: the smallest sub-buffer is one page. */
const SMALL: Channel = { subBuffers: 4, subBufferSize: 4096 };

function traceBuffer(size: number): Contender {
  const buffer = new TraceBuffer('bench', size);
  return {
    run(operations) {
      for (let i = 0; i < operations; i++) buffer.log(MESSAGE);
    },
  };
}

export const contenders = {
  large: (): Contender => traceBuffer(LTTNG_DEFAULT.subBuffers * LTTNG_DEFAULT.subBufferSize),
  small: (): Contender => traceBuffer(20480),
};

const BAR = { kind: 'at most', value: 1 } as const;

function measure(subject: keyof typeof contenders, channel: Channel, effort: Effort): Promise<Measurement> {
  return withLttng(channel, async (lttng) =>
    ratio(await interleave(contender(import.meta.url, subject), lttng, effort)),
  );
}

export const lttngSmall: Comparison = {
  name: 'lttng-small',
  what: 'TraceBuffer.log into 20 KB, over an LTTng-UST tracepoint with one string, overwriting 4 sub-buffers of 4 KiB; CPU time',
  unit: '',
  bar: BAR,
  measure: (effort) => measure('small', SMALL, effort),
};

export const lttngDefault: Comparison = {
  name: 'lttng-default',
  what: "TraceBuffer.log into 512 KiB, over an LTTng-UST tracepoint with one string, overwriting 4 sub-buffers of 128 KiB (LTTng's default); CPU time",
  unit: '',
  bar: BAR,
  measure: (effort) => measure('large', LTTNG_DEFAULT, effort),
};
