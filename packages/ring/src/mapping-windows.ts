import type koffi from 'koffi';
import type { Mapping } from './mapping.ts';

const GENERIC_READ_WRITE = 0xc000_0000;
/** Others may read, write, rename and delete meanwhile, as on the other platforms. */
const FILE_SHARE_ALL = 7;
const OPEN_EXISTING = 3;
const FILE_ATTRIBUTE_NORMAL = 0x80;
/** A reparse point is opened itself instead of what it leads to. */
const FILE_FLAG_OPEN_REPARSE_POINT = 0x0020_0000;
const PAGE_READWRITE = 4;
const FILE_MAP_READ_WRITE = 6;
const INVALID_HANDLE = -1;

/** Handles are passed as integers the size of a pointer; `uint32_t`, never `ulong`, whose size differs. */
interface Functions {
  CreateFileW(
    path: string,
    access: number,
    share: number,
    security: null,
    disposition: number,
    flags: number,
    template: number,
  ): number;
  CreateFileMappingW(
    file: number,
    security: null,
    protection: number,
    high: number,
    low: number,
    name: null,
  ): number;
  MapViewOfFile(mapping: number, access: number, high: number, low: number, length: number): unknown;
  UnmapViewOfFile(address: unknown): number;
  CloseHandle(handle: number): number;
  GetLastError(): number;
}

let functions: Functions | undefined;

function load(native: typeof koffi): Functions {
  const kernel32 = native.load('kernel32.dll');
  return {
    CreateFileW: kernel32.func(
      'intptr_t __stdcall CreateFileW(str16, uint32_t, uint32_t, void *, uint32_t, uint32_t, intptr_t)',
    ) as Functions['CreateFileW'],
    CreateFileMappingW: kernel32.func(
      'intptr_t __stdcall CreateFileMappingW(intptr_t, void *, uint32_t, uint32_t, uint32_t, str16)',
    ) as Functions['CreateFileMappingW'],
    MapViewOfFile: kernel32.func(
      'void * __stdcall MapViewOfFile(intptr_t, uint32_t, uint32_t, uint32_t, size_t)',
    ) as Functions['MapViewOfFile'],
    UnmapViewOfFile: kernel32.func(
      'int32_t __stdcall UnmapViewOfFile(void *)',
    ) as Functions['UnmapViewOfFile'],
    CloseHandle: kernel32.func('int32_t __stdcall CloseHandle(intptr_t)') as Functions['CloseHandle'],
    GetLastError: kernel32.func('uint32_t __stdcall GetLastError()') as Functions['GetLastError'],
  };
}

/** Maps a file with `CreateFileMappingW` and `MapViewOfFile`. */
export function mapWindows(native: typeof koffi, path: string, length: number): Mapping {
  functions ??= load(native);
  const windows = functions;
  const refuse = (call: string): Error =>
    new Error(`${call} failed with Windows error ${windows.GetLastError()}`);

  const file = windows.CreateFileW(
    path,
    GENERIC_READ_WRITE,
    FILE_SHARE_ALL,
    null,
    OPEN_EXISTING,
    FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT,
    0,
  );
  if (Number(file) === INVALID_HANDLE) throw refuse('CreateFileW');
  try {
    const mapping = windows.CreateFileMappingW(file, null, PAGE_READWRITE, 0, length, null);
    if (Number(mapping) === 0) throw refuse('CreateFileMappingW');
    try {
      const address = windows.MapViewOfFile(mapping, FILE_MAP_READ_WRITE, 0, 0, length);
      if (address === null) throw refuse('MapViewOfFile');
      return {
        memory: native.view(address, length),
        unmap: () => {
          windows.UnmapViewOfFile(address);
        },
      };
    } finally {
      // The view keeps the section and the file; the handles are of no more use.
      windows.CloseHandle(mapping);
    }
  } finally {
    windows.CloseHandle(file);
  }
}
