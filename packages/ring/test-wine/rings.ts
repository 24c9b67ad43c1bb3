// Runs under Node of Windows, in Wine, and says what it sees as lines of JSON on standard output, which is a file.
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { controlBuffers, listProcesses, TraceBuffer, TraceReader } from '../src/index.ts';

const say = (value: unknown): void => void writeSync(1, `${JSON.stringify(value)}\n`);
const [what = '', mode = 'mapped'] = process.argv.slice(2);

function write(): TraceBuffer {
  const buffer = new TraceBuffer('wine', 20480, { mode: mode === 'positional' ? 'positional' : 'mapped' });
  for (let i = 1; i <= 1000; i++) buffer.log(`record ${i} ähnlich 流れ`, i % 10 === 0 ? 'error' : 'info');
  say({ platform: process.platform, mode: buffer.mode });
  return buffer;
}

/** What this process reads of all processes that it finds. */
function read(): void {
  const { processes, problems } = listProcesses();
  const reader = new TraceReader(processes);
  const records = reader.poll();
  say({
    processes: processes.map(({ name, pid, state }) => ({ name, pid, state })),
    problems: [...problems, ...reader.problems].map(({ error }) => error.message),
    buffers: reader.buffers().map(({ buffer, mode, counts }) => ({ buffer, mode, counts })),
    records: records.map(({ thread, seq, message }) => ({ thread, seq, message })),
  });
  reader.close();
}

switch (what) {
  case 'write':
    write();
    break;
  case 'read':
    read();
    break;
  case 'workers': {
    write();
    const code = `import(${JSON.stringify(new URL('rings.ts', import.meta.url).href)})`;
    const worker = new Worker(code, { eval: true, argv: ['write', mode] });
    worker.once('exit', read);
    break;
  }
  case 'control': {
    const buffer = write();
    const own = listProcesses().processes.filter(({ pid }) => pid === process.pid);
    for (const entry of own) controlBuffers(entry, ['wine'], { enabled: false, clear: true });
    const wanted = buffer.wants(30);
    for (const entry of own) controlBuffers(entry, ['wine'], { enabled: true });
    // A buffer that is written by positional writes looks at its control words every few milliseconds.
    const until = performance.now() + 50;
    while (performance.now() < until);
    buffer.log('after the clear');
    say({ wanted });
    read();
    break;
  }
  case 'forever': {
    const buffer = write();
    say({ ready: true });
    for (let i = 1001; ; i++) buffer.log(`record ${i} ähnlich 流れ`, i % 10 === 0 ? 'error' : 'info');
  }
}
