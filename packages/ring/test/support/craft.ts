import { closeSync, openSync, writeSync } from 'node:fs';
import { Header } from '../../src/layout.ts';

/** Header words to put into a ring file. */
export interface CraftedHeader {
  /** Head and oldest. */
  readonly position?: number;
  readonly head?: number;
  readonly oldest?: number;
  readonly appended?: number;
}

/** Writes header words of a closed ring, so that the next buffer of its name goes on from there. */
export function craftHeader(path: string, { position, head, oldest, appended }: CraftedHeader): void {
  const fd = openSync(path, 'r+');
  const word = Buffer.alloc(8);
  const put = (at: number, value: number): void => {
    word.writeUInt32LE(value % 2 ** 32, 0);
    word.writeUInt32LE(Math.floor(value / 2 ** 32), 4);
    writeSync(fd, word, 0, 8, at);
  };
  const headNow = head ?? position;
  const oldestNow = oldest ?? position;
  if (headNow !== undefined) put(Header.HEAD, headNow);
  if (oldestNow !== undefined) put(Header.OLDEST, oldestNow);
  if (appended !== undefined) {
    word.writeDoubleLE(appended, 0);
    writeSync(fd, word, 0, 8, Header.APPENDED);
  }
  closeSync(fd);
}
