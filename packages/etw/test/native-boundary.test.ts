import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { beforeEach, describe, expect, test } from 'vitest';
import { EtwError, EventBuilder, etwSink, type OpenSink, Provider, ringSink, t } from '../src/index.ts';
import { buildRecorder, Recorder } from './native/recorder.ts';
import { newTraceDirectory, readRecords, useTraceDirectory } from './support/trace-directory.ts';
import { type ExpectedBytes, nameIn, readCases, sameBytes, valueIn } from './vectors/vector-file.ts';

const COMPILER = spawnSync('cc', ['--version'], { timeout: 30_000 });
const NO_COMPILER = COMPILER.status !== 0;
if (NO_COMPILER) console.log('skipped: the native boundary, as there is no C compiler here (cc)');

/** Bit 63 and more than 53 bits: what numbers of JavaScript can't hold. */
const HANDLE = 0xfedc_ba98_7654_3201n;
const ID = 'eaa45fce00ab02548b769f76ac858fb5';
const TRAITS = '18004d79436f6d70616e792e4d79436f6d706f6e656e7400';

describe.skipIf(NO_COMPILER)('across the native boundary', () => {
  let library: string;
  let recorder: Recorder;
  let sink: OpenSink;
  beforeEach(() => {
    const directory = newTraceDirectory();
    library = buildRecorder(directory);
    recorder = new Recorder(library, join(directory, 'calls.jsonl'));
    recorder.setHandle(HANDLE);
    sink = etwSink({ library });
  });
  const provider = (options: { readonly throwOnError?: boolean } = {}): Provider =>
    new Provider('MyCompany.MyComponent', { sinks: [sink], ...options });

  test('a provider is registered without a callback, asked for, written and unregistered', () => {
    const own = provider();
    recorder.setResult('EventProviderEnabled', 1);
    expect(own.isOpen).toBe(true);
    expect(own.isEnabled(255, 0x8000_0000_0000_0001n)).toBe(true);
    expect(own.isEnabled()).toBe(true);
    const builder = new EventBuilder()
      .reset('Ev', 255, 0x8000_0000_0000_0001n, 240, 65535, 254, 0xfedc000, 65534, 12)
      .addUint8('a', 200)
      .addStr8('b', 'hé');
    expect(own.write(builder)).toBe(0);
    const activity = '00112233-4455-6677-8899-aabbccddeeff';
    expect(own.write(builder.reset('No'), activity, Buffer.alloc(16))).toBe(0);
    own.close();
    own.close();
    expect([own.isOpen, own.isEnabled(), own.write(builder)]).toEqual([false, false, 6]);

    const handle = String(HANDLE);
    expect(recorder.calls()).toEqual([
      { fn: 'EventRegister', callback: false, context: false, providerId: ID, returns: 0 },
      { fn: 'EventSetInformation', handle, informationClass: 2, bytes: TRAITS, returns: 0 },
      { fn: 'EventProviderEnabled', handle, level: 255, keyword: '9223372036854775809', returns: 1 },
      { fn: 'EventProviderEnabled', handle, level: 0, keyword: '0', returns: 1 },
      {
        fn: 'EventWriteTransfer',
        handle,
        descriptorBytes: 'fffffe0cfff0feff0100000000000080',
        activityId: null,
        relatedActivityId: null,
        descriptor: {
          id: 65535,
          version: 254,
          channel: 12,
          level: 255,
          opcode: 240,
          task: 65534,
          keyword: '9223372036854775809',
        },
        dataDescriptors: [
          { type: 2, bytes: TRAITS },
          { type: 1, bytes: '0e00ff3745760061000462009723' },
          { type: 0, bytes: 'c8030068c3a9' },
        ],
        returns: 0,
      },
      {
        fn: 'EventWriteTransfer',
        handle,
        descriptorBytes: '0000000b050000000100000000000000',
        activityId: '33221100554477668899aabbccddeeff',
        relatedActivityId: '00'.repeat(16),
        descriptor: { id: 0, version: 0, channel: 11, level: 5, opcode: 0, task: 0, keyword: '1' },
        dataDescriptors: [
          { type: 2, bytes: TRAITS },
          { type: 1, bytes: '0600004e6f00' },
          { type: 0, bytes: '' },
        ],
        returns: 0,
      },
      { fn: 'EventUnregister', handle, returns: 0 },
    ]);
  });

  test('the events of the vectors arrive as they are told', () => {
    const cases = readCases().filter(
      ({ kind, pointerSize, steps = [] }) =>
        kind === 'event' &&
        pointerSize === undefined &&
        steps.every(({ throws, alsoAllowed, status }) => (throws ?? alsoAllowed ?? status) === undefined) &&
        steps.at(-1)?.op === 'write',
    );
    expect(cases.length).toBeGreaterThan(100);
    const builder = new EventBuilder();
    let before = recorder.calls().length;
    for (const { id, steps = [], provider: spec = {} } of cases.filter((_, index) => index % 3 === 0)) {
      const { id: ownId, groupId } = spec as Record<string, string | undefined>;
      using own = new Provider(nameIn(spec), {
        sinks: [sink],
        ...(ownId === undefined ? {} : { id: ownId }),
        ...(groupId === undefined ? {} : { groupId }),
      });
      for (const step of steps) {
        const { op, args = {} } = step;
        if (op === 'reset') {
          const {
            level,
            keyword,
            opcode,
            id: eventId,
            version,
            tag,
            task,
            channel,
          } = args as Record<string, number>;
          builder.reset(
            nameIn(args),
            level,
            keyword === undefined ? undefined : BigInt(keyword),
            opcode,
            eventId,
            version,
            tag,
            task,
            channel,
          );
        } else if (op === 'add_struct')
          builder.addStruct(nameIn(args), args.fieldCount as number, args.tag as number);
        else if (op === 'write') {
          own.write(
            builder,
            args.activityId as string | undefined,
            args.relatedActivityId as string | undefined,
          );
          const call = recorder.calls().at(-1);
          const { eventMeta, data, providerMeta, descriptorBytes } = step.expect as Record<
            string,
            ExpectedBytes
          >;
          const parts = call?.dataDescriptors?.map(({ bytes }) => Buffer.from(bytes, 'hex')) ?? [];
          expect(call?.descriptorBytes, id).toBe(descriptorBytes);
          for (const [index, expected] of [providerMeta, eventMeta, data].entries()) {
            if (expected === undefined) throw new Error(`${id} does not tell part ${index}`);
            expect(sameBytes(parts[index] as Buffer, expected), `${id}, part ${index}`).toBe(true);
          }
        } else if (op !== 'check_state') {
          const method = op.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
          const methods = builder as unknown as Record<string, (...given: unknown[]) => unknown>;
          methods[method]?.(nameIn(args), valueIn(step), args.outType, args.tag);
        }
      }
      expect(recorder.calls().length).toBeGreaterThan(before);
      before = recorder.calls().length;
      // The file is read as a whole each time: let it not grow without bound.
      recorder = new Recorder(library, join(newTraceDirectory(), 'calls.jsonl'));
      before = 0;
    }
  });

  test('a declared event asks first, and goes to both sinks', () => {
    useTraceDirectory();
    const own = new Provider('MyCompany.MyComponent', { sinks: [ringSink({ enabled: true }), sink] });
    const opened = own.event(
      'Opened',
      { path: t.unicodeString },
      { level: 4, keyword: 0x8000_0000_0000_0000n },
    );
    opened({ path: 'not wanted by Windows' });
    recorder.setResult('EventProviderEnabled', 1);
    opened({ path: 'x' });
    own.close();
    expect(readRecords().map(({ fields }) => fields?.path)).toEqual(['not wanted by Windows', 'x']);
    const calls = recorder.calls();
    const asked = calls.filter(({ fn }) => fn === 'EventProviderEnabled');
    expect(asked.length).toBeGreaterThan(1);
    for (const { level, keyword } of asked) expect([level, keyword]).toEqual([4, '9223372036854775808']);
    const written = calls.filter(({ fn }) => fn === 'EventWriteTransfer');
    expect(written.map(({ dataDescriptors }) => dataDescriptors?.at(-1)?.bytes)).toEqual(['78000000']);
  });

  test('64 KB of data arrive whole, and the buffers of an event may grow between two writes', () => {
    const own = provider();
    const builder = new EventBuilder();
    for (const size of [10, 65_534, 100]) {
      const bytes = Buffer.alloc(size, size % 251);
      own.write(builder.reset('Big').addCbinaryBytes('bytes', bytes));
      const parts = recorder.calls().at(-1)?.dataDescriptors;
      expect(parts?.at(-1)?.bytes).toBe(
        Buffer.concat([Buffer.from([size & 0xff, size >> 8]), bytes]).toString('hex'),
      );
    }
  });

  test('what Windows refuses is told, or kept quiet, as asked for', () => {
    recorder.setResult('EventRegister', 5);
    const closed = provider();
    expect([closed.isOpen, closed.isEnabled(), closed.write(new EventBuilder().reset('Ev'))]).toEqual([
      false,
      false,
      6,
    ]);
    expect(() => provider({ throwOnError: true })).toThrow(EtwError);
    expect(recorder.calls().map(({ fn }) => fn)).toEqual(['EventRegister', 'EventRegister']);

    recorder.setResult('EventRegister', 0);
    recorder.setResult('EventSetInformation', 87);
    expect(provider().isOpen).toBe(true);
    let thrown: unknown;
    try {
      provider({ throwOnError: true });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ category: 'set_traits_failed', status: 87 });
    expect(recorder.calls().at(-1)).toMatchObject({ fn: 'EventUnregister', handle: String(HANDLE) });

    const own = provider();
    const builder = new EventBuilder().reset('Ev');
    for (const status of [0, 6, 8, 234]) {
      recorder.setResult('EventWriteTransfer', status);
      expect(own.write(builder)).toBe(status);
    }
    for (const [status, category] of [
      [87, 'etw_invalid_parameter'],
      [534, 'etw_event_too_large'],
    ] as const) {
      recorder.setResult('EventWriteTransfer', status);
      expect(() => own.write(builder)).toThrow(expect.objectContaining({ category, status }) as Error);
    }
    recorder.setResult('EventProviderEnabled', 255);
    // A declared event never throws, whatever Windows says.
    expect(own.event('Ev', {})()).toBe(undefined);
    recorder.setResult('EventUnregister', 6);
    expect(own.close()).toBe(undefined);
  });

  test('a library that is not there is told, or kept quiet, as asked for', () => {
    const missing = etwSink({ library: '/nowhere/advapi32.so' });
    expect(new Provider('P', { sinks: [missing] }).isOpen).toBe(false);
    expect(() => new Provider('P', { sinks: [missing], throwOnError: true })).toThrow(
      /Cannot load the functions/,
    );
  });

  test('each thread registers for itself, and may end without closing', async () => {
    const program = `
      const { Provider, etwSink, EventBuilder } = await import(${JSON.stringify(join(import.meta.dirname, '../src/index.ts'))});
      const { workerData } = await import('node:worker_threads');
      const provider = new Provider('Worker', { sinks: [etwSink({ library: workerData })] });
      provider.write(new EventBuilder().reset('FromWorker'));
    `;
    const worker = new Worker(`(async () => {${program}})()`, { eval: true, workerData: library });
    const code = await new Promise((resolve, reject) => {
      worker.once('exit', resolve);
      worker.once('error', reject);
    });
    expect(code).toBe(0);
    const own = provider();
    own.write(new EventBuilder().reset('FromMain'));
    own.close();
    const calls = recorder.calls().map(({ fn }) => fn);
    expect(calls.at(-1)).toBe('EventUnregister');
    // The worker's own may be given back by the garbage collector, or not.
    expect(calls.filter((fn) => fn !== 'EventUnregister')).toEqual([
      'EventRegister',
      'EventSetInformation',
      'EventWriteTransfer',
      'EventRegister',
      'EventSetInformation',
      'EventWriteTransfer',
    ]);
  });
});
