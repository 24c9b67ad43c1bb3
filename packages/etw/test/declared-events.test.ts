import { describe, expect, test } from 'vitest';
import type { DecodedEvent } from '../src/decode-event.ts';
import {
  decodeEvent,
  EtwError,
  EventBuilder,
  type EventSink,
  OutType,
  Provider,
  type ProviderOptions,
  shownFields,
  t,
} from '../src/index.ts';

/** What a provider has written, as it came to its sink. */
interface Written {
  readonly event: DecodedEvent;
  readonly descriptor: Buffer;
  readonly metadata: Buffer;
  readonly data: Buffer;
  readonly activityId: string | undefined;
  readonly relatedActivityId: string | undefined;
  readonly flags: number;
}

/** A provider whose events come back. */
function recordingProvider(wanted: () => boolean = () => true): { provider: Provider; written: Written[] } {
  const written: Written[] = [];
  const write: ReturnType<EventSink['declare']>['write'] = (event, activityId, relatedActivityId, flags) => {
    const metadata = Buffer.from(event.metadata.subarray(0, event.metadataSize));
    const data = Buffer.from(event.data.subarray(0, event.dataSize));
    written.push({
      event: decodeEvent(metadata, data),
      descriptor: Buffer.from(event.descriptor),
      metadata,
      data,
      activityId: activityId?.toString('hex'),
      relatedActivityId: relatedActivityId?.toString('hex'),
      flags,
    });
    return 0;
  };
  const options: ProviderOptions = {
    sinks: [
      () => ({
        isOpen: true,
        isEnabled: wanted,
        write: (event, activityId, relatedActivityId) => write(event, activityId, relatedActivityId, 0),
        declare: () => ({ isEnabled: wanted, write }),
        close: () => undefined,
      }),
    ],
  };
  return { provider: new Provider('MyCompany.MyComponent', options), written };
}

const REPLACED = 4;
const CUT = 1;

test('a declared event has the same bytes as one that is built', () => {
  const { provider, written } = recordingProvider();
  const event = provider.event(
    'FileOpened',
    {
      path: t.unicodeString,
      size: t.uint64,
      mode: t.uint16.as(OutType.HEX).tag(0xfedcbaf),
      owner: t.struct({ name: t.string, ids: t.array(t.int32), deep: t.struct({ x: t.double }) }).tag(3),
      id: t.guid,
      raw: t.binary,
    },
    { level: 4, keyword: 0x21n, opcode: 1, id: 7, version: 2, task: 9, tag: 0xfedc000, channel: 12 },
  );
  const id = '00112233-4455-6677-8899-aabbccddeeff';
  event({
    path: 'C:\\x',
    size: 2n ** 63n,
    mode: 0o644,
    owner: { name: 'hé', ids: [1, -2], deep: { x: -0 } },
    id,
    raw: Buffer.from([1, 2, 3]),
  });
  const built = new EventBuilder()
    .reset('FileOpened', 4, 0x21n, 1, 7, 2, 0xfedc000, 9, 12)
    .addZstr16('path', 'C:\\x')
    .addUint64('size', 2n ** 63n)
    .addUint16('mode', 0o644, OutType.HEX, 0xfedcbaf)
    .addStruct('owner', 3, 3)
    .addStr8('name', 'hé')
    .addInt32Seq('ids', [1, -2])
    .addStruct('deep', 1)
    .addFloat64('x', -0)
    .addGuid('id', id)
    .addBinaryBytes('raw', Buffer.from([1, 2, 3]))
    .encode();
  expect(written).toHaveLength(1);
  expect(written[0]?.descriptor).toEqual(built.descriptor);
  expect(written[0]?.metadata.toString('hex')).toBe(built.metadata.toString('hex', 0, built.metadataSize));
  expect(written[0]?.data.toString('hex')).toBe(built.data.toString('hex', 0, built.dataSize));
  expect(written[0]?.flags).toBe(0);
});

test('every type shows its values as people know them', () => {
  const { provider, written } = recordingProvider();
  const when = new Date('2026-01-02T03:04:05.678Z');
  const values = {
    unicode: [t.unicodeString, 'ü流'],
    ansi: [t.ansiString, 'ü流'],
    counted: [t.countedString, 'a\0b'],
    text: [t.string, 'a\0b'],
    json: [t.json, { a: [1] }, '{"a":[1]}'],
    int8: [t.int8, -128],
    uint8: [t.uint8, 255],
    int16: [t.int16, -32768],
    uint16: [t.uint16, 65535],
    int32: [t.int32, -(2 ** 31)],
    uint32: [t.uint32, 2 ** 32 - 1],
    int64: [t.int64, -5],
    uint64: [t.uint64, 2n ** 64n - 1n, '18446744073709551615'],
    hex32: [t.hexInt32, 255, '0xff'],
    hex64: [t.hexInt64, 2n ** 64n - 1n, '0xffffffffffffffff'],
    float: [t.float, 0.5],
    double: [t.double, Number.NaN, 'NaN'],
    boolean: [t.boolean, true],
    bool32: [t.bool32, false],
    binary: [t.binary, Buffer.from('ab01', 'hex'), 'ab01'],
    countedBinary: [t.countedBinary, Buffer.from('ab01', 'hex'), 'ab01'],
    guid: [t.guid, '00112233-4455-6677-8899-aabbccddeeff'],
    fileTime: [t.fileTime, when, '2026-01-02T03:04:05.6780000Z'],
    systemTime: [t.systemTime, when, '2026-01-02T03:04:05.678'],
    sid: [t.sid, Buffer.from('010200000000000515000000e8030000', 'hex'), 'S-1-5-21-1000'],
    pid: [t.pid, 4711],
    tid: [t.tid, 4712],
    port: [t.port, 443],
    ipv4: [t.ipv4, '192.168.0.254'],
    ipv6: [t.ipv6, Buffer.from('20010db8000000000000000000000001', 'hex'), '2001:db8::1'],
    hresult: [t.hresult, 0x80070005, '0x80070005'],
    ntStatus: [t.ntStatus, 0xc0000005, '0xc0000005'],
    win32Error: [t.win32Error, 5],
    list: [t.array(t.string), ['a', 'b']],
  } as const;
  const schema = Object.fromEntries(Object.entries(values).map(([name, [type]]) => [name, type]));
  const given = Object.fromEntries(Object.entries(values).map(([name, [, value]]) => [name, value]));
  const shown = Object.fromEntries(
    Object.entries(values).map(([name, [, value, text]]) => [name, text === undefined ? value : text]),
  );
  provider.event('All', schema)(given as never);
  expect(written[0]?.event.fault).toBe(undefined);
  expect(written[0]?.flags).toBe(0);
  expect(shownFields(written[0]?.event.fields ?? [])).toEqual(shown);
  expect(Object.keys(values).sort()).toHaveLength(
    Object.keys(t).filter((name) => name !== 'array' && name !== 'struct').length + 1,
  );
});

test('options that there are not are refused: nobody would see why they do nothing', () => {
  const misspelt = { bufer: { enabled: true } } as object;
  expect(() => new Provider('Misspelt', misspelt)).toThrow(
    "The value 'bufer' cannot be used for options: there is no such option; there are id, groupId, throwOnError, sinks, buffer.",
  );
  expect(() => new Provider('Misspelt', null as unknown as object)).toThrow('give an object or leave it out');
  using provider = new Provider('Misspelt', { sinks: [] });
  expect(() => provider.event('E', {}, { levle: 2 } as object)).toThrow(
    /'levle' .* there are level, keyword/,
  );
});

describe('a declared event never throws', () => {
  const schema = {
    text: t.unicodeString,
    small: t.uint8,
    wide: t.int64,
    float: t.float,
    list: t.array(t.string),
    inner: t.struct({ ip: t.ipv4, json: t.json }),
    time: t.fileTime,
    system: t.systemTime,
    sid: t.sid,
    bytes: t.binary,
    id: t.guid,
  };
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const nasty: readonly unknown[] = [
    undefined,
    null,
    5,
    -1,
    1.5,
    2n ** 70n,
    Number.NaN,
    'text',
    Symbol('s'),
    () => 1,
    {},
    [],
    [undefined, {}],
    { length: 1e9 },
    { length: -1 },
    new Date(Number.NaN),
    new Uint8Array(5),
    cyclic,
    Object.create(null),
    new Proxy({}, { get: () => 'x' }),
  ];

  test.each(nasty.map((value, index) => [index, value] as const))(
    'whatever its values are (%i)',
    (_index, value) => {
      const { provider, written } = recordingProvider();
      const event = provider.event('Any', schema);
      const all = Object.fromEntries(Object.keys(schema).map((name) => [name, value]));
      expect(event(all as never)).toBe(undefined);
      expect(event(value as never)).toBe(undefined);
      expect(event({ ...all, inner: { ip: value, json: value } } as never, value as never)).toBe(undefined);
      for (const { event: decoded, flags } of written) {
        expect(decoded.fault).toBe(undefined);
        expect(flags & REPLACED).toBe(REPLACED);
      }
      expect(written.length + provider.dropped).toBe(3);
    },
  );

  test('a getter that throws costs its event only, which is counted', () => {
    const { provider, written } = recordingProvider();
    const event = provider.event('Any', { a: t.string });
    const other = provider.event('Other', { b: t.string });
    event({
      get a(): string {
        throw new Error('no');
      },
    });
    // One that writes another event while it is read disturbs neither.
    event({
      get a(): string {
        other({ b: 'inner' });
        return 'outer';
      },
    });
    expect(provider.dropped).toBe(1);
    expect(written.map(({ event: decoded }) => shownFields(decoded.fields))).toEqual([
      { b: 'inner' },
      { a: 'outer' },
    ]);
  });

  test('what is too long is cut so that the event is whole, at a character', () => {
    const { provider, written } = recordingProvider();
    const event = provider.event('Long', {
      first: t.string,
      second: t.unicodeString,
      list: t.array(t.countedString),
      bytes: t.countedBinary,
      last: t.uint64,
    });
    event({
      first: '€'.repeat(50_000),
      second: '😀'.repeat(50_000),
      list: ['x'.repeat(50_000), 'y'],
      bytes: Buffer.alloc(100_000),
      last: 42,
    });
    event({ first: 'a', second: '😀'.repeat(50_000), list: [], bytes: Buffer.alloc(0), last: 43 });
    event({ first: 'a', second: 'b', list: ['x'.repeat(50_000), 'y'], bytes: Buffer.alloc(0), last: 44 });
    event({ first: 'a', second: 'b', list: Array(40_000).fill(''), bytes: Buffer.alloc(0), last: 45 });
    const shown = written.map(({ event: decoded, flags, data, metadata }) => {
      expect(decoded.fault).toBe(undefined);
      expect(flags).toBe(CUT);
      expect(data.length + metadata.length).toBeLessThan(65_360);
      expect(data.length).toBeGreaterThan(64_000);
      return shownFields(decoded.fields) as Record<string, string & string[]>;
    });
    expect(shown.map(({ last }) => last)).toEqual([42, 43, 44, 45]);
    expect(shown[0]?.first).toMatch(/^€{21000,}$/);
    expect(shown[1]?.second).toMatch(/^(?:😀){16000,}$/u);
    expect(shown[2]?.list?.[0]).toMatch(/^x{32000,}$/);
    expect(shown[3]?.list?.length).toBeGreaterThan(32_000);
  });
});

test('activity ids go along, as text or as bytes; what is none is left out', () => {
  const { provider, written } = recordingProvider();
  const event = provider.event('Tick', {});
  const id = '00112233-4455-6677-8899-aabbccddeeff';
  event();
  event({}, id, Buffer.alloc(16, 7));
  event({}, 'no id', Buffer.alloc(3));
  expect(
    written.map(({ activityId, relatedActivityId, flags }) => [activityId, relatedActivityId, flags]),
  ).toEqual([
    [undefined, undefined, 0],
    ['33221100554477668899aabbccddeeff', '07'.repeat(16), 0],
    [undefined, undefined, REPLACED],
  ]);
});

test('while nobody wants it, nothing of its values is looked at', () => {
  let wanted = false;
  const { provider, written } = recordingProvider(() => wanted);
  const event = provider.event('Secret', { a: t.string });
  const values = {
    get a(): string {
      if (!wanted) throw new Error('looked at');
      return 'x';
    },
  };
  event(values);
  expect(event.isEnabled()).toBe(false);
  expect(provider.dropped).toBe(0);
  wanted = true;
  expect(event.isEnabled()).toBe(true);
  event(values);
  expect(written).toHaveLength(1);
});

describe('what can never be encoded is refused when it is declared', () => {
  const { provider } = recordingProvider();
  const many = (count: number): Record<string, typeof t.uint8> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, t.uint8]));

  test.each([
    ['bad_schema', () => provider.event('E', 5 as never)],
    ['bad_schema', () => provider.event('E', { a: 'string' as never })],
    ['bad_schema', () => provider.event('E', { a: t.array(t.binary) })],
    ['bad_schema', () => provider.event('E', { a: t.array(t.array(t.uint8)) })],
    ['bad_schema', () => provider.event('E', { a: t.array(t.struct({ b: t.uint8 })) })],
    ['bad_field_count', () => provider.event('E', { a: t.struct({}) })],
    ['too_many_fields', () => provider.event('E', many(129))],
    ['too_many_fields', () => provider.event('E', { a: t.struct(many(100)), b: t.struct(many(27)) })],
    ['metadata_too_long', () => provider.event('E', { ['n'.repeat(40_000)]: t.uint8 })],
    ['name_has_nul', () => provider.event('E\0', {})],
    ['name_has_nul', () => provider.event('E', { 'a\0': t.uint8 })],
    ['bad_tag', () => provider.event('E', { a: t.uint8.tag(2 ** 28) })],
    ['bad_tag', () => provider.event('E', {}, { tag: -1 })],
    ['bad_out_type', () => provider.event('E', { a: t.uint8.as(128) })],
    ['range', () => provider.event('E', {}, { level: 256 })],
    ['range', () => provider.event('E', {}, { keyword: 2n ** 64n })],
    ['not_a_number', () => provider.event('E', {}, { opcode: 1.5 })],
  ])('%s', (category, declare) => {
    let thrown: unknown;
    try {
      declare();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(EtwError);
    expect(thrown).toMatchObject({
      category,
      code: `ERR_TRACEBUF_ETW_${category.toUpperCase()}`,
    });
  });

  test('128 fields are taken', () => {
    expect(provider.event('E', many(128))).toBeTypeOf('function');
  });
});
