let crc32: ((bytes: Uint8Array) => number) | undefined;

/**
 * CRC-32 of a payload, which stands behind it in positional mode, as an unsigned number. `node:zlib` is loaded with the
 * first one: some milliseconds that no other mode pays at its start.
 */
export function payloadChecksum(payload: Uint8Array): number {
  crc32 ??= process.getBuiltinModule('node:zlib').crc32;
  return crc32(payload);
}
