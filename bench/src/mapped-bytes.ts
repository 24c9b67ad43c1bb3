import { closeSync, ftruncateSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openRoot } from '@tracebuf/ring';
// What a ring does to map its file; programs have no need for that function.
import { mapFile } from '../../packages/ring/src/mapping.ts';

/** A method that every Node buffer has but @types/node leaves out. */
export interface NativeBuffer extends Buffer {
  utf8Write(text: string, offset: number, length: number): number;
}

/** Memory that is mapped as a ring's is, of a file that is removed at once: what the floors of comparisons write into. */
export function mappedBytes(size: number): NativeBuffer {
  const root = openRoot({ create: true });
  const path = join(root.path, `floor-${process.pid}`);
  const fd = openSync(path, 'wx+', 0o600);
  try {
    ftruncateSync(fd, size);
    return Buffer.from(mapFile(fd, path, size).memory) as NativeBuffer;
  } finally {
    closeSync(fd);
    rmSync(path);
    root.close();
  }
}
