import type koffi from 'koffi';
import type { Mapping } from './mapping.ts';

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
/** Linux: fault all pages in now, so that no append has to. */
const MAP_POPULATE = process.platform === 'linux' ? 0x8000 : 0;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

interface Functions {
  readonly mmap: (
    address: null,
    length: number,
    protection: number,
    flags: number,
    fd: number,
    offset: number,
  ) => unknown;
  readonly munmap: (address: unknown, length: number) => number;
}

let functions: Functions | undefined;

function load(native: typeof koffi): Functions {
  // No name: the C library is in the process already, whatever it is called here.
  const library = native.load(null);
  return {
    mmap: library.func('void *mmap(void *, size_t, int, int, int, int64_t)') as Functions['mmap'],
    munmap: library.func('int munmap(void *, size_t)') as Functions['munmap'],
  };
}

/** Maps a file with `mmap(2)`. */
export function mapPosix(native: typeof koffi, fd: number, length: number): Mapping {
  functions ??= load(native);
  const { mmap, munmap } = functions;
  const address = mmap(null, length, PROT_READ_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (address === null || native.address(address) === MAP_FAILED) {
    throw new Error(`mmap of ${length} bytes failed with errno ${native.errno()}`);
  }
  return {
    memory: native.view(address, length),
    unmap: () => {
      munmap(address, length);
    },
  };
}
