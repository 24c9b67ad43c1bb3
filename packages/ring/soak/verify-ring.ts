import { closeSync } from 'node:fs';
import { CorruptRingError } from '../src/index.ts';
import type { RingFile } from '../src/process-entry.ts';
import { RingReader } from '../src/ring-reader.ts';
import { readHashedText } from './hashed-text.ts';
import { acknowledgement, type Load } from './load.ts';
import type { Fault, Tally } from './tally.ts';

/**
 * Compares what a dead writer has left in a ring with what it had acknowledged: every record that was acknowledged is
 * there or was overwritten, cleared or refused; each is whole, in order; the books balance (R4).
 *
 * @param words What the writer has acknowledged, of all of its rings.
 */
export function verifyRing(
  load: Load,
  file: RingFile,
  words: Float64Array,
  tally: Tally,
  report: Fault,
): void {
  const role = file.role === 'keep' ? 'k' : 'm';
  const word = acknowledgement(file.thread, role);
  const acknowledged = words[word] ?? 0;
  const stored = words[word + 1] ?? 0;
  const where = `${file.name}, ${acknowledged} acknowledged`;
  const fd = file.open('r');
  let reader: RingReader;
  try {
    reader = new RingReader(fd, file.path);
  } catch (error) {
    closeSync(fd);
    // Killed while it made the ring, so before it wrote to it.
    if (!(error instanceof CorruptRingError) || acknowledged > 0)
      report('missing', `${where}: ${String(error)}`);
    return;
  }
  try {
    const counts = reader.counts();
    const { appended, readable, evicted, discarded, cleared, damaged } = counts;
    let found = 0;
    let last = 0;
    for (const snapshot = reader.read(); snapshot.next(); found++) {
      const seq = reader.seq(snapshot.seqLow);
      const text = readHashedText(snapshot.bytes.toString('utf8', snapshot.start, snapshot.end));
      if (text?.number !== seq || text.role !== role) report('torn', `${where}: record ${seq}`);
      // A ring that refuses has gaps; any other one has none.
      const isNext = load.policy === 'discard' ? seq > last : found === 0 || seq === last + 1;
      if (!isNext) report('disordered', `${where}: record ${seq} follows ${last}`);
      last = seq;
    }
    // One record may have been appended, or refused, and not yet acknowledged.
    const late = appended - acknowledged;
    if (late !== 0 && late !== 1) report('missing', `${where}: ${appended} appended`);
    const kept = appended - discarded - stored;
    if (load.policy === 'discard' && kept !== 0 && kept !== 1) report('missing', `${where}: ${kept} kept`);
    if (load.policy === 'overwrite' && found > 0 && last !== appended) {
      report('missing', `${where}: the last record is ${last} of ${appended}`);
    }
    const sum = readable + evicted + discarded + cleared + damaged;
    if (sum !== appended || damaged !== 0 || readable !== found) {
      report('unbalanced', `${where}: found ${found}, counted ${JSON.stringify(counts)}`);
    }
    tally.rings++;
    tally.acknowledged += acknowledged;
    tally.unacknowledged += late;
    tally.recovered += found;
    tally.refused += discarded;
  } finally {
    reader.close();
  }
}
