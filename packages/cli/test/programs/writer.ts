// A program with trace buffers. It logs what it is told to, says `ready`, and goes on as its first argument says:
// `end`, `wait`, `loop` (an endless loop that never yields), `flood <records per second>`, `throw`.
import { writeSync } from 'node:fs';
import { type LevelName, TraceBuffer } from '@tracebuf/ring';

const [mode = 'end', ...rest] = process.argv.slice(2);
const sizes = JSON.parse(process.env.BUFFERS ?? '{"mybuf":20480}') as Record<string, number>;
const records = JSON.parse(process.env.RECORDS ?? '[]') as [
  buffer: string,
  message: string,
  level: LevelName,
][];
const buffers = new Map(Object.entries(sizes).map(([name, size]) => [name, new TraceBuffer(name, size)]));
const [first] = buffers.values();
for (let turn = Number(process.env.REPEAT ?? 1); turn > 0; turn--) {
  for (const [name, message, level] of records) buffers.get(name)?.log(message, level);
}
writeSync(1, 'ready\n');

const waitUntil = (time: number): void => {
  while (performance.now() < time) {
    // Busy: nothing else gets a turn.
  }
};

if (mode === 'wait') setInterval(() => undefined, 1000);
if (mode === 'throw') throw new TypeError('boom');
if (mode === 'tick') {
  let count = 0;
  setInterval(() => first?.log(`tick ${++count}`), 20);
}
if (mode === 'loop') {
  for (let count = 1; ; count++) {
    first?.log(`turn ${count}`);
    waitUntil(performance.now() + 1);
  }
}
if (mode === 'flood') {
  const [rate = 200_000, seconds = 3] = rest.map(Number);
  const started = performance.now();
  let count = 0;
  while (performance.now() - started < seconds * 1000) {
    const due = ((performance.now() - started) / 1000) * rate;
    while (count < due)
      first?.log(`record ${++count} of a flood of ninety two characters, as a line of a log may well have`);
  }
  writeSync(1, `${count}\n`);
}
