import type { Output } from './output.ts';

/** Characters that go out at once: large enough for few writes, small enough to be there at once. */
const BATCH = 64 * 1024;

/**
 * Writes lines in batches and waits for each, so that a slow reader slows the printing down and nothing piles up.
 *
 * @param lines Each with its newline.
 * @param signal Ends it between two batches.
 */
export async function printLines(lines: Iterable<string>, out: Output, signal?: AbortSignal): Promise<void> {
  let batch = '';
  for (const line of lines) {
    batch += line;
    if (batch.length < BATCH) continue;
    await out.write(batch);
    batch = '';
    if (signal?.aborted === true) return;
  }
  await out.write(batch);
}
