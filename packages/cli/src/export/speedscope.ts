import type { TraceRecord } from '@tracebuf/ring';
import { CallLanes, type CallSlice } from './call-lanes.ts';
import type { RecordWriter } from './export-format.ts';
import { endedSpan, type Slice } from './slice.ts';

/** One event of a profile: a frame is opened or closed. */
interface FrameEvent {
  readonly type: 'O' | 'C';
  /** In microseconds since the profile's first. */
  readonly at: number;
  readonly frame: number;
}

/** What is left of a slice while its children are being written. */
interface OpenSlice {
  readonly end: number;
  readonly frame: number;
}

/**
 * Writes the file format of speedscope (evented profiles, its file-format-schema.json): one profile for the calls of each
 * thread, and as many for the spans of each process, and for the calls of each thread that wait, as it takes for none to overlap
 * another. All is held until the end.
 */
export class SpeedscopeWriter implements RecordWriter {
  readonly #lanes = new CallLanes();
  readonly #frames = new Map<string, number>();
  /** Slices by the name of what they are of. */
  readonly #tracks = new Map<string, Slice[]>();

  begin(): string {
    return '';
  }

  add(record: TraceRecord): string {
    const { process, pid } = record;
    const calls = this.#lanes.add(record);
    for (const call of calls ?? []) this.#takeCall(call, record);
    const span = calls === undefined ? endedSpan(record) : undefined;
    if (span !== undefined) this.#take(`${process}.${pid} spans`, span);
    return '';
  }

  end(): string {
    for (const call of this.#lanes.open()) if (call.begin !== undefined) this.#takeCall(call, call.begin);
    const profiles = [...this.#tracks].flatMap(([name, slices]) =>
      lanesOf(slices).map((lane, index, lanes) =>
        this.#profile(lanes.length === 1 ? name : `${name} ${index + 1}`, lane),
      ),
    );
    const file = {
      $schema: 'https://www.speedscope.app/file-format-schema.json',
      exporter: 'trace-cli',
      shared: { frames: [...this.#frames.keys()].map((name) => ({ name })) },
      profiles,
    };
    return `${JSON.stringify(file)}\n`;
  }

  #takeCall({ func, start, end, isDetached }: CallSlice, { process, pid, thread }: TraceRecord): void {
    const where = thread === 0 ? 'main' : `worker ${thread}`;
    this.#take(`${process}.${pid} ${where}${isDetached ? ' waiting' : ''}`, { name: func, start, end });
  }

  #take(track: string, slice: Slice): void {
    const slices = this.#tracks.get(track);
    if (slices === undefined) this.#tracks.set(track, [slice]);
    else slices.push(slice);
  }

  #profile(name: string, lane: readonly Slice[]): object {
    const first = lane[0]?.start ?? 0;
    const events: FrameEvent[] = [];
    const open: OpenSlice[] = [];
    const close = (until: number): void => {
      for (let top = open.at(-1); top !== undefined && top.end <= until; top = open.at(-1)) {
        events.push({ type: 'C', at: top.end - first, frame: top.frame });
        open.pop();
      }
    };
    for (const { name: frameName, start, end } of lane) {
      close(start);
      const frame = this.#frameOf(frameName);
      events.push({ type: 'O', at: start - first, frame });
      open.push({ end, frame });
    }
    close(Number.POSITIVE_INFINITY);
    return {
      type: 'evented',
      name,
      unit: 'microseconds',
      startValue: 0,
      endValue: events.at(-1)?.at ?? 0,
      events,
    };
  }

  #frameOf(name: string): number {
    const known = this.#frames.get(name);
    if (known !== undefined) return known;
    this.#frames.set(name, this.#frames.size);
    return this.#frames.size - 1;
  }
}

/** Divides slices so that in each lane one either holds another or ends before it begins. */
function lanesOf(slices: readonly Slice[]): Slice[][] {
  // Of two that begin together the longer one holds the other.
  const sorted = slices.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const lanes: { readonly slices: Slice[]; readonly ends: number[] }[] = [];
  for (const slice of sorted) {
    const lane = lanes.find(({ ends }) => {
      while (ends.length > 0 && (ends.at(-1) as number) <= slice.start) ends.pop();
      return ends.length === 0 || slice.end <= (ends.at(-1) as number);
    });
    if (lane === undefined) lanes.push({ slices: [slice], ends: [slice.end] });
    else {
      lane.slices.push(slice);
      lane.ends.push(slice.end);
    }
  }
  return lanes.map((lane) => lane.slices);
}
