import { unlinkSync } from 'node:fs';
import { TracebufError } from '@tracebuf/ring';
import {
  isMissing,
  listNames,
  readSmallFile,
  replaceSmallFile,
  type SecureDirectory,
  writerName,
} from '@tracebuf/ring/files';
import { checkedKeyword } from './event-descriptor.ts';

/**
 * What is remembered of a provider that was enabled, in a file `etw-<GUID>.json` beside the directories of the processes, so
 * that processes that start later hear of it:
 *
 * ```
 * {"formatVersion":1,"id":"ce5fa4ea-…","name":"MyCompany.MyComponent","level":5,"keyword":"0xf"}
 * ```
 */
export interface RememberedProvider {
  /** GUID in lower case. */
  readonly id: string;
  /** Its name, where it is known. */
  readonly name?: string;
  /** Events up to this level are wanted, 0 to 255; 0 means all. */
  readonly level: number;
  /** Events with one of these keywords are wanted, and those without any. */
  readonly keyword: bigint;
}

const FORMAT_VERSION = 1;
const FILE_NAME = /^etw-([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.json$/;
/** A name may have 64 KB. */
const MAX_BYTES = 256 * 1024;
const MAX_FILES = 100_000;

/** Remembers that a provider is enabled. The last one who says so stands. */
export function rememberProvider(root: SecureDirectory, provider: RememberedProvider): void {
  const { id, name, level, keyword } = provider;
  const text = JSON.stringify({
    formatVersion: FORMAT_VERSION,
    id,
    name,
    level,
    keyword: `0x${keyword.toString(16)}`,
  });
  replaceSmallFile(root, fileName(id), `${text}\n`, writerName());
}

/**
 * Forgets it again.
 *
 * @returns Whether it was remembered.
 */
export function forgetProvider(root: SecureDirectory, id: string): boolean {
  try {
    unlinkSync(root.resolve(fileName(id)));
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** What is remembered of one provider; `undefined` where nothing is, or nothing that can be understood. */
export function rememberedProvider(root: SecureDirectory, id: string): RememberedProvider | undefined {
  let text: string;
  try {
    text = readSmallFile(root, fileName(id), MAX_BYTES);
  } catch (error) {
    // What is insecure or unreadable says nothing; a provider must be made nevertheless.
    if (error instanceof TracebufError || isMissing(error)) return undefined;
    throw error;
  }
  return parse(text, id);
}

/** All that is remembered. */
export function rememberedProviders(root: SecureDirectory): RememberedProvider[] {
  return listNames(root, MAX_FILES).flatMap((name) => {
    const id = FILE_NAME.exec(name)?.[1];
    const remembered = id === undefined ? undefined : rememberedProvider(root, id);
    return remembered === undefined ? [] : [remembered];
  });
}

function fileName(id: string): string {
  return `etw-${id}.json`;
}

/** Without zod: a program that makes a provider reads it while it starts, and zod takes longer to load than all the rest. */
function parse(text: string, id: string): RememberedProvider | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const { formatVersion, name, level, keyword } = parsed as Record<string, unknown>;
    if (formatVersion !== FORMAT_VERSION || typeof level !== 'number' || typeof keyword !== 'string')
      return undefined;
    if (!Number.isInteger(level) || level < 0 || level > 255) return undefined;
    if (!/^0x[\da-f]{1,16}$/.test(keyword)) return undefined;
    const known = { id, level, keyword: checkedKeyword(BigInt(keyword)) };
    return typeof name === 'string' ? { ...known, name } : known;
  } catch {
    return undefined;
  }
}
