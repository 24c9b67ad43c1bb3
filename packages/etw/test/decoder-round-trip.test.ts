import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DecodedField, decodeEvent, type FieldValue } from '../src/decode-event.ts';
import { EventBuilder } from '../src/event-builder.ts';
import { InType } from '../src/in-type.ts';
import { shownFields } from '../src/shown-fields.ts';
import { addFields, KINDS, type RandomField, randomEvent } from './support/random-events.ts';
import { readCases } from './vectors/vector-file.ts';

function expected({ kind, isArray, values }: RandomField): FieldValue {
  const decoded = values.map((value) =>
    kind.decoded === undefined ? (value as FieldValue) : kind.decoded(value as never),
  );
  return isArray ? decoded : (decoded[0] as FieldValue);
}

function expectFields(actual: readonly DecodedField[], fields: readonly RandomField[]): void {
  expect(actual).toHaveLength(fields.length);
  for (const [index, field] of fields.entries()) {
    const { declaration, value } = actual[index] as DecodedField;
    expect(declaration).toMatchObject({ name: field.name, tag: field.tag });
    if (field.fields === undefined) {
      expect(declaration.inType).toBe(field.kind.inType);
      expect(declaration.shape).toBe(field.isArray ? 'variable' : 'single');
      expect(value).toEqual(expected(field));
    } else {
      expect(declaration.inType).toBe(InType.STRUCT);
      expectFields((value as { readonly fields: readonly DecodedField[] }).fields, field.fields);
    }
  }
}

test('every method of the builder is among the random fields', () => {
  const methods = Object.getOwnPropertyNames(EventBuilder.prototype).filter((name) =>
    /^add(?!Struct)/.test(name),
  );
  const known = KINDS.flatMap(({ method, hasArray }) => [
    `add${method}`,
    ...(hasArray ? [`add${method}Seq`] : []),
  ]);
  expect(known.sort()).toEqual(methods.sort());
  expect(methods).toHaveLength(61);
});

test('any event comes back as it was', () => {
  const builder = new EventBuilder({ pointerSize: 8 });
  fc.assert(
    fc.property(randomEvent, ({ name, tag, fields }) => {
      builder.reset(name, 5, 1n, 0, 0, 0, tag);
      addFields(builder, fields);
      const { metadata, metadataSize, data, dataSize } = builder.encode();
      const decoded = decodeEvent(metadata.subarray(0, metadataSize), data.subarray(0, dataSize));
      expect(decoded.fault).toBe(undefined);
      expect(decoded).toMatchObject({ name, tag });
      expectFields(decoded.fields, fields);
      // What people are shown survives JSON.
      const json = JSON.stringify(shownFields(decoded.fields));
      expect(JSON.stringify(JSON.parse(json))).toBe(json);
    }),
    { numRuns: 500 },
  );
});

/** All writes of the vectors whose bytes are told in full. */
const writes = readCases().flatMap(({ id, steps = [] }) =>
  steps.flatMap(({ op, expect: wanted }) => {
    const { eventMeta, data } = (wanted ?? {}) as { readonly eventMeta?: unknown; readonly data?: unknown };
    return op === 'write' && typeof eventMeta === 'string' && typeof data === 'string'
      ? [{ id, metadata: Buffer.from(eventMeta, 'hex'), data: Buffer.from(data, 'hex') }]
      : [];
  }),
);

test('the events of the vectors are understood to the last byte', () => {
  expect(writes.length).toBeGreaterThan(150);
  const faults = writes.flatMap(({ id, metadata, data }) => {
    const { fault } = decodeEvent(metadata, data);
    return fault === undefined ? [] : [`${id}: ${fault}`];
  });
  // Nothing checks that the fields follow that a struct announces.
  expect(faults.filter((fault) => !/the struct ".*" lacks fields$/.test(fault))).toEqual([]);
});
