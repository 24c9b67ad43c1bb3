// Keeps a disk busy until its standard input ends: dirties pages of a file beside the trace buffers, and has the system
// write them back, and those of the buffers too. Argument: the directory of the buffers. Prints "ready" when it has begun.
import { existsSync, fdatasyncSync, fsyncSync, openSync, readdirSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

const BLOCK = Buffer.alloc(1024 * 1024, 'dirty');
/** Blocks of the file, written round and round. */
const BLOCKS = 256;
/** Blocks from one write-back to the next. */
const SYNC_EVERY = 16;

const root = process.argv[2] ?? '';
const file = openSync(join(dirname(root), 'ballast'), 'w', 0o600);
const rings = new Map<string, number>();

/** Those that have come since are opened, those of programs that ended are still there. */
function findRings(): void {
  if (!existsSync(root)) return;
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.ring') && !rings.has(name)) rings.set(name, openSync(join(root, name), 'r+'));
  }
}

let block = 0;
function dirty(): void {
  writeSync(file, BLOCK, 0, BLOCK.length, (block++ % BLOCKS) * BLOCK.length);
  if (block % SYNC_EVERY === 0) {
    fsyncSync(file);
    findRings();
    for (const ring of rings.values()) fdatasyncSync(ring);
  }
  setImmediate(dirty);
}

process.stdin.resume().once('end', () => process.exit());
dirty();
process.stdout.write('ready\n');
