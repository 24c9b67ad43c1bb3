import { arrayOf } from './event-metadata.ts';
import {
  arrayEncoding,
  converted,
  countedBytes,
  fieldsEncoding,
  fixed,
  json8,
  text8,
  text16,
} from './field-encodings.ts';
import { type FieldEncoding, FieldType } from './field-type.ts';
import { InType } from './in-type.ts';
import { OutType } from './out-type.ts';
import { putCounted, putGuid, putGuidBytes, putSid, putSystemtime, SYSTEMTIME_SIZE } from './put-bytes.ts';
import {
  type Integer,
  type Put,
  putFloat32,
  putFloat64,
  putInt8,
  putInt16,
  putInt32,
  putInt64,
  putUint8,
  putUint16,
  putUint32,
  putUint64,
} from './put-numbers.ts';
import { putStr8, putStr16, putZstr8, putZstr16 } from './put-texts.ts';

/** Fields of an event or a struct, by name, in their order. Names that are whole numbers would come first: avoid them. */
export type Schema = Readonly<Record<string, FieldType<never>>>;

/** Values that go with a schema. */
export type ValuesOf<S extends Schema> = {
  readonly [K in keyof S]: S[K] extends FieldType<infer T> ? T : never;
};

/** The types of fields that there are. */
export interface FieldTypes {
  /** Text as UTF-16, ended by a NUL: what stands behind a NUL in it is left out. */
  readonly unicodeString: FieldType<string>;
  /** Text as UTF-8, ended by a NUL. */
  readonly ansiString: FieldType<string>;
  /** Text as UTF-16 with its length. */
  readonly countedString: FieldType<string>;
  /** Text as UTF-8 with its length: takes the least space. */
  readonly string: FieldType<string>;
  /** Any value as JSON. */
  readonly json: FieldType<unknown>;
  readonly int8: FieldType<number>;
  readonly uint8: FieldType<number>;
  readonly int16: FieldType<number>;
  readonly uint16: FieldType<number>;
  readonly int32: FieldType<number>;
  readonly uint32: FieldType<number>;
  readonly int64: FieldType<number | bigint>;
  readonly uint64: FieldType<number | bigint>;
  /** Shown in hexadecimal. */
  readonly hexInt32: FieldType<number>;
  /** Shown in hexadecimal. */
  readonly hexInt64: FieldType<number | bigint>;
  readonly float: FieldType<number>;
  readonly double: FieldType<number>;
  /** A boolean of one byte. */
  readonly boolean: FieldType<boolean>;
  /** A boolean of four bytes. */
  readonly bool32: FieldType<boolean>;
  /** Bytes. Decoders show a field with their number besides; {@link countedBinary} is newer. */
  readonly binary: FieldType<Uint8Array>;
  /** Bytes, for decoders since Windows 10 version 1809. */
  readonly countedBinary: FieldType<Uint8Array>;
  /** As text, or as 16 bytes in memory order. */
  readonly guid: FieldType<string | Uint8Array>;
  /** A time: a Date, or units of 100 ns since 1601-01-01. */
  readonly fileTime: FieldType<Date | bigint>;
  /** A time in UTC: a Date, or the 16 bytes of a SYSTEMTIME. */
  readonly systemTime: FieldType<Date | Uint8Array>;
  /** A security identifier, as its bytes. */
  readonly sid: FieldType<Uint8Array>;
  /** A process id. */
  readonly pid: FieldType<number>;
  /** A thread id. */
  readonly tid: FieldType<number>;
  /** A port, such as 443. */
  readonly port: FieldType<number>;
  /** An address such as `127.0.0.1`. */
  readonly ipv4: FieldType<string>;
  /** The 16 bytes of an address. */
  readonly ipv6: FieldType<Uint8Array>;
  /** A status of COM. */
  readonly hresult: FieldType<number>;
  /** A status of the kernel of Windows. */
  readonly ntStatus: FieldType<number>;
  /** An error of Windows. */
  readonly win32Error: FieldType<number>;
  /** Any number of values of one type; not of structs, `binary` or arrays. */
  array<T>(element: FieldType<T>): FieldType<ArrayLike<T>>;
  /** Named fields as one. */
  struct<S extends Schema>(fields: S): FieldType<ValuesOf<S>>;
}

function integer<T>(
  inType: number,
  size: number,
  put: Put<Integer>,
  outType: number = OutType.NULL,
): FieldType<T> {
  return new FieldType<T>(inType, outType, fixed(size, put, 0) as unknown as FieldEncoding<T>);
}

const FILETIME_EPOCH = 116_444_736_000_000_000n;
const TICKS_PER_MILLISECOND = 10_000n;

/** The FILETIME of a time. */
function filetimeOf(value: Date | bigint): bigint {
  if (typeof value === 'bigint') return value;
  return BigInt(value.getTime()) * TICKS_PER_MILLISECOND + FILETIME_EPOCH;
}

/** The SYSTEMTIME of a time. */
function systemtimeOf(value: Date | Uint8Array): Uint8Array {
  if (value instanceof Uint8Array) return value;
  const parts = [
    value.getUTCFullYear(),
    value.getUTCMonth() + 1,
    value.getUTCDay(),
    value.getUTCDate(),
    value.getUTCHours(),
    value.getUTCMinutes(),
    value.getUTCSeconds(),
    value.getUTCMilliseconds(),
  ];
  const bytes = Buffer.alloc(SYSTEMTIME_SIZE);
  for (const [index, part] of parts.entries()) bytes.writeUInt16LE(part, index * 2);
  return bytes;
}

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** The number whose bytes in memory are those of an address. */
function ipv4Of(address: string): number {
  const parts = IPV4.exec(address)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) throw new RangeError('no address');
  const [a = 0, b = 0, c = 0, d = 0] = parts;
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

function portOf(port: number): number {
  if (!Number.isInteger(port) || port < 0 || port > 0xffff) throw new RangeError('no port');
  return ((port & 0xff) << 8) | (port >> 8);
}

const NULL_GUID = '00000000-0000-0000-0000-000000000000';
/** S-1-0: nobody. */
const NULL_SID: Uint8Array = Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0]);
const GUID_SIZE = 16;

const guid: FieldEncoding<string | Uint8Array> = fixed(
  GUID_SIZE,
  (data, value) => {
    if (typeof value === 'string') putGuid(data, value);
    else putGuidBytes(data, value);
  },
  NULL_GUID as string | Uint8Array,
);

/** A SID is as long as it says; one that does not fit is replaced as a wrong one is. */
const sid: FieldEncoding<Uint8Array> = {
  minSize: NULL_SID.length,
  slots: 1,
  encode(data, value, end) {
    const fits = value instanceof Uint8Array && data.size + value.length <= end;
    return fixed(NULL_SID.length, putSid, NULL_SID).encode(data, fits ? value : NO_SID, end);
  },
};
const NO_SID = new Uint8Array(0);

/** The types of fields, named as TraceLogging names them. `t.uint32.as(OutType.TID)` shows one in another way. */
export const t: FieldTypes = {
  unicodeString: new FieldType(InType.UNICODESTRING, OutType.NULL, text16(putZstr16)),
  ansiString: new FieldType(InType.ANSISTRING, OutType.UTF8, text8(putZstr8, 1)),
  countedString: new FieldType(InType.COUNTEDSTRING, OutType.NULL, text16(putStr16)),
  string: new FieldType(InType.COUNTEDANSISTRING, OutType.UTF8, text8(putStr8, 2)),
  json: new FieldType(InType.COUNTEDANSISTRING, OutType.JSON, json8(putStr8)),
  int8: integer(InType.INT8, 1, putInt8),
  uint8: integer(InType.UINT8, 1, putUint8),
  int16: integer(InType.INT16, 2, putInt16),
  uint16: integer(InType.UINT16, 2, putUint16),
  int32: integer(InType.INT32, 4, putInt32),
  uint32: integer(InType.UINT32, 4, putUint32),
  int64: integer(InType.INT64, 8, putInt64),
  uint64: integer(InType.UINT64, 8, putUint64),
  hexInt32: integer(InType.HEXINT32, 4, putUint32),
  hexInt64: integer(InType.HEXINT64, 8, putUint64),
  float: new FieldType(InType.FLOAT, OutType.NULL, fixed(4, putFloat32, 0)),
  double: new FieldType(InType.DOUBLE, OutType.NULL, fixed(8, putFloat64, 0)),
  boolean: integer(InType.UINT8, 1, putUint8, OutType.BOOLEAN),
  bool32: integer(InType.BOOL32, 4, putInt32),
  binary: new FieldType(InType.BINARY, OutType.NULL, countedBytes(putCounted, 2)),
  countedBinary: new FieldType(InType.COUNTEDBINARY, OutType.NULL, countedBytes(putCounted, 1)),
  guid: new FieldType(InType.GUID, OutType.NULL, guid),
  fileTime: new FieldType(
    InType.FILETIME,
    OutType.DATETIME_UTC,
    converted(8, filetimeOf, putInt64 as Put<bigint>, 0n),
  ),
  systemTime: new FieldType(
    InType.SYSTEMTIME,
    OutType.DATETIME_UTC,
    converted(SYSTEMTIME_SIZE, systemtimeOf, putSystemtime, new Uint8Array(SYSTEMTIME_SIZE)),
  ),
  sid: new FieldType(InType.SID, OutType.NULL, sid),
  pid: integer(InType.UINT32, 4, putUint32, OutType.PID),
  tid: integer(InType.UINT32, 4, putUint32, OutType.TID),
  port: new FieldType(InType.UINT16, OutType.PORT, converted(2, portOf, putUint16 as Put<number>, 0)),
  ipv4: new FieldType(InType.UINT32, OutType.IPV4, converted(4, ipv4Of, putUint32 as Put<number>, 0)),
  ipv6: new FieldType(InType.BINARY, OutType.IPV6, countedBytes(putCounted, 2)),
  hresult: new FieldType(
    InType.INT32,
    OutType.HRESULT,
    // Written as 0x80070005 by most people, which is beyond int32.
    converted(
      4,
      (value: number) => (value > 0x7fff_ffff ? value - 0x1_0000_0000 : value),
      putInt32 as Put<number>,
      0,
    ),
  ),
  ntStatus: integer(InType.HEXINT32, 4, putUint32, OutType.NTSTATUS),
  win32Error: integer(InType.UINT32, 4, putUint32, OutType.WIN32ERROR),
  array: (element) =>
    new FieldType(arrayOf(element.inType), element.outType, arrayEncoding(element.encoding), element.fields),
  struct: <S extends Schema>(fields: S) => structOf(fields) as unknown as FieldType<ValuesOf<S>>,
};

function structOf(schema: Schema): FieldType<Readonly<Record<string, unknown>>> {
  const fields = schema as unknown as Readonly<Record<string, FieldType<unknown>>>;
  const encodings = Object.entries(fields).map(([name, { encoding }]) => [name, encoding] as const);
  return new FieldType(InType.STRUCT, OutType.NULL, fieldsEncoding(encodings), fields);
}
