import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { onTestFinished } from 'vitest';

/** What becomes of one write. */
export interface WriteFault {
  /** Code of the error. */
  readonly code: string;
  /** How many bytes are written all the same, before the error. Default: 0. */
  readonly lands?: number;
}

/** A write that a program asks for. */
export interface AskedWrite {
  readonly fd: number;
  readonly length: number;
  /** Where in the file; absent for writes at its end. */
  readonly position: number | undefined;
}

/** Asked before each write of this process; what it answers goes wrong. */
export type FaultOf = (write: AskedWrite) => WriteFault | undefined;

/**
 * Has writes of this thread fail while a test runs. The code under test is what is released: Node's own function is
 * replaced, for everybody who imports it.
 */
export function failWrites(faultOf: FaultOf): void {
  const { writeSync } = fs;
  const faulty = (
    fd: number,
    bytes: NodeJS.ArrayBufferView,
    offset = 0,
    length = bytes.byteLength - offset,
    position?: number,
  ): number => {
    const fault = faultOf({ fd, length, position });
    if (fault === undefined) return writeSync(fd, bytes, offset, length, position);
    const lands = Math.min(fault.lands ?? 0, length);
    if (lands > 0) writeSync(fd, bytes, offset, lands, position);
    throw Object.assign(new Error(`${fault.code}: as the test wants it, write`), {
      code: fault.code,
      syscall: 'write',
    });
  };
  replace(faulty as typeof fs.writeSync);
  onTestFinished(() => replace(writeSync));
}

function replace(writeSync: typeof fs.writeSync): void {
  fs.writeSync = writeSync;
  syncBuiltinESMExports();
}
