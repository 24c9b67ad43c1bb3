import { openSync } from 'node:fs';
import { RingReader } from '../../src/ring-reader.ts';

/** All that a reader can tell of a ring file. */
export function readGolden(path: string): { readonly seen: unknown; readonly end: number } {
  const reader = new RingReader(openSync(path, 'r'), path);
  try {
    const records: unknown[] = [];
    const snapshot = reader.read();
    while (snapshot.next()) {
      const { kind, flags, level, bytes, start, end } = snapshot;
      const payload = bytes.subarray(start, end);
      records.push({
        seq: reader.seq(snapshot.seqLow),
        time: reader.wallTime(snapshot.time),
        kind,
        flags,
        level,
        payload: kind === 200 || (flags & 2) !== 0 ? payload.toString('hex') : payload.toString('utf8'),
      });
    }
    const { descriptor } = reader;
    // JSON has no integers of 64 bits.
    const cursors = { ...reader.cursors, keywords: String(reader.cursors.keywords) };
    return { seen: { descriptor, counts: reader.counts(), cursors, records }, end: reader.end() };
  } finally {
    reader.close();
  }
}
