import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type koffi from 'koffi';

/** Functions whose answers can be set, in the order of recorder.c. */
const FUNCTIONS = [
  'EventRegister',
  'EventSetInformation',
  'EventProviderEnabled',
  'EventWriteTransfer',
  'EventUnregister',
] as const;

/** A call as the recorder saw it on its side. */
export interface NativeCall {
  readonly fn: string;
  readonly returns: number;
  readonly handle?: string;
  readonly level?: number;
  readonly keyword?: string;
  readonly bytes?: string;
  readonly descriptorBytes?: string;
  readonly descriptor?: Readonly<Record<string, number | string>>;
  readonly activityId?: string | null;
  readonly relatedActivityId?: string | null;
  readonly dataDescriptors?: readonly { readonly type: number; readonly bytes: string }[];
}

/**
 * Builds the recorder with the C compiler of the machine.
 *
 * @param directory Where to.
 * @returns Path of the library.
 * @throws Error where there is no compiler.
 */
export function buildRecorder(directory: string): string {
  const library = join(directory, 'recorder.so');
  const source = join(import.meta.dirname, 'recorder.c');
  execFileSync(
    'cc',
    ['-std=c11', '-Wall', '-Wextra', '-Werror', '-O2', '-shared', '-fPIC', '-o', library, source],
    {
      stdio: 'pipe',
      timeout: 60_000,
    },
  );
  return library;
}

/** The controls of the recorder. */
export class Recorder {
  readonly #path: string;
  readonly #setResult: (fn: number, value: number) => void;
  /** Sets the handle that the next registration gets. */
  readonly setHandle: (handle: bigint) => void;

  /** @param path File that it writes calls to. */
  constructor(library: string, path: string) {
    const native = createRequire(import.meta.url)('koffi') as typeof koffi;
    const loaded = native.load(library);
    this.#path = path;
    this.#setResult = loaded.func('void RecSetResult(uint32_t, uint32_t)') as (
      fn: number,
      value: number,
    ) => void;
    this.setHandle = loaded.func('void RecSetHandle(uint64_t)') as (handle: bigint) => void;
    const open = loaded.func('int32_t RecOpen(const char *)') as (path: string) => number;
    if (open(path) !== 0) throw new Error(`cannot write ${path}`);
  }

  /** Sets what a function answers from now on. */
  setResult(fn: (typeof FUNCTIONS)[number], value: number): void {
    this.#setResult(FUNCTIONS.indexOf(fn), value);
  }

  /** All calls so far. */
  calls(): NativeCall[] {
    return readFileSync(this.#path, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as NativeCall);
  }
}
