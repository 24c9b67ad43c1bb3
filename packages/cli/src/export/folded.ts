import type { TraceRecord } from '@tracebuf/ring';
import { CallLanes, type CallSlice } from './call-lanes.ts';
import type { RecordWriter } from './export-format.ts';

/**
 * Writes folded stacks, as flame graphs are made of (`flamegraph.pl`, speedscope, inferno): a line for each stack that there
 * was, `main;parse;eval 1234`, with the microseconds that were spent in its last function itself. Calls that wait, of
 * asynchronous functions and generators, are not on the stack and are left out. All is held until the end.
 */
export class FoldedWriter implements RecordWriter {
  readonly #lanes = new CallLanes(true);
  /** Nanoseconds by stack. */
  readonly #stacks = new Map<string, number>();

  begin(): string {
    return '';
  }

  add(record: TraceRecord): string {
    for (const slice of this.#lanes.add(record) ?? []) this.#take(slice, record);
    return '';
  }

  end(): string {
    for (const slice of this.#lanes.open()) if (slice.begin !== undefined) this.#take(slice, slice.begin);
    const lines = [...this.#stacks]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([stack, nanoseconds]) => `${stack} ${Math.round(nanoseconds / 1000)}\n`);
    return lines.join('');
  }

  #take({ stack, self, isDetached }: CallSlice, { process, pid, thread }: TraceRecord): void {
    if (isDetached) return;
    const who = `${process}.${pid}${thread === 0 ? '' : ` worker ${thread}`}`;
    const key = [who, ...stack].map(frameText).join(';');
    this.#stacks.set(key, (this.#stacks.get(key) ?? 0) + self);
  }
}

/** Semicolons divide frames, and line ends lines. */
function frameText(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in a line.
  return name.replaceAll(';', ':').replace(/[\u0000-\u001f\u007f]/g, ' ');
}
