import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEvent } from '../src/decode-event.ts';
import { etwDecoder } from '../src/decoder.ts';
import { EventBuilder } from '../src/event-builder.ts';
import { EVENT_DEFINITION, eventDefinition } from '../src/event-definition.ts';
import { shownFields } from '../src/shown-fields.ts';
import { addFields, randomEvent } from './support/random-events.ts';

/** How long the fuzzer may go on, in milliseconds: a bound for slow machines, not a measure. */
const FUZZ_TIME = 4_000;

function metadataOf(...parts: (string | number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const size = Buffer.alloc(2);
  size.writeUInt16LE(body.length + 2);
  return Buffer.concat([size, body]);
}

describe('the decoder', () => {
  test('reads fixed arrays, arrays of structs and custom types, which others write', () => {
    const metadata = metadataOf(
      [0],
      'Ev\0',
      'fixed\0',
      [0x20 | 6, 3, 0],
      'structs\0',
      [0x40 | 0x80 | 24, 2],
      'a\0',
      [4],
      'b\0',
      [1],
      'custom\0',
      [0x60 | 14, 2, 0, 9, 9],
      'last\0',
      [3],
    );
    const data = Buffer.from('010002000300' + '02000778000000080000' + '0300aabbcc' + 'ff', 'hex');
    const { fault, fields } = decodeEvent(metadata, data);
    expect(fault).toBe(undefined);
    expect(shownFields(fields)).toEqual({
      fixed: [1, 2, 3],
      structs: [
        { a: 7, b: 'x' },
        { a: 8, b: '' },
      ],
      custom: 'aabbcc',
      last: -1,
    });
  });

  test('takes tags of every length', () => {
    for (const [bytes, tag] of [
      [[0x7f], 0x0fe0_0000],
      [[0xff, 0x37], 0x0fed_c000],
      [[0x80, 0x80, 0x01], 0x80],
      [[0xff, 0xb7, 0x97, 0x2f], 0x0fed_cbaf],
    ] as const) {
      expect(decodeEvent(metadataOf([...bytes], 'Ev\0'), Buffer.alloc(0))).toMatchObject({ name: 'Ev', tag });
    }
  });

  test.each([
    ['nothing', Buffer.alloc(0), 'its metadata is cut short'],
    ['a size of zero', Buffer.from([0, 0]), 'its metadata says that it has 0 bytes, and has 2'],
    [
      'a size beyond the end',
      Buffer.from([9, 0, 0, 65, 0]),
      'its metadata says that it has 9 bytes, and has 5',
    ],
    ['a tag without end', metadataOf([0x80, 0x80, 0x80, 0x80, 0]), 'a tag has more than four bytes'],
    ['a name without end', metadataOf([0], 'Event'), 'a name has no end'],
    ['a field without a type', metadataOf([0], 'Ev\0', 'a\0'), 'its metadata is cut short'],
    ['a type that is none', metadataOf([0], 'Ev\0', 'a\0', [31]), 'the field "a" has the unknown type 31'],
    ['a struct without its fields', metadataOf([0], 'Ev\0', 's\0', [0x98, 2]), 'the struct "s" lacks fields'],
    ['missing data', metadataOf([0], 'Ev\0', 'a\0', [7]), 'its data ends within the field "a"'],
  ])('tells what is wrong: %s', (_what, metadata, fault) => {
    expect(decodeEvent(metadata, Buffer.alloc(0)).fault).toBe(fault);
  });

  test('keeps the fields before a fault, and tells of data that is left over', () => {
    const metadata = metadataOf([0], 'Ev\0', 'a\0', [4], 'b\0', [4]);
    expect(decodeEvent(metadata, Buffer.from([5]))).toMatchObject({
      fields: [{ value: 5 }],
      fault: 'its data ends within the field "b"',
    });
    expect(decodeEvent(metadata, Buffer.from([5, 6, 7]))).toMatchObject({
      fields: [{ value: 5 }, { value: 6 }],
      fault: '1 bytes of data are left over',
    });
  });

  test('gives up on structs that are nested without end, and on arrays of nothing', () => {
    const nested = Array.from({ length: 5000 }, () => [0x73, 0, 0x98, 1]).flat();
    expect(decodeEvent(metadataOf([0], 'Ev\0', nested), Buffer.alloc(0)).fault).toMatch(
      /nested more than 32/,
    );
    // 65,535 times 65,535 times 65,535 elements without a byte of data.
    const bomb = metadataOf(
      [0],
      'Ev\0',
      [0x61, 0, 0xb8, 1, 255, 255, 0x62, 0, 0xb8, 1, 255, 255, 0x63, 0, 0x38, 255, 255],
    );
    expect(decodeEvent(bomb, Buffer.alloc(0)).fault).toMatch(/more than 131072 values/);
  });

  test('lets no field of an event reach a prototype, nor hide another', () => {
    const builder = new EventBuilder().reset('Ev').addUint8('__proto__', 1).addUint8('a', 2).addUint8('a', 3);
    const { metadata, metadataSize, data, dataSize } = builder.encode();
    const shown = shownFields(
      decodeEvent(metadata.subarray(0, metadataSize), data.subarray(0, dataSize)).fields,
    );
    expect(Object.entries(shown)).toEqual([
      ['__proto__', 1],
      ['a', 2],
      ['a_2', 3],
    ]);
    expect(Object.getPrototypeOf(shown)).toBe(Object.prototype);
  });

  test('neither fails nor hangs, whatever bytes it is given', () => {
    const builder = new EventBuilder({ pointerSize: 8 });
    const patches = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
      maxLength: 6,
    });
    const damage = (bytes: Buffer, changes: readonly (readonly [number, number])[]): Buffer => {
      const damaged = Buffer.from(bytes);
      for (const [where, value] of changes) damaged[Math.floor(where * damaged.length)] = value;
      return damaged;
    };
    fc.assert(
      fc.property(
        randomEvent,
        patches,
        patches,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(255),
        ({ name, tag, fields }, inMetadata, inData, kept, flags) => {
          builder.reset(name, 5, 1n, 0, 0, 0, tag);
          addFields(builder, fields);
          const event = builder.encode();
          const metadata = damage(event.metadata.subarray(0, event.metadataSize), inMetadata);
          const data = damage(event.data.subarray(0, Math.floor(event.dataSize * kept)), inData);
          JSON.stringify(shownFields(decodeEvent(metadata, data).fields));
          const bytes = Buffer.concat([
            Buffer.from([flags, 0, 0, 0, 7, 0, 0, 0]),
            event.descriptor,
            metadata,
            data,
          ]);
          const { message, fields: shown } = etwDecoder.decode({
            bytes,
            start: Math.floor(kept * 20),
            end: bytes.length,
            flags: 0,
            severity: 20,
            littleEndian: true,
            definitions: new Map([[EVENT_DEFINITION, new Map([[7, eventDefinition(event)]])]]),
          });
          expect(message).toBeTypeOf('string');
          const json = JSON.stringify(shown ?? {});
          expect(JSON.stringify(JSON.parse(json))).toBe(json);
        },
      ),
      { numRuns: 3000, interruptAfterTimeLimit: FUZZ_TIME, markInterruptAsFailure: false },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (metadata, data) => {
        const sized = Buffer.from(metadata);
        if (sized.length > 2) sized.writeUInt16LE(sized.length);
        JSON.stringify(shownFields(decodeEvent(sized, data).fields));
      }),
      { numRuns: 5000, interruptAfterTimeLimit: FUZZ_TIME, markInterruptAsFailure: false },
    );
  });
});
