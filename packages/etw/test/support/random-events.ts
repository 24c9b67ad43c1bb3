import fc from 'fast-check';
import type { FieldValue } from '../../src/decode-event.ts';
import type { EventBuilder } from '../../src/event-builder.ts';
import { InType } from '../../src/in-type.ts';
import { MAX_FIELDS } from '../../src/limits.ts';

/** A kind of field: how to add one, and what a decoder makes of it. */
interface Kind {
  /** Part of the names of its methods, such as `Int8`. */
  readonly method: string;
  readonly inType: number;
  readonly values: fc.Arbitrary<unknown>;
  /** What a value is when it comes back; default: the same. */
  readonly decoded?: (value: never) => FieldValue;
  readonly hasArray: boolean;
}

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);
const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
const evenBytes = fc.uint8Array({ maxLength: 30 }).map((array) => Buffer.concat([array, array]));
const sid = fc.tuple(fc.nat(15), fc.uint8Array({ minLength: 68, maxLength: 68 })).map(([count, array]) =>
  Buffer.from(array)
    .fill(count, 1, 2)
    .subarray(0, 8 + 4 * count),
);
const untilNul = (value: string): string => value.split('\0')[0] ?? '';
const windows1252 = new TextDecoder('windows-1252');

const int = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const plain = (method: string, inType: number, values: fc.Arbitrary<unknown>): Kind => ({
  method,
  inType,
  values,
  hasArray: true,
});

/** Every method of the builder that takes a value. */
export const KINDS: readonly Kind[] = [
  plain('Int8', InType.INT8, int(-0x80, 0x7f)),
  plain('Uint8', InType.UINT8, int(0, 0xff)),
  plain('Int16', InType.INT16, int(-0x8000, 0x7fff)),
  plain('Uint16', InType.UINT16, int(0, 0xffff)),
  plain('Int32', InType.INT32, int(-0x8000_0000, 0x7fff_ffff)),
  plain('Uint32', InType.UINT32, int(0, 0xffff_ffff)),
  plain('Int64', InType.INT64, int64),
  plain('Uint64', InType.UINT64, uint64),
  plain('Intptr', InType.INT64, int64),
  plain('Uintptr', InType.UINT64, uint64),
  plain('Hexint32', InType.HEXINT32, int(0, 0xffff_ffff)),
  plain('Hexint64', InType.HEXINT64, uint64),
  plain('Hexintptr', InType.HEXINT64, uint64),
  plain('FiletimeInt64', InType.FILETIME, int64),
  plain('Bool32', InType.BOOL32, int(-0x8000_0000, 0x7fff_ffff)),
  plain('Float32', InType.FLOAT, fc.float()),
  plain('Float64', InType.DOUBLE, fc.double()),
  plain('Guid', InType.GUID, fc.uuid({ version: [1, 4, 5] })),
  {
    ...plain('GuidBytesLe', InType.GUID, fc.constant(Buffer.from('33221100554477668899aabbccddeeff', 'hex'))),
    decoded: () => '00112233-4455-6677-8899-aabbccddeeff',
  },
  plain(
    'SystemtimeBytes',
    InType.SYSTEMTIME,
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map((array) => Buffer.from(array)),
  ),
  plain('SidBytes', InType.SID, sid),
  { ...plain('BinaryBytes', InType.BINARY, bytes), hasArray: false },
  plain('CbinaryBytes', InType.COUNTEDBINARY, bytes),
  {
    ...plain('Str8', InType.COUNTEDANSISTRING, text),
    decoded: (value: string) => value.toWellFormed(),
  },
  plain('Str16', InType.COUNTEDSTRING, text),
  {
    ...plain('Zstr8', InType.ANSISTRING, text),
    decoded: (value: string) => untilNul(value).toWellFormed(),
  },
  { ...plain('Zstr16', InType.UNICODESTRING, text), decoded: untilNul },
  {
    ...plain('Str8Bytes', InType.COUNTEDANSISTRING, bytes),
    decoded: (value: Buffer) => windows1252.decode(value),
  },
  {
    ...plain('Zstr8Bytes', InType.ANSISTRING, bytes),
    decoded: (value: Buffer) =>
      windows1252.decode(value.includes(0) ? value.subarray(0, value.indexOf(0)) : value),
  },
  {
    ...plain('Str16BytesUtf16le', InType.COUNTEDSTRING, evenBytes),
    decoded: (value: Buffer) => value.toString('utf16le'),
  },
  {
    ...plain('Zstr16BytesUtf16le', InType.UNICODESTRING, evenBytes),
    decoded: (value: Buffer) => untilNul(value.toString('utf16le')),
  },
];

/** A field of a random event. */
export interface RandomField {
  readonly name: string;
  readonly tag: number;
  readonly kind: Kind;
  readonly isArray: boolean;
  readonly values: readonly unknown[];
  /** Fields of a struct, in place of a value. */
  readonly fields?: readonly RandomField[];
}

const name = fc
  .string({ maxLength: 12, unit: 'grapheme' })
  .map((value) => value.replaceAll('\0', '').toWellFormed());
const tag = fc.oneof(fc.constant(0), fc.nat(0x0fff_ffff));

const valueField: fc.Arbitrary<RandomField> = fc.constantFrom(...KINDS).chain((kind) =>
  fc.record({
    name,
    tag,
    kind: fc.constant(kind),
    isArray: kind.hasArray ? fc.boolean() : fc.constant(false),
    values: fc.array(kind.values, { minLength: 1, maxLength: 5 }),
  }),
);

const { field } = fc.letrec<{ field: RandomField; struct: RandomField }>((tie) => ({
  field: fc.oneof({ depthSize: 'small', maxDepth: 4 }, valueField, tie('struct')),
  struct: fc.record({
    name,
    tag,
    kind: fc.constant(KINDS[0] as Kind),
    isArray: fc.constant(false),
    values: fc.constant([]),
    fields: fc.array(tie('field'), { minLength: 1, maxLength: 4 }),
  }),
}));

/** How many of the 128 fields of an event these take, at the most. */
function slotsOf(fields: readonly RandomField[]): number {
  return fields.reduce((sum, { fields: inner = [] }) => sum + 2 + slotsOf(inner), 0);
}

/** Events of a few fields of all types, structs in structs. */
export const randomEvent: fc.Arbitrary<{ name: string; tag: number; fields: RandomField[] }> = fc
  .record({ name, tag, fields: fc.array(field, { maxLength: 8 }) })
  .filter(({ fields }) => slotsOf(fields) <= MAX_FIELDS);

/** Adds fields to an event, structs in both ways that there are. */
export function addFields(builder: EventBuilder, fields: readonly RandomField[]): void {
  const methods = builder as unknown as Record<string, (...given: unknown[]) => unknown>;
  for (const [
    index,
    { name: fieldName, tag: fieldTag, kind, isArray, values, fields: inner },
  ] of fields.entries()) {
    if (inner === undefined) {
      const method = `add${kind.method}${isArray ? 'Seq' : ''}`;
      methods[method]?.call(builder, fieldName, isArray ? values : values[0], undefined, fieldTag);
    } else if (index % 2 === 0) {
      builder.openStruct(fieldName, fieldTag);
      addFields(builder, inner);
      builder.closeStruct();
    } else {
      builder.addStruct(fieldName, inner.length, fieldTag);
      addFields(builder, inner);
    }
  }
}
