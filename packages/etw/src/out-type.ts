/** How a field is to be shown: the OutType of TraceLogging. */
export const OutType = {
  /** The default of the InType. */
  NULL: 0,
  NOPRINT: 1,
  /** A character; for int8, uint8, uint16. */
  STRING: 2,
  /** For uint8. */
  BOOLEAN: 3,
  /** For uint8, uint16. */
  HEX: 4,
  /** A process id; for uint32. */
  PID: 5,
  /** A thread id; for uint32. */
  TID: 6,
  /** A port in network byte order; for uint16. */
  PORT: 7,
  /** An address in network byte order; for uint32. */
  IPV4: 8,
  /** For binary and cbinary of 16 bytes. */
  IPV6: 9,
  /** For binary and cbinary. */
  SOCKETADDRESS: 10,
  /** For strings; makes 8-bit ones UTF-8. */
  XML: 11,
  /** For strings; makes 8-bit ones UTF-8. */
  JSON: 12,
  /** For uint32, hexint32. */
  WIN32ERROR: 13,
  /** For uint32, hexint32. */
  NTSTATUS: 14,
  /** For int32. */
  HRESULT: 15,
  FILETIME: 16,
  SIGNED: 17,
  UNSIGNED: 18,
  /** For filetime, systemtime. */
  CULTURE_INSENSITIVE_DATETIME: 33,
  /** Makes 8-bit strings UTF-8. */
  UTF8: 35,
  /** For binary. */
  PKCS7_WITH_TYPE_INFO: 36,
  /** For integers of 32 and 64 bits. */
  CODE_POINTER: 37,
  /** For filetime, systemtime. */
  DATETIME_UTC: 38,
} as const;

/** Largest OutType: it has seven bits. */
export const MAX_OUT_TYPE = 127;

/** Name of an OutType; its number where it has none. */
export function outTypeName(outType: number): string {
  return NAMES.get(outType) ?? `format ${outType}`;
}

const NAMES = new Map<number, string>(Object.entries(OutType).map(([name, value]) => [value, name]));
