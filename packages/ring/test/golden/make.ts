// node --conditions=@tracebuf/source test/golden/make.ts
//
// Writes the golden files of the format version that this package writes, once: those that are there are never written
// again, because readers of all later versions must go on reading them. A new major version adds files of its own.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listProcesses, RecordKind, TraceBuffer, type TraceBufferOptions } from '../../src/index.ts';
import { FORMAT_MAJOR } from '../../src/layout.ts';
import { toBigEndian } from '../support/big-endian.ts';
import { readGolden } from './read.ts';

const directory = mkdtempSync(join(tmpdir(), 'tracebuf-golden-'));
process.env.TRACEBUF_DIR = directory;
process.env.TRACEBUF_PROCESS = 'golden';

/** A ring of each kind that has wrapped, was cleared in part, and holds records of every shape. */
function make(name: string, options: TraceBufferOptions): void {
  const buffer = new TraceBuffer(name, 4096, { keepLevel: false, ...options });
  for (let i = 1; i <= 90; i++)
    buffer.append(RecordKind.LOG, 30, `record ${i} ${'é漢x'.repeat((i * 7) % 20)}`, i);
  if (options.policy === 'discard') buffer.clear();
  buffer.append(RecordKind.LOG, 50, 'an error', 1000.125);
  buffer.appendInContext(
    RecordKind.PINO,
    45,
    '{"level":45,"msg":"in context"}',
    'ab'.repeat(16),
    'cd'.repeat(8),
    1001,
  );
  buffer.appendBytes(200, 7, new Uint8Array([0, 1, 2, 255]), 1002);
  buffer.append(RecordKind.LOG, 30, 'lone \ud800 surrogate', 1003);
  buffer.append(RecordKind.LOG, 60, `cut ${'漢'.repeat(2000)}`, 1004);
  buffer.close();
}

make('mapped', { mode: 'mapped' });
make('positional', { mode: 'positional' });
make('refusing', { mode: 'mapped', policy: 'discard' });

for (const process of listProcesses().processes) {
  for (const file of process.ringFiles()) {
    const little = readFileSync(file.path);
    save(file.buffer, little);
    save(`${file.buffer}-big-endian`, toBigEndian(little, readGolden(file.path).end));
  }
}
rmSync(directory, { recursive: true });

function save(name: string, bytes: Buffer): void {
  const path = join(import.meta.dirname, `v${FORMAT_MAJOR}-${name}.ring`);
  if (existsSync(path)) {
    console.log(`${path} is there and stays as it is`);
    return;
  }
  writeFileSync(path, bytes);
  writeFileSync(path.replace(/ring$/, 'json'), `${JSON.stringify(readGolden(path).seen, null, 2)}\n`);
}
