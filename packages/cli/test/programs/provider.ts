// A program with an ETW provider: `provider.ts <name> <GUID or -> <mode>`. It declares its events, says `ready`, and goes
// on as its mode says: `wait`, `loop` (an endless loop that never yields), `once` (writes each event and ends).
import { writeSync } from 'node:fs';
import { Provider, t } from '@tracebuf/etw';

const [name = 'Test.Provider', id = '-', mode = 'wait'] = process.argv.slice(2);
const provider = new Provider(name, id === '-' ? {} : { id });
const opened = provider.event(
  'FileOpened',
  { path: t.unicodeString, owner: t.struct({ name: t.string, ids: t.array(t.int32) }) },
  { level: 4, keyword: 0x21n },
);
const closed = provider.event('FileClosed', { count: t.uint32 }, { level: 5, keyword: 0x2n });
const write = (): void => {
  opened({ path: '/x', owner: { name: 'me', ids: [1, 2] } });
  closed({ count: 7 });
};
if (mode === 'once') write();
writeSync(1, 'ready\n');
if (mode === 'wait') setInterval(() => undefined, 1000);
if (mode === 'loop') {
  for (;;) {
    write();
    const end = performance.now() + 1;
    while (performance.now() < end);
  }
}
