import type { Buffer } from 'node:buffer';

/** UTF-8 takes at most this many bytes for each UTF-16 unit. */
export const MAX_BYTES_PER_UNIT = 3;

/** Methods that every Node buffer has but @types/node leaves out. */
export interface NativeBuffer extends Buffer {
  utf8Write(text: string, offset: number, length: number): number;
  hexWrite(text: string, offset: number, length: number): number;
}
