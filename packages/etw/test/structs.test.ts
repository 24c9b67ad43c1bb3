import { describe, expect, test } from 'vitest';
import { EtwError, EventBuilder } from '../src/index.ts';

const hex = (builder: EventBuilder): string => {
  const { metadata, metadataSize } = builder.encode();
  return metadata.toString('hex', 0, metadataSize);
};

function categoryOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof EtwError) return error.category;
    throw error;
  }
}

describe('structs whose fields are counted', () => {
  test('are those that were announced', () => {
    const announced = new EventBuilder()
      .reset('Ev')
      .addStruct('outer', 3, 5)
      .addUint8('a', 1)
      .addStruct('inner', 1)
      .addInt32Seq('list', [1, 2])
      .addUint8('b', 2)
      .addUint8('after', 3);
    const counted = new EventBuilder()
      .reset('Ev')
      .openStruct('outer', 5)
      .addUint8('a', 1)
      .openStruct('inner')
      .addInt32Seq('list', [1, 2])
      .closeStruct()
      .addUint8('b', 2)
      .closeStruct()
      .addUint8('after', 3);
    expect(hex(counted)).toBe(hex(announced));
  });

  test('count one that was announced as one, with all that is in it', () => {
    const builder = new EventBuilder()
      .reset('Ev')
      .openStruct('outer')
      .addStruct('announced', 2)
      .addStruct('deeper', 1)
      .addUint8('x', 1)
      .openStruct('opened')
      .addUint8('y', 2)
      .closeStruct()
      .addUint8('z', 3)
      .closeStruct();
    const wanted = new EventBuilder()
      .reset('Ev')
      .addStruct('outer', 2)
      .addStruct('announced', 2)
      .addStruct('deeper', 1)
      .addUint8('x', 1)
      .addStruct('opened', 1)
      .addUint8('y', 2)
      .addUint8('z', 3);
    expect(hex(builder)).toBe(hex(wanted));
  });

  test('must have a field, no more than 127, and be closed', () => {
    const begun = (): EventBuilder => new EventBuilder().reset('Ev');
    expect(categoryOf(() => begun().closeStruct())).toBe('bad_field_count');
    expect(categoryOf(() => begun().openStruct('s').closeStruct())).toBe('bad_field_count');
    expect(categoryOf(() => begun().openStruct('s').addStruct('t', 2).addUint8('a', 1).closeStruct())).toBe(
      'bad_field_count',
    );
    expect(categoryOf(() => begun().openStruct('s').addUint8('a', 1).encode())).toBe('bad_field_count');
    const full = begun().openStruct('s');
    for (let index = 0; index < 127; index++) full.addUint8('f', index);
    expect(categoryOf(() => full.closeStruct())).toBe(undefined);
    expect(categoryOf(() => full.addUint8('one more', 1))).toBe('too_many_fields');
  });

  test('are forgotten by the next event, and leave a failed one unusable', () => {
    const builder = new EventBuilder().reset('Ev').openStruct('s');
    builder.reset('Other').addUint8('a', 1);
    expect(hex(builder)).toBe('0c00004f7468657200610004');
    expect(categoryOf(() => builder.closeStruct())).toBe('bad_field_count');
    expect(categoryOf(() => builder.checkState())).toBe('builder_state');
    expect(categoryOf(() => builder.encode())).toBe('builder_state');
  });
});
