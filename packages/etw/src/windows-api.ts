import { createRequire } from 'node:module';
import type koffi from 'koffi';
import type { LibraryHandle, TypeObject } from 'koffi';
import type { EtwApi } from './etw-api.ts';

/** The API set first, as Windows' own headers link it. */
const LIBRARIES = ['api-ms-win-eventing-provider-l1-1-0.dll', 'advapi32.dll'];

/**
 * Binds the functions of a library that has the interface of advapi32.
 *
 * @param library Name or path; default: that of Windows.
 * @throws Error where there is no such library, such as on other systems.
 */
export function loadWindowsApi(library?: string): EtwApi {
  const native = createRequire(import.meta.url)('koffi') as typeof koffi;
  const loaded = library === undefined ? loadFirst(native) : native.load(library);
  // uint32_t, never ulong, whose size differs. The second half of a 32-bit pointer has to be there, and zero.
  const wide = native.sizeof('void *') === 8;
  const descriptor = native.struct(
    wide
      ? { Ptr: 'const void *', Size: 'uint32_t', Reserved: 'uint32_t' }
      : { Ptr: 'const void *', High: 'uint32_t', Size: 'uint32_t', Reserved: 'uint32_t' },
  );
  const descriptors = native.pointer(descriptor);
  const declare = (name: string, result: string, parameters: (string | TypeObject)[]) =>
    loaded.func('__stdcall', name, result, parameters);
  const register = declare('EventRegister', 'uint32_t', ['const void *', 'void *', 'void *', 'void *']);
  const providerEnabled = declare('EventProviderEnabled', 'uint8_t', ['uint64_t', 'uint8_t', 'uint64_t']);
  const writeTransfer = declare('EventWriteTransfer', 'uint32_t', [
    'uint64_t',
    'const void *',
    'const void *',
    'const void *',
    'uint32_t',
    descriptors,
  ]);
  const unregister = declare('EventUnregister', 'uint32_t', ['uint64_t']);
  const setInformation = optional(() =>
    declare('EventSetInformation', 'uint32_t', ['uint64_t', 'uint32_t', 'const void *', 'uint32_t']),
  );
  return {
    eventRegister: (providerId, handle) => register(providerId, null, null, handle) as number,
    // Windows before 8 does not have it: decoders then know providers without a channel only.
    eventSetInformation: (handle, informationClass, information) =>
      setInformation === undefined
        ? 0
        : (setInformation(handle, informationClass, information, information.length) as number),
    eventProviderEnabled: (handle, level, keyword) => providerEnabled(handle, level, keyword) as number,
    eventWriteTransfer: (handle, event, activityId, relatedActivityId, data) =>
      writeTransfer(
        handle,
        event,
        activityId,
        relatedActivityId,
        data.length,
        wide ? data : data.map((part) => ({ ...part, High: 0 })),
      ) as number,
    eventUnregister: (handle) => unregister(handle) as number,
  };
}

function loadFirst(native: typeof koffi): LibraryHandle {
  let failure: unknown;
  for (const library of LIBRARIES) {
    try {
      return native.load(library);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function optional<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
