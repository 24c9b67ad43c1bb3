import { createRequire } from 'node:module';
import type koffi from 'koffi';

/** A file's bytes as memory that this process and every reader of the file share. */
export interface Mapping {
  /** The whole file. Touching it after {@link Mapping.unmap} would crash the process, so owners drop it first. */
  readonly memory: ArrayBuffer;
  /** Gives the address range back; the file keeps its contents. */
  unmap(): void;
}

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
/** Linux: fault all pages in now, so that no append has to. */
const MAP_POPULATE = process.platform === 'linux' ? 0x8000 : 0;

interface Library {
  readonly koffi: typeof koffi;
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

let library: Library | undefined;

/** Loads koffi on first use: a program that only reads rings never pays for it. */
function posix(): Library {
  if (library === undefined) {
    const loaded = createRequire(import.meta.url)('koffi') as typeof koffi;
    const process = loaded.load(null);
    library = {
      koffi: loaded,
      mmap: process.func('void *mmap(void *, size_t, int, int, int, int64_t)') as Library['mmap'],
      munmap: process.func('int munmap(void *, size_t)') as Library['munmap'],
    };
  }
  return library;
}

/**
 * Maps a file for reading and writing.
 *
 * @param fd An open file descriptor; it may be closed afterwards.
 * @param length Bytes to map; the file must be that long already.
 * @throws Error where the platform can't map memory into a JavaScript program (Electron, a missing native library)
 *   or the system refuses. Callers then use positional writes (R12).
 */
export function mapFile(fd: number, length: number): Mapping {
  if (process.versions['electron'] !== undefined) {
    throw new Error('Electron does not allow memory outside of its own heap');
  }
  const { koffi, mmap, munmap } = posix();
  const address = mmap(null, length, PROT_READ_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (address === null || koffi.address(address) === 0xffff_ffff_ffff_ffffn) {
    throw new Error(`mmap of ${length} bytes failed with errno ${koffi.errno()}`);
  }
  return {
    memory: koffi.view(address, length),
    unmap: () => {
      munmap(address, length);
    },
  };
}
