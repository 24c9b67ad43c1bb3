/** How the bytes of a field are laid out: the InType of TraceLogging. */
export const InType = {
  NULL: 0,
  UNICODESTRING: 1,
  ANSISTRING: 2,
  INT8: 3,
  UINT8: 4,
  INT16: 5,
  UINT16: 6,
  INT32: 7,
  UINT32: 8,
  INT64: 9,
  UINT64: 10,
  FLOAT: 11,
  DOUBLE: 12,
  BOOL32: 13,
  BINARY: 14,
  GUID: 15,
  FILETIME: 17,
  SYSTEMTIME: 18,
  SID: 19,
  HEXINT32: 20,
  HEXINT64: 21,
  COUNTEDSTRING: 22,
  COUNTEDANSISTRING: 23,
  STRUCT: 24,
  COUNTEDBINARY: 25,
} as const;

/** Bits of the byte that holds the InType of a field. */
export const InTypeFlag = {
  /** The type itself. */
  TYPE_MASK: 0x1f,
  /** A fixed array: the number of elements stands in the metadata. */
  FIXED: 0x20,
  /** A variable array: the number of elements stands before them in the data. */
  VARIABLE: 0x40,
  /** Both bits above: a type of one's own, described by bytes in the metadata. */
  ARRAY_MASK: 0x60,
  /** An OutType byte follows; in that byte: tag bytes follow; in a tag byte: another one follows. */
  CHAIN: 0x80,
} as const;

/** Name of an InType, as the documentation of TraceLogging has it; its number where it has none. */
export function inTypeName(inType: number): string {
  return NAMES.get(inType) ?? `type ${inType}`;
}

const NAMES = new Map<number, string>(Object.entries(InType).map(([name, value]) => [value, name]));
