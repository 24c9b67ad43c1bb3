import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TraceBuffer } from '@tracebuf/ring';
import { describe, expect, test } from 'vitest';
import { EventBuilder, listProviders, Provider, providerIdFromName, t } from '../src/index.ts';
import { onlyProcess, readRecords, useTraceDirectory } from './support/trace-directory.ts';

test('events of both kinds are read back with all that describes them', () => {
  useTraceDirectory();
  using provider = new Provider('MyCompany.MyComponent', {
    groupId: '00112233-4455-6677-8899-aabbccddeeff',
    buffer: { enabled: true },
  });
  const opened = provider.event(
    'FileOpened',
    { path: t.string, ok: t.boolean },
    { level: 2, keyword: 0x21n },
  );
  opened({ path: '/x', ok: true }, 'd2b0c5a4-1b1f-4c6f-9a57-0f0e0d0c0b0a');
  const builder = new EventBuilder();
  builder
    .reset('Built', 1, 0n, 1, 7, 2, 0, 9)
    .addStr8('keyword', 'of the event')
    .openStruct('s')
    .addInt32Seq('list', [1, 2])
    .closeStruct();
  expect(provider.write(builder, null, Buffer.alloc(16, 0x11))).toBe(0);
  expect(readRecords().map(({ kind, level, message, fields }) => ({ kind, level, message, fields }))).toEqual(
    [
      {
        kind: 'etw',
        level: 'error',
        message: 'FileOpened',
        fields: {
          path: '/x',
          ok: true,
          keyword: '0x21',
          activityId: 'd2b0c5a4-1b1f-4c6f-9a57-0f0e0d0c0b0a',
        },
      },
      {
        kind: 'etw',
        level: 'fatal',
        message: 'Built',
        fields: {
          keyword: 'of the event',
          s: { list: [1, 2] },
          opcode: 'start',
          eventId: 7,
          eventVersion: 2,
          task: 9,
          relatedActivityId: '11111111-1111-1111-1111-111111111111',
        },
      },
    ],
  );
  const { providers } = listProviders([onlyProcess()]);
  expect(providers).toMatchObject([
    {
      name: 'MyCompany.MyComponent',
      id: 'ce5fa4ea-ab00-5402-8b76-9f76ac858fb5',
      groupId: '00112233-4455-6677-8899-aabbccddeeff',
      enabled: true,
      events: [
        {
          descriptor: { level: 2, keyword: 0x21n },
          declaration: { name: 'FileOpened', fields: [{ name: 'path' }, { name: 'ok' }] },
        },
      ],
    },
  ]);
});

test('an event that is larger than the buffer allows is cut, and says so', () => {
  useTraceDirectory();
  using provider = new Provider('Small', { buffer: { enabled: true, size: 4096, keepLevel: false } });
  const last = (): unknown => {
    const { message, fields } = readRecords().at(-1) ?? {};
    return [message, fields];
  };
  provider.event('Big', { first: t.string, last: t.uint8 })({ first: 'x'.repeat(5000), last: 1 });
  expect(last()).toEqual(['Big', { keyword: '0x1', fault: 'it was cut to fit' }]);
  provider.write(
    new EventBuilder().reset('Built').addStr8('a', 'b').addCbinaryBytes('big', Buffer.alloc(9000)),
  );
  expect(last()).toEqual(['Built', { a: 'b', keyword: '0x1', fault: 'it was cut to fit' }]);
  provider.event('Replaced', { a: t.uint8 })({ a: 'no number' as never });
  expect(last()).toEqual(['Replaced', { a: 0, keyword: '0x1' }]);
  const [status] = listProviders([onlyProcess()]).providers;
  expect(status?.status.counts).toMatchObject({ cut: 2, replaced: 1 });
});

describe('a provider', () => {
  test('is off until it is enabled, and is again what it was when it is opened anew', () => {
    useTraceDirectory();
    const provider = new Provider('Off');
    expect([provider.isOpen, provider.isEnabled()]).toEqual([true, false]);
    const event = provider.event('Event', {});
    event();
    expect(provider.write(new EventBuilder().reset('Built'))).toBe(0);
    expect(readRecords()).toEqual([]);
    provider.close();
    provider.close();
    expect([provider.isOpen, provider.isEnabled()]).toEqual([false, false]);
    expect(provider.write(new EventBuilder().reset('Built'))).toBe(6);
    event();
  });

  test('stores what it is opened for: some levels and keywords', () => {
    useTraceDirectory();
    using provider = new Provider('Some', { buffer: { enabled: { level: 4, keyword: 0x2n } } });
    expect(provider.isEnabled()).toBe(true);
    expect(provider.isEnabled(4, 0x2n)).toBe(true);
    expect(provider.isEnabled(4, 0x4n)).toBe(false);
    expect(provider.isEnabled(5, 0x2n)).toBe(false);
    expect(provider.isEnabled(5, 0)).toBe(false);
    expect(() => provider.isEnabled(4, -1n)).toThrow(/64 bits/);
  });

  test.each(['mapped', 'positional'] as const)(
    'that is enabled when it is made stores its first event, %s',
    (mode) => {
      useTraceDirectory();
      using provider = new Provider('First', { buffer: { mode, enabled: { level: 4 } } });
      provider.event('Wanted', {}, { level: 4 })();
      provider.event('Other', {}, { level: 5 })();
      provider.write(new EventBuilder().reset('Built', 4));
      expect(readRecords().map(({ message }) => message)).toEqual(['Wanted', 'Built']);
    },
  );

  test('of the same GUID shares its buffer until the last one is closed', () => {
    useTraceDirectory();
    const first = new Provider('Shared', { buffer: { enabled: true } });
    const second = new Provider('SHARED');
    first.close();
    expect([first.isOpen, first.isEnabled(), second.isOpen, second.isEnabled()]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    second.event('Event', {})();
    second.close();
    const third = new Provider('Shared', { buffer: { enabled: true } });
    third.event('Other', { a: t.uint8 })({ a: 1 });
    third.event('Event', {})();
    third.close();
    expect(readRecords().map(({ message }) => message)).toEqual(['Event', 'Other', 'Event']);
  });

  test('whose name is taken or too long has a buffer named after its GUID', () => {
    useTraceDirectory();
    using taken = new TraceBuffer('Taken', 4096);
    using provider = new Provider('Taken');
    const long = 'n'.repeat(65);
    using other = new Provider(long);
    expect(listProviders([onlyProcess()]).providers.map(({ name, status }) => [name, status.buffer])).toEqual(
      [
        ['Taken', providerIdFromName('Taken')],
        [long, providerIdFromName(long)],
      ],
    );
    expect([taken.name, provider.isOpen, other.isOpen]).toEqual(['Taken', true, true]);
  });

  test('does nothing where no buffer can be made, and throws if it is to', () => {
    const directory = useTraceDirectory();
    mkdirSync(`${directory}-elsewhere`, { mode: 0o700 });
    symlinkSync(`${directory}-elsewhere`, directory);
    const provider = new Provider('Nowhere');
    expect(provider.isOpen).toBe(false);
    expect(provider.isEnabled()).toBe(false);
    expect(provider.write(new EventBuilder().reset('Event'))).toBe(6);
    provider.event('Event', { a: t.uint8 })({ a: 1 });
    provider.close();
    expect(() => new Provider('Nowhere', { throwOnError: true })).toThrow(/symbolic link/);
  });

  test.each([
    [{ size: 100 }, 'size'],
    [{ enabled: 'yes' }, 'buffer.enabled'],
    [{ enabled: null }, 'buffer.enabled'],
    [{ enabled: { level: 256 } }, 'buffer.enabled.level'],
    [{ enabled: { level: '4' } }, 'buffer.enabled.level'],
    [{ enabled: { keyword: 5 } }, 'buffer.enabled.keyword'],
    [{ enabled: { keyword: 2n ** 64n } }, 'buffer.enabled.keyword'],
    [{ mode: 'none' }, 'mode'],
  ])('refuses a buffer like %o', (buffer, option) => {
    useTraceDirectory();
    expect(() => new Provider('Wrong', { buffer: buffer as never })).toThrow(
      expect.objectContaining({ code: 'ERR_TRACEBUF_INVALID_OPTION', option }) as Error,
    );
  });

  test('is made whatever is remembered of it', () => {
    const directory = useTraceDirectory();
    mkdirSync(directory, { mode: 0o700 });
    const id = providerIdFromName('Remembered');
    const remember = (text: string): void =>
      writeFileSync(join(directory, `etw-${id}.json`), text, { mode: 0o600 });
    const whole = { formatVersion: 1, id, level: 5, keyword: '0xf' };
    for (const text of [
      '',
      'no json',
      '[]',
      'null',
      JSON.stringify({ ...whole, formatVersion: 2 }),
      JSON.stringify({ ...whole, level: 256 }),
      JSON.stringify({ ...whole, level: '5' }),
      JSON.stringify({ ...whole, keyword: 'all' }),
      JSON.stringify({ ...whole, keyword: `0x1${'0'.repeat(16)}` }),
      'x'.repeat(1_000_000),
    ]) {
      remember(text);
      using provider = new Provider('Remembered');
      expect([provider.isOpen, provider.isEnabled()], text.slice(0, 80)).toEqual([true, false]);
    }
    remember(JSON.stringify(whole));
    using provider = new Provider('Remembered');
    expect([provider.isEnabled(5, 8n), provider.isEnabled(5, 16n)]).toEqual([true, false]);
  });
});
