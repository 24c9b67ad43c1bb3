import { type BufferStatus, type ProcessEntry, type ReadProblem, TraceReader } from '@tracebuf/ring';

/** A trace buffer at one instant. */
export interface MeasuredBuffer extends BufferStatus {
  /** Records appended per second, where that was measured. */
  readonly rate?: number;
}

/** A process and its buffers at one instant. */
export interface ProcessStatus {
  readonly process: ProcessEntry;
  readonly buffers: readonly MeasuredBuffer[];
}

/** What {@link measureProcesses} found. */
export interface Measurement {
  readonly statuses: readonly ProcessStatus[];
  readonly problems: readonly ReadProblem[];
}

/**
 * Reads the counters of the buffers of some processes.
 *
 * @param wait Where given, they are read twice with this between, and rates are told.
 */
export async function measureProcesses(
  processes: readonly ProcessEntry[],
  wait?: () => Promise<void>,
): Promise<Measurement> {
  const reader = new TraceReader(processes);
  try {
    return await measure(processes, reader, wait);
  } finally {
    reader.close();
  }
}

async function measure(
  processes: readonly ProcessEntry[],
  reader: TraceReader,
  wait: (() => Promise<void>) | undefined,
): Promise<Measurement> {
  if (wait === undefined) return group(processes, reader.buffers(), reader.problems);
  const started = performance.now();
  const before = new Map(reader.buffers().map((buffer) => [keyOf(buffer), buffer.counts.appended]));
  await wait();
  const seconds = (performance.now() - started) / 1000;
  const measured = reader.buffers().map((buffer) => {
    // What came up meanwhile has no rate yet.
    const appended = before.get(keyOf(buffer));
    return appended === undefined
      ? buffer
      : { ...buffer, rate: (buffer.counts.appended - appended) / seconds };
  });
  return group(processes, measured, reader.problems);
}

function keyOf({ key, buffer }: BufferStatus): string {
  return `${key}/${buffer}`;
}

function group(
  processes: readonly ProcessEntry[],
  buffers: readonly MeasuredBuffer[],
  problems: readonly ReadProblem[],
): Measurement {
  const statuses = processes.map((process) => ({
    process,
    buffers: buffers
      .filter(({ key }) => key === process.key)
      .sort((a, b) => (a.buffer < b.buffer ? -1 : Number(a.buffer > b.buffer))),
  }));
  return { statuses, problems };
}
