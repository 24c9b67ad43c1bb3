// Runs under Node of Windows, in Wine, and here: writes the same events through the native boundary, and says how it went as
// lines of JSON on standard output. `recorder <library> <file>` writes to the recorder of the tests, `system` to Windows.

import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { EventBuilder, etwSink, Provider, t } from '@tracebuf/etw';

const say = (value: unknown): void => void writeSync(1, `${JSON.stringify(value)}\n`);
const [what, library = '', file = ''] = process.argv.slice(2);

function record(): void {
  const native = createRequire(import.meta.url)('koffi');
  const recorder = native.load(library);
  const setResult = recorder.func('void RecSetResult(uint32_t, uint32_t)');
  if (recorder.func('int32_t RecOpen(const char *)')(file) !== 0) throw new Error(`cannot write ${file}`);
  recorder.func('void RecSetHandle(uint64_t)')(0xfedc_ba98_7654_3201n);

  const provider = new Provider('MyCompany.MyComponent', {
    groupId: '00112233-4455-6677-8899-aabbccddeeff',
    sinks: [etwSink({ library })],
  });
  say({ isOpen: provider.isOpen, isEnabled: provider.isEnabled(5, 1n) });
  setResult(2, 1);
  say({ isEnabled: provider.isEnabled(255, 0x8000_0000_0000_0001n) });
  const builder = new EventBuilder();
  for (const level of [0, 255]) {
    builder.reset('Ev', level, 0x8000_0000_0000_0001n, 240, 65535, 254, 0xfedcbaf, 65534, 12);
    builder
      .addUint8('a', 200)
      .addStr8('b', 'hé')
      .addZstr16('c', '流')
      .addInt16Seq('d', [1, -2], 0, 9)
      .addUint64('e', 2n ** 64n - 1n);
    say({ status: provider.write(builder, 'd2b0c5a4-1b1f-4c6f-9a57-0f0e0d0c0b0a', Buffer.alloc(16)) });
  }
  say({ status: provider.write(builder.reset('Big').addCbinaryBytes('x', Buffer.alloc(65_534, 0xa5))) });
  const declared = provider.event(
    'Declared',
    { path: t.unicodeString, size: t.uint64 },
    { keyword: 2n ** 63n },
  );
  declared({ path: 'C:\\x', size: 5 });
  for (const status of [6, 234, 534]) {
    setResult(3, status);
    try {
      say({ status: provider.write(builder.reset('No')) });
    } catch (error) {
      say({ code: (error as { code: string }).code });
    }
  }
  provider.close();
  setResult(0, 5);
  say({ isOpen: new Provider('Refused', { sinks: [etwSink({ library })] }).isOpen });
  say({ end: true });
}

/** With the sinks that programs get: a trace buffer, and Windows' own functions. */
function writeToSystem(): void {
  const provider = new Provider('MyCompany.MyComponent', { buffer: { enabled: true }, throwOnError: true });
  say({ platform: process.platform, isOpen: provider.isOpen, isEnabled: provider.isEnabled(5, 1n) });
  provider.event('Declared', { path: t.unicodeString })({ path: 'C:\\x' });
  say({ status: provider.write(new EventBuilder().reset('Built').addStr8('b', 'hé')) });
  provider.close();
  say({ isOpen: provider.isOpen, end: true });
}

if (what === 'recorder') record();
else writeToSystem();
