import { guidText } from './guid.ts';
import { nameText } from './name-bytes.ts';

/** What the hash of every provider name starts with. */
const NAMESPACE = Buffer.from('482c2db2c39047c887f81a15bfc130fb', 'hex');
/** The byte that holds the version of the GUID, and what makes it 5, "made from a name". */
const VERSION_AT = 7;
const VERSION_5 = 0x50;

/**
 * The GUID that TraceLogging, EventSource and others derive from a provider's name, so that `*MyCompany.MyComponent`
 * finds it: SHA-1 over a namespace and the name in capitals as UTF-16, big-endian.
 *
 * @param name Upper and lower case count as the same. Use ASCII: beyond it, implementations disagree on capitals.
 * @returns Lower-case text such as `ce5fa4ea-ab00-5402-8b76-9f76ac858fb5`.
 * @throws EtwError `encoding` where the name is given as bytes that are no UTF-8.
 */
export function providerIdFromName(name: string | Uint8Array): string {
  return guidText(providerIdBytesFromName(name));
}

/** {@link providerIdFromName} as the 16 bytes in memory order. */
export function providerIdBytesFromName(name: string | Uint8Array): Buffer {
  const capitals = Buffer.from(nameText(name).toUpperCase(), 'utf16le').swap16();
  // Loaded on first use: readers never pay for it.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const hash = createHash('sha1').update(NAMESPACE).update(capitals).digest();
  const id = Buffer.from(hash.subarray(0, 16));
  id[VERSION_AT] = ((id[VERSION_AT] as number) & 0x0f) | VERSION_5;
  return id;
}
